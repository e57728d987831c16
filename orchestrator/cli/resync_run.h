/*
 * One run from the command line: the screen, Ctrl-C, and the exit status. Used by resync and by rebuild-stale.
 */
#ifndef CLI_RESYNC_RUN_H
#define CLI_RESYNC_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inventory/actor.h"

struct command_context;
struct fleet_target;

struct resync_run_spec {
	const struct fleet_target *targets;
	size_t n_targets;
	int jobs;
	const char *kind, *what, *reason; /* kind in the history, what on the screen */
	const char *allow_last;
	int64_t schedule;
	const struct actor *by;
	bool dry_run;
	int64_t *ret_run; /* gets the run's number, once it has one; NULL: not asked */
};

/* Runs to the end; returns the exit status. The context's store is opened to write. */
int resync_run(struct command_context *context, const struct resync_run_spec *spec);

#endif
