/*
 * One run over many standbys: secrets, leases, redundancy, queue, one walk each, and what became of them.
 *
 * Everything that can refuse the whole run is asked before the first change on any host. Walks run at once, within
 * `jobs` and within each primary's limit of base backups. The run ends once, through its ended function, never before
 * fleet_run_begin() returns.
 */
#ifndef FLEET_RUN_H
#define FLEET_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "inventory/actor.h"
#include "inventory/run_state.h"
#include "resync/walk.h"

struct inventory;
struct reach;
struct store;
struct fleet_run;

struct fleet_target {
	const struct pair *pair;
	const struct method *method;
};

struct fleet_run_spec {
	struct store *store;
	const struct inventory *inventory;
	struct reach *reach;
	const struct actor *by;
	const struct fleet_target *targets; /* copied */
	size_t n_targets;
	int jobs;		   /* >= 1 */
	const char *kind, *reason; /* kind: "resync", "rebuild", "dry-run" */
	int64_t schedule;
	bool dry_run;
	const char *allow_last; /* the reason for taking a primary's last healthy standby; NULL: never */
};

/* One standby of the run, as it stands. */
struct fleet_host {
	const struct pair *pair;
	const struct method *method;
	enum run_host_state state;
	const char *waiting_for;	  /* "" or why it waits */
	const struct walk_news *news;	  /* NULL: the state changed */
	const struct walk_result *result; /* NULL: not ended */
};

typedef void fleet_run_host_fn(void *ctx, size_t index, const struct fleet_host *host);
/* refused is not NULL when the whole run was refused or could not begin: nothing was changed. */
typedef void fleet_run_ended_fn(void *ctx, int64_t run, const struct error *refused);

struct fleet_run_watch {
	void (*begun)(void *ctx, int64_t run); /* the run has its number; called before any host is touched */
	fleet_run_host_fn *host;
	fleet_run_ended_fn *ended;
	void *ctx;
};

struct fleet_run *fleet_run_begin(const struct fleet_run_spec *spec, const struct fleet_run_watch *watch);
/* Starts no more, finishes the running rows, gives back. */
void fleet_run_cancel(struct fleet_run *r);

/* "42-5f3a2b": names a run on its hosts, also when two controllers count alike. */
void fleet_run_tag(char tag[32], int64_t run, int64_t begun_us);
/* The same as a number: what the directories of its detached rows are called. */
int64_t fleet_run_number(int64_t run, int64_t begun_us);
/* The exit status of a whole run: 0, 2 (failed), 4 (unreachable), 6 (both), 5 (refused), 7 (owed), 130 (cancelled). */
int fleet_exit_status(const enum run_host_state *states, size_t n);

#endif
