/*
 * One host in a run: its state, why, and whether it was left as found.
 */
#ifndef INVENTORY_RUN_HOST_H
#define INVENTORY_RUN_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "inventory/run_state.h"
#include "inventory/store.h"

enum run_left { RUN_LEFT_UNKNOWN, RUN_LEFT_YES, RUN_LEFT_NO, RUN_LEFT_NOT_TOUCHED };

/* "left as found" */
struct run_left_as {
	enum run_left key_protected, conf_reverted, puppet_on, collectd_running;
};

struct run_host {
	int64_t run;
	const char *host, *primary, *method, *why;
	enum run_host_state state;
	struct run_left_as left;
	int64_t begun_us, ended_us; /* 0: not yet */
};

const char *run_left_name(enum run_left l);

bool run_host_set_state(struct store *s, int64_t run, const char *host, enum run_host_state next, const char *why_text,
			struct error *why);
bool run_host_set_left(struct store *s, int64_t run, const char *host, const struct run_left_as *left,
		       struct error *why);

/* Borrowed until the function returns; false from it ends the list. */
typedef bool run_host_fn(void *ctx, const struct run_host *h);
/* The hosts of a run in the order in which they were named. */
bool run_host_list(struct store *s, int64_t run, run_host_fn *each, void *ctx, struct error *why);
/* What a host went through, newest run first; limit 0: all. */
bool run_host_history(struct store *s, const char *host, int limit, run_host_fn *each, void *ctx, struct error *why);

#endif
