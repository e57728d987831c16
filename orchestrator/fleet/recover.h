/*
 * Gives back what interrupted runs, and runs whose giving-back failed, have left held on hosts.
 *
 * A run whose process is alive is left alone. For every standby with something owed, its remote work is stopped, its
 * holds are given back newest first, and what still cannot be given back stays owed. ended(ctx, …) is called exactly
 * once, never before fleet_recover_begin() returns.
 */
#ifndef FLEET_RECOVER_H
#define FLEET_RECOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "inventory/actor.h"

struct inventory;
struct reach;
struct store;
struct walk_news;
struct walk_result;

struct fleet_recover_spec {
	struct store *store;
	const struct inventory *inventory;
	struct reach *reach;
	const struct actor *by;
	bool force; /* also runs of another controller's machine, whose process cannot be looked at */
};

struct fleet_recover_watch {
	/* A host of an interrupted run: news while it is worked on, result when done. */
	void (*host)(void *ctx, int64_t run, const char *host, const struct walk_news *news,
		     const struct walk_result *result);
	/* why: NULL, or why nothing could be done at all or not for some hosts; given and owed count hosts, skipped what
	 * runs and other recovers are still at. */
	void (*ended)(void *ctx, size_t given, size_t owed, size_t skipped, const struct error *why);
	void *ctx;
};

struct fleet_recover;
struct fleet_recover *fleet_recover_begin(const struct fleet_recover_spec *spec,
					  const struct fleet_recover_watch *watch);

#endif
