/*
 * The inside of a session, for the files that make it up: session.c (the driver), rungs.c, connect.c, auth.c,
 * channel.c, tunnel.c.
 */
#ifndef SSH_SESSION_INNER_H
#define SSH_SESSION_INNER_H

#include <libssh2.h>
#include <uv.h>

#include "loop/timer.h"
#include "ssh/auth.h"
#include "ssh/channel.h"
#include "ssh/context_inner.h"
#include "ssh/host_keys.h"
#include "ssh/pace.h"
#include "ssh/session.h"
#include "ssh/target.h"
#include "ssh/vault.h"
#include "ssh/wire.h"

struct session_poll;
struct connect;

/* Sees the host key instead of judging it; the ladder ends there. */
typedef void session_key_fn(void *ctx, const unsigned char *blob, size_t size);

struct session {
	struct ssh_context *context;
	struct ssh_target *target;
	session_changed_fn *changed;
	void *ctx;

	enum session_state state;
	unsigned rung;
	struct error why;      /* why it is down */
	unsigned losses;       /* how often it went down */
	bool is_jump;	       /* carries many channels */
	bool closing, in_turn; /* session_close() within a turn waits for its end */
	unsigned open;	       /* handles not yet given back by libuv */
	struct ready ready;
	struct session *next; /* in the context's list */

	struct timer deadline; /* of the rung, or the earliest of the channels' */
	struct timer beat;     /* keepalive, and rest after idleness */
	unsigned unanswered;   /* keepalives since the last byte came */
	uint64_t received;     /* at the last beat */
	uint64_t idle_since_ms;

	struct pace_turn turn;
	struct session *jump;	 /* whose tunnel carries us; NULL: none */
	unsigned jump_losses;	 /* the jump's, when we began to wait for it */
	struct connect *connect; /* resolving and connecting */
	struct session_poll *poll;
	struct wire wire;
	struct vault vault;
	LIBSSH2_SESSION *ssh;
	struct host_keys keys;
	struct auth auth;
	struct channel *channels;
	session_key_fn *scanned; /* the ladder begins without work and ends at the host key */
};

/* AGAIN: from the bottom, by another session to the jump host. */
enum climb { CLIMB_WAIT, CLIMB_NEXT, CLIMB_FAIL, CLIMB_AGAIN };

/* A rung tries, and answers; it fills s->why when it fails. Called again whenever something has happened. */
struct rung {
	const char *name;
	enum climb (*climb)(struct session *s);
	unsigned (*within_ms)(const struct ssh_deadlines *d); /* NULL: others' deadlines end it */
};

extern const struct rung session_rungs[];
extern const unsigned n_session_rungs;

/* Another turn of this session's, soon. */
void session_wake(struct session *s);
/* The same for those who go through this jump host. */
void session_wake_dependents(struct session *s);
/* Starts to climb though there is no work yet; nothing when it is up or climbing. */
void session_raise(struct session *s);
/* Watches the socket from now on. */
void session_watch(struct session *s, int fd);
void session_unwatch(struct session *s);
/* Waits for what is of interest now: for room to send only when there is something to send. */
void session_watch_again(struct session *s);

/* Rungs that live elsewhere. */
enum climb connect_climb_resolve(struct session *s);
enum climb connect_climb_connect(struct session *s);
void connect_drop(struct session *s);
enum climb auth_climb(struct session *s);

#endif
