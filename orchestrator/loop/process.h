/*
 * Runs a local program (pass, ssh -G, a notify command) without a shell and without blocking the loop.
 *
 * The reply function is called exactly once, never before process_run() returns and never after process_cancel().
 */
#ifndef LOOP_PROCESS_H
#define LOOP_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "base/error.h"

struct process;

struct process_spec {
	const char *const *argv; /* NULL-terminated, borrowed during the call only; argv[0] is looked up in PATH */
	const char *input;	 /* fed on stdin, copied (and wiped after); NULL: /dev/null */
	size_t input_size;
	unsigned within_ms; /* then SIGTERM to it and its children, and SIGKILL a second later */
	size_t most;	    /* cap of stdout and of stderr, each; what is beyond is read and dropped */
};

struct process_reply {
	const struct error *why; /* NULL when the program ran and ended by itself */
	int status;		 /* exit status; 128 + signal when a signal ended it */
	const char *out, *err;	 /* NUL-terminated, valid during the call only, wiped after it */
	size_t out_size, err_size;
};

typedef void process_reply_fn(void *ctx, const struct process_reply *reply);

/* Starts it; the handle is valid until the reply function returns. */
struct process *process_run(uv_loop_t *loop, const struct process_spec *spec, process_reply_fn *replied, void *ctx);
void process_cancel(struct process *p);

#endif
