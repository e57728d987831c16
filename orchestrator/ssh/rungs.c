#include "ssh/algorithms.h"
#include "ssh/link.h"
#include "ssh/scan.h"
#include "ssh/session_inner.h"
#include "ssh/tunnel.h"

/*
 * The ladder, from the bottom: wait for the jump host's session and for our turn, resolve, connect, exchange
 * keys, judge the host key, authenticate.
 */

static enum climb rung_jump(struct session *s)
{
	const struct ssh_target *through = s->target->jump;

	if (!through)
		return CLIMB_NEXT;
	if (!s->jump) {
		s->jump = context_jump(s->context, through);
		s->jump_losses = s->jump->losses;
		session_raise(s->jump);
	}
	if (s->jump->state == SESSION_UP)
		return CLIMB_NEXT;
	if (s->jump->losses == s->jump_losses)
		return CLIMB_WAIT;
	s->why = s->jump->why;
	if (s->why.code == ERROR_NONE)
		error_set(&s->why, ERROR_UNREACHABLE, "its session ended");
	error_in(&s->why, "%s", through->name ? through->name : through->address);
	return CLIMB_FAIL;
}

static enum climb rung_turn(struct session *s)
{
	s->turn.address = s->target->address;
	s->turn.port = target_port(s->target);
	s->turn.jump = s->jump;
	return pace_take(&s->context->pace, &s->turn) ? CLIMB_NEXT : CLIMB_WAIT;
}

static enum climb rung_resolve(struct session *s)
{
	return s->jump ? CLIMB_NEXT : connect_climb_resolve(s);
}

static enum climb rung_connect(struct session *s)
{
	return s->jump ? tunnel_climb(s) : connect_climb_connect(s);
}

static bool handshake_begin(struct session *s)
{
	host_keys_find(&s->keys, s->context->known_hosts, s->target);
	return link_make(s, &s->why);
}

static bool handshake_found_nothing(int rc)
{
	return rc == LIBSSH2_ERROR_KEX_FAILURE || rc == LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE;
}

static enum climb rung_handshake(struct session *s)
{
	int rc;

	if (!s->ssh && !handshake_begin(s))
		return CLIMB_FAIL;
	rc = libssh2_session_handshake(s->ssh, s->context->dummy);
	if (rc == LIBSSH2_ERROR_EAGAIN && !s->vault.full)
		return CLIMB_WAIT;
	if (rc == 0 && algorithms_check(s->ssh, s->target->legacy, &s->why))
		return CLIMB_NEXT;
	if (rc)
		link_explain(s, ERROR_UNREACHABLE, &s->why);
	if (!s->wire.ended && !s->vault.full && handshake_found_nothing(rc))
		algorithms_explain(s->target->legacy, &s->why);
	return CLIMB_FAIL;
}

static enum climb rung_host_key(struct session *s)
{
	size_t size;
	int type;
	const char *blob = libssh2_session_hostkey(s->ssh, &size, &type);

	if (!blob || !size) {
		error_set(&s->why, ERROR_HOST_KEY, "the server shows no host key");
		return CLIMB_FAIL;
	}
	if (s->scanned) {
		error_set(&s->why, ERROR_CANCELLED, "only the host key was asked for");
		s->scanned(s->ctx, (const unsigned char *)blob, size);
		return CLIMB_FAIL;
	}
	return host_keys_judge(&s->keys, s->target, (const unsigned char *)blob, size, &s->why) ? CLIMB_NEXT :
												  CLIMB_FAIL;
}

static unsigned or_default(unsigned ms, unsigned default_ms)
{
	return ms ? ms : default_ms;
}

static unsigned within_resolve(const struct ssh_deadlines *d)
{
	return or_default(d->resolve_ms, 10000);
}

static unsigned within_connect(const struct ssh_deadlines *d)
{
	return or_default(d->connect_ms, 10000);
}

static unsigned within_handshake(const struct ssh_deadlines *d)
{
	return or_default(d->handshake_ms, 20000);
}

static unsigned within_authenticate(const struct ssh_deadlines *d)
{
	return or_default(d->authenticate_ms, 30000);
}

const struct rung session_rungs[] = {
	{"jump host", rung_jump, NULL},
	{"waiting for a turn", rung_turn, NULL},
	{"resolving", rung_resolve, within_resolve},
	{"connecting", rung_connect, within_connect},
	{"key exchange", rung_handshake, within_handshake},
	{"host key", rung_host_key, within_handshake},
	{"authenticating", auth_climb, within_authenticate},
};
const unsigned n_session_rungs = sizeof(session_rungs) / sizeof(*session_rungs);
