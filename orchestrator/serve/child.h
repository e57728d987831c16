/*
 * A long run of this program as a process of its own: it survives the daemon, and the daemon stays small.
 *
 * It leads a session of its own, so that a Ctrl-C at the daemon's terminal reaches it once, through child_stop().
 */
#ifndef SERVE_CHILD_H
#define SERVE_CHILD_H

#include <uv.h>

#include "base/error.h"

struct child;

struct child_end {
	int status; /* exit status; -1 when a signal ended it */
	int signal; /* 0: none */
};

/* Called exactly once, never before child_start() returns; the child is freed when it returns. */
typedef void child_ended_fn(void *ctx, const struct child_end *end);

/* argv (NULL-terminated) is borrowed during the call; its standard output is dropped (the store has it), standard
 * error is ours. NULL and *why when it cannot be started. */
struct child *child_start(uv_loop_t *loop, const char *const *argv, child_ended_fn *ended, void *ctx,
			  struct error *why);
/* Asks it to finish its rows, give back and end. */
void child_stop(struct child *c);
int child_pid(const struct child *c);

#endif
