/*
 * The way to a host: opens a command there as a two-way stream of bytes. Over SSH (transport_ssh.h) or on this
 * machine (transport_local.h); everything above them is the same code.
 *
 * Events of a stream never come before transport_open() returned, nor after stream_close(). `ended` is the last
 * one; the stream must still be closed by whoever opened it, and may be closed inside any event.
 */
#ifndef REMOTE_TRANSPORT_H
#define REMOTE_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "base/error.h"

enum stream_from { STREAM_OUT, STREAM_ERR };

struct stream_events {
	void (*opened)(void *ctx); /* the command has left: from now on its outcome may be unknown */
	void (*data)(void *ctx, enum stream_from from, const char *bytes, size_t n);
	void (*drained)(void *ctx);			   /* everything written has left */
	void (*ended)(void *ctx, const struct error *why); /* NULL: the other side closed in order */
};

struct stream;

struct stream_ops {
	void (*write)(struct stream *, const void *bytes, size_t n);
	void (*finish)(struct stream *);
	void (*hold)(struct stream *, bool held);
	void (*close)(struct stream *);
};

struct stream {
	const struct stream_ops *ops;
};

struct transport;

struct transport_ops {
	struct stream *(*open)(struct transport *, const char *command, const struct stream_events *, void *ctx);
	void (*close)(struct transport *);
};

struct transport {
	const struct transport_ops *ops;
	uv_loop_t *loop;
};

/* Runs command (borrowed) by the account's shell. The events are borrowed until the stream is closed. */
struct stream *transport_open(struct transport *t, const char *command, const struct stream_events *events, void *ctx);
/* Frees the transport; all its streams must be closed before. */
void transport_close(struct transport *t);

/* Copies the bytes, and overwrites the copy when it has left. */
void stream_write(struct stream *s, const void *bytes, size_t n);
/* No more input: the command sees its end after what was written. */
void stream_finish(struct stream *s);
/* While held, no data events come: the peer is slowed down (data already on its way may still come). */
void stream_hold(struct stream *s, bool held);
/* Ends the connection to the command, which may run on; frees the stream. */
void stream_close(struct stream *s);

#endif
