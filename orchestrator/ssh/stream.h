/*
 * Runs a command on a session and pumps bytes both ways, with back-pressure on both sides.
 *
 * Its place is in the session's queue like any other work, and it keeps the session's channel until it ends: a
 * host that needs commands beside a stream has two sessions.
 */
#ifndef SSH_STREAM_H
#define SSH_STREAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct session;
struct session_stream;

enum { STREAM_WRITE_MOST = 256 * 1024 };

/* ended is called exactly once, last, and not after session_stream_close(); the others may be NULL. */
struct session_stream_ops {
	void (*opened)(void *ctx); /* the command was started: bytes may flow */
	void (*out)(void *ctx, const char *bytes, size_t n);
	void (*err)(void *ctx, const char *bytes, size_t n);
	void (*drained)(void *ctx); /* everything written was taken: write again */
	/* why is NULL when the host closed the channel in order; status_hint is a hint (exec.h). */
	void (*ended)(void *ctx, const struct error *why, int status_hint);
};

/* Copies the command; ops must live as long as the stream. */
struct session_stream *session_stream_open(struct session *s, const char *command, const struct session_stream_ops *ops,
					   void *ctx);

/* Copies what fits and returns how much that is (STREAM_WRITE_MOST wait at most); drained says when to go on.
 * May be called before opened. */
size_t session_stream_write(struct session_stream *w, const void *bytes, size_t n);
/* No more writes: end of file on the command's stdin once all is sent. */
void session_stream_finish(struct session_stream *w);

/* No out and no err until resumed: the host's window fills and it waits. */
void session_stream_pause(struct session_stream *w);
void session_stream_resume(struct session_stream *w);

/* Gives up: no more calls, the channel is closed, the memory is the session's again. */
void session_stream_close(struct session_stream *w);

#endif
