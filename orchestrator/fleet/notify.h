/*
 * Tells somebody how an unattended run ended: a line for syslog, and a program that gets the summary as JSON on stdin.
 */
#ifndef FLEET_NOTIFY_H
#define FLEET_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "base/buf.h"
#include "base/error.h"

struct process;
struct store;

struct notify_about {
	const char *what;     /* "rebuild-stale" */
	const char *schedule; /* NULL: none */
	int64_t run;	      /* 0: no run was begun */
	int exit_status;
	const char *text; /* one sentence; NULL: none */
};

/* Appends the summary, one JSON object on one line: the run's hosts with state, reason and whether they were left as
 * found, and everything that is owed. What the store does not tell is left out. */
void notify_summary(struct buf *out, struct store *store, const struct notify_about *about);

/* Is this worth telling? Success is not, nor that another run already had the standby, nor an orderly stop that gave
 * everything back. */
bool notify_is_due(int exit_status);

typedef void notify_fn(void *ctx, const struct error *why);
/* Runs the program; told(ctx, why) as of process_run(): why is NULL when it ended with 0. */
struct process *notify_send(uv_loop_t *loop, const char *program, const struct buf *summary, notify_fn *told,
			    void *ctx);
void notify_syslog(const struct notify_about *about);

#endif
