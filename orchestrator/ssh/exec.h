/*
 * Runs one command on a session and answers with its whole output (head and tail where it is too long).
 *
 * A reply without error says only that the channel was closed in order. The exit status that SSH gives is a
 * hint: libssh2 says 0 when it has none, so success must be read from something that the command itself said.
 */
#ifndef SSH_EXEC_H
#define SSH_EXEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct session;
struct session_exec;

struct session_command {
	const char *command; /* one string, as the login shell gets it; copied */
	const void *input;   /* fed on stdin, then end of file; copied, and wiped when it is sent; may be NULL */
	size_t input_size;
	unsigned within_ms; /* from the moment the command is started until its channel is closed; 0: 60 s */
	size_t most;	    /* cap of stdout and of stderr, each: half for the head, half for the tail; 0: 64 KiB */
};

/* What came on one stream: head and tail, one after the other. */
struct session_output {
	const char *bytes; /* NUL-terminated, valid during the call only */
	size_t size;
	size_t cut;	  /* where bytes are missing, when dropped is not 0 */
	uint64_t dropped; /* how many */
};

struct session_reply {
	const struct error *why; /* NULL: the channel was closed in order */
	bool started;	 /* the command may have run: a reply with an error that is false is safe to ask again */
	int status_hint; /* never rely on it */
	struct session_output out, err;
};

typedef void session_reply_fn(void *ctx, const struct session_reply *reply);

/* The handle is valid until the reply function has returned. */
struct session_exec *session_exec(struct session *s, const struct session_command *c, session_reply_fn *replied,
				  void *ctx);
/* The reply function is not called any more; the handle is gone. What was sent may still run on the host. */
void session_exec_cancel(struct session_exec *e);

#endif
