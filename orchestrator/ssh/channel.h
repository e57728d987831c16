/*
 * One piece of work of a session and its channel: waits for its place, opens, starts, runs, closes.
 *
 * Three kinds stand on it: a command with its output (exec), a two-way stream (stream), a tunnel to another
 * server (a jump host's session). Only channel.c calls libssh2's channel functions; the kinds see bytes.
 */
#ifndef SSH_CHANNEL_H
#define SSH_CHANNEL_H

#include <libssh2.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "ssh/fifo.h"

struct session;
struct channel;

enum channel_stage {
	CHANNEL_QUEUED,
	CHANNEL_OPENING,
	CHANNEL_STARTING,
	CHANNEL_RUNNING,
	CHANNEL_CLOSING,
	CHANNEL_DONE
};

/* All are called from the session's turn and may do anything to the session, closing included. */
struct channel_kind {
	void (*started)(struct channel *c);
	void (*received)(struct channel *c, int stream, const char *bytes, size_t n);
	void (*drained)(struct channel *c); /* all that was written is taken */
	/* The owner's last call; stage still says how far it came. NULL: closed in order. */
	void (*ended)(struct channel *c, const struct error *why);
	void (*dropped)(struct channel *c); /* the session is closed: the owner goes without a word */
};

struct channel {
	struct channel *next;
	struct session *session;
	const struct channel_kind *kind;
	void *owner; /* NULL: nobody cares any more; it is only brought to its end */
	enum channel_stage stage;
	char *command; /* NULL: a tunnel to host and port */
	char *host;
	unsigned port;
	LIBSSH2_CHANNEL *ssh;
	struct fifo out;
	bool finish, eof_sent; /* end of file after what is in out */
	bool paused;	       /* the owner takes nothing now */
	bool owes_drained;
	unsigned within_ms; /* of the running stage; 0: no deadline */
	uint64_t opened_at_ms;
	uint64_t due_ms; /* on the loop's clock; 0: none */
	int status_hint;
};

/* Puts it at the end of the session's queue and wakes the session; the session owns it. */
struct channel *channel_ask(struct session *s, const struct channel_kind *kind, void *owner, size_t out_most);
/* How much was taken. */
size_t channel_write(struct channel *c, const void *bytes, size_t n);
void channel_finish(struct channel *c);
void channel_pause(struct channel *c);
void channel_resume(struct channel *c);
/* The owner leaves; the channel is closed when that can be done. */
void channel_abandon(struct channel *c);

#endif
