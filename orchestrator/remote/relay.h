/*
 * libpq through SSH: a private Unix socket whose bytes go through a transport to the server's own Unix socket.
 *
 * On the host a few lines of Perl, run as OS user postgres, join the stream to the socket: pg_hba's `peer` line
 * lets them in, no password, no open port. One connection at a time: a second one waits for the first one's end.
 */
#ifndef REMOTE_RELAY_H
#define REMOTE_RELAY_H

#include <uv.h>

#include "base/error.h"
#include "base/secret.h"
#include "remote/transport.h"

struct relay;

struct relay_spec {
	const char *name;		    /* the host's, for messages */
	struct transport *transport;	    /* owned from now on, also when relay_open() fails */
	const struct secret *sudo_password; /* NULL: sudo does not ask; borrowed until relay_close() */
	const char *socket_dir;		    /* of the server, on the host */
	unsigned port;
	bool users_ignored; /* the relay runs as whoever we are (tests) */
};

/* Listens in a directory of its own (0700, under XDG_RUNTIME_DIR or /tmp). Nothing is connected before libpq asks. */
struct relay *relay_open(uv_loop_t *loop, const struct relay_spec *spec, struct error *why);

/* What to give to libpq; valid until relay_close(). */
const char *relay_conninfo(const struct relay *r);

/* libpq itself says only that its connection was closed. Why the last one came to nothing: ERROR_HOST when the host
 * answered and PostgreSQL did not, else what kept us from the host. NULL when it found the server. */
const struct error *relay_why(const struct relay *r);

/* Cuts every connection and removes the directory. */
void relay_close(struct relay *r);

#endif
