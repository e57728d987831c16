/*
 * One SSH session: a ladder of rungs from a name to an authenticated connection, and a queue of work on top.
 *
 * It connects when work is asked for and again after it was lost. Work is done one piece after another, each on
 * a channel of its own (exec.h: a command and its whole output; stream.h: a command and a two-way stream).
 * When the connection fails, everything that is queued is answered with the error; the next piece of work
 * connects anew: whether to try again is the caller's decision.
 *
 * Reply functions are called exactly once, never before the call that asked returns, never after cancel or close.
 */
#ifndef SSH_SESSION_H
#define SSH_SESSION_H

#include <stdbool.h>

#include "base/error.h"

struct session;
struct ssh_context;
struct ssh_target;

enum session_state {
	SESSION_DOWN,	  /* not connected; why says so when it was lost */
	SESSION_CLIMBING, /* on the ladder */
	SESSION_UP	  /* authenticated */
};

struct session_progress {
	enum session_state state;
	const char *doing;	 /* "connecting", "key exchange", …: a constant string */
	const struct error *why; /* why it is down; NULL otherwise */
};

/* Progress for people; may be NULL. Never called from within session_open() or session_close(). */
typedef void session_changed_fn(void *ctx, const struct session_progress *progress);

/* Copies the target; nothing is sent before there is work. */
struct session *session_open(struct ssh_context *c, const struct ssh_target *t, session_changed_fn *changed, void *ctx);

bool session_is_up(const struct session *s);
/* The host's name as the target gave it; valid until session_close(). */
const char *session_name(const struct session *s);

/* Ends everything: no reply function is called any more, all work is freed, the connection is cut. The memory
 * goes when the loop has closed the session's handles. */
void session_close(struct session *s);

#endif
