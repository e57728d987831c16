/*
 * Runs: what was asked, for which hosts, and how each of them ended.
 *
 * run_set_state and run_host_set_state are the only doors through which a state changes; each change is audited and
 * a change that is no legal successor is refused.
 */
#ifndef INVENTORY_RUN_H
#define INVENTORY_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "inventory/actor.h"
#include "inventory/owner.h"
#include "inventory/run_state.h"
#include "inventory/store.h"

struct run_spec {
	const char *kind;   /* "resync", "recover", "rebuild", "dry-run" */
	const char *method; /* "wal-e", …; "" when it does not apply */
	const char *reason;
	const char *limits; /* words for people: "jobs 4, base backups per primary 1" */
	int64_t schedule;   /* 0: asked by a person */
	const struct actor *by;
};

struct run_target {
	const char *host;    /* the standby */
	const char *primary; /* "" when it does not apply */
	const char *method;  /* NULL: the run's */
};

struct run {
	int64_t id;
	const char *kind, *method, *reason, *limits, *note;
	int64_t schedule, begun_us, ended_us; /* ended_us 0: not yet */
	enum run_state state;
	struct actor by;
	struct owner owner;
	int64_t hosts, good, owed; /* how many targets, how many of them good, how many owed */
};

/* Makes the run (queued, owned by this process) and its targets (waiting). ERROR_USAGE without a reason or targets. */
bool run_begin(struct store *s, const struct run_spec *spec, const struct run_target *targets, size_t count,
	       int64_t *ret_run, struct error *why);
bool run_set_state(struct store *s, int64_t run, enum run_state next, const char *note, struct error *why);
/* Makes this process the owner of an interrupted run, for recover. */
bool run_adopt(struct store *s, int64_t run, struct error *why);

/* What is passed is borrowed until the function returns; false from it ends the list. */
typedef bool run_fn(void *ctx, const struct run *r);
/* Newest first; limit 0: all. */
bool run_list(struct store *s, size_t limit, run_fn *each, void *ctx, struct error *why);
/* One run; ERROR_USAGE when there is none of that number. */
bool run_load(struct store *s, int64_t run, run_fn *each, void *ctx, struct error *why);
/* Those that have not ended and whose owner is dead (or which are already marked interrupted), oldest first. */
bool run_list_interrupted(struct store *s, run_fn *each, void *ctx, struct error *why);

#endif
