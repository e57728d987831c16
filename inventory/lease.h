/*
 * Leases: one run per standby, and N base backups per primary, also between processes.
 *
 * A lease lasts until it is released. That of a process that died stays and shows as stale: only `recover` takes it
 * over, because something may still be held on the host.
 */
#ifndef INVENTORY_LEASE_H
#define INVENTORY_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "inventory/actor.h"
#include "inventory/owner.h"
#include "inventory/store.h"

enum lease_kind { LEASE_STANDBY, LEASE_PRIMARY };

struct lease {
	enum lease_kind kind;
	const char *host;
	int64_t run;
	struct owner owner;
	const char *by; /* words for people: the actor */
	int64_t since_us;
	bool stale; /* the owner is dead */
};

/* This process takes it for that run. ERROR_BUSY names the run, who and since when. Taking what the run has is fine. */
bool lease_take_standby(struct store *s, const char *standby, int64_t run, const struct actor *by, struct error *why);
/* At most `most` runs at once, counted over all processes. */
bool lease_take_primary(struct store *s, const char *primary, int64_t run, const char *for_standby, int64_t most,
			const struct actor *by, struct error *why);
bool lease_release_standby(struct store *s, const char *standby, int64_t run, struct error *why);
bool lease_release_primary(struct store *s, const char *primary, int64_t run, const char *for_standby,
			   struct error *why);
/* All that a run has. */
bool lease_release_run(struct store *s, int64_t run, struct error *why);
/* For recover: makes this process the owner of the stale leases of that run. ERROR_BUSY when its owner is alive,
 * ERROR_REFUSED when it was taken on another machine (force says that the operator knows better). */
bool lease_take_over(struct store *s, int64_t run, bool force, const struct actor *by, struct error *why);

/* Borrowed until the function returns; false from it ends the list. */
typedef bool lease_fn(void *ctx, const struct lease *l);
bool lease_list(struct store *s, lease_fn *each, void *ctx, struct error *why);

#endif
