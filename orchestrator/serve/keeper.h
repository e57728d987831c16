/*
 * Keeps the schedules of the store: finds what is due, notes what was missed, and starts one run a schedule at a time.
 *
 * A run is this program again (`rebuild-stale --schedule NAME`), so that it stands in the audit history like
 * everybody's and outlives a crash of the daemon.
 */
#ifndef SERVE_KEEPER_H
#define SERVE_KEEPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/error.h"

struct keeper;
struct store;

struct keeper_spec {
	uv_loop_t *loop;
	struct store *store;	    /* borrowed */
	const char *const *program; /* this program and its global options; NULL-terminated, borrowed */
	const char *notify;	    /* program that is told of runs which died; NULL: none */
	void (*idle)(void *ctx);    /* after keeper_stop(): the last run has ended */
	void *ctx;
};

struct keeper *keeper_new(const struct keeper_spec *spec);
/* The loop must have run empty. */
void keeper_free(struct keeper *k);

/* Fires that a dead daemon has left open are closed as interrupted. Once, before the first tick. */
bool keeper_settle(struct keeper *k, struct error *why);
/* Looks at all schedules; *ret_next_us: when one is due next (INT64_MAX: none). False: the store did not answer, or a
 * schedule cannot be kept; the others were. */
bool keeper_tick(struct keeper *k, int64_t now_us, int64_t *ret_next_us, struct error *why);
/* Starts nothing more; asks the runs to end in order. idle() is called once, at the earliest from the loop. */
void keeper_stop(struct keeper *k);

size_t keeper_running(const struct keeper *k);
size_t keeper_schedules(const struct keeper *k);
/* Name of the schedule that is due next; "" when none. Borrowed until the next tick. */
const char *keeper_next_name(const struct keeper *k);

#endif
