/*
 * `pgresync serve`: a foreground process for systemd that keeps the schedules.
 *
 * It gives back first what an interrupted run left held, then ticks. SIGTERM or SIGINT: starts nothing more, asks its
 * runs to finish and give back, and waits for them; a second one leaves them running. SIGHUP: looks at everything
 * anew. The watchdog is answered only by a loop that turns and a store that answers.
 */
#ifndef SERVE_DAEMON_H
#define SERVE_DAEMON_H

#include "base/error.h"

struct store;

struct daemon_spec {
	struct store *store;	    /* borrowed */
	const char *const *program; /* this program and its global options; NULL-terminated, borrowed */
	const char *notify;	    /* NULL: none */
};

/* Runs to the end; returns the exit status. */
int daemon_run(const struct daemon_spec *spec);

#endif
