/*
 * The bytes below an SSH session: a socket, or a tunnel through a jump host's session, buffered both ways.
 *
 * libssh2 never touches the socket. What it sends is always taken whole, so no half-sent packet can block or
 * break its other calls; what it receives is rationed: so many bytes in one turn of the loop, and so many in all
 * before the server has let us in. That is what keeps a server that floods or never ends its banner from
 * stopping the loop.
 */
#ifndef SSH_WIRE_H
#define SSH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "ssh/fifo.h"

struct channel;

enum {
	WIRE_TURN = 256 * 1024,	       /* received bytes that one turn may handle */
	WIRE_TURN_EARLY = 32 * 1024,   /* the same before authentication */
	WIRE_EARLY_MOST = 1024 * 1024, /* received bytes before authentication, in all */
	WIRE_OUT_MOST = 4 * 1024 * 1024,
	WIRE_OUT_BUSY = 128 * 1024 /* no more channel data is written while so much waits to be sent */
};

struct wire {
	int fd;			/* -1: none, or a tunnel */
	struct channel *tunnel; /* of the jump host's session; NULL: none */
	struct fifo in, out;
	size_t given;	   /* to libssh2 in this turn */
	uint64_t received; /* in all */
	bool trusted;	   /* authenticated: the early cap is lifted */
	bool starved;	   /* this turn's ration is used up: another turn is needed though no byte may come */
	bool ended;	   /* nothing will come or go any more */
	struct error why;  /* why it ended, once it has */
};

void wire_init(struct wire *w);
void wire_done(struct wire *w);
/* As new: nothing waits, nothing has ended. */
void wire_renew(struct wire *w);
/* Both take what they are given: the wire closes the socket, the session gives the tunnel up. */
void wire_open_socket(struct wire *w, int fd);
void wire_open_tunnel(struct wire *w, struct channel *tunnel);
/* Shuts down and closes; libssh2's calls end at once from here on. */
void wire_close(struct wire *w);

void wire_begin_turn(struct wire *w);
/* Sends what can be sent now. */
void wire_flush(struct wire *w);
/* Reads ahead on a socket that nobody reads now, to see it die. */
void wire_look(struct wire *w);
/* Marks the end; the first reason stays. */
void wire_end(struct wire *w, enum error_code code, const char *text);

/* What came through the tunnel. False when it does not fit. */
bool wire_push(struct wire *w, const char *bytes, size_t n);

/* libssh2's view: like recv() and send(), but -errno. */
ssize_t wire_recv(struct wire *w, void *bytes, size_t n);
ssize_t wire_send(struct wire *w, const void *bytes, size_t n);

#endif
