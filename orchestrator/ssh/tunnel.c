#include "ssh/tunnel.h"

#include "base/mem.h"
#include "ssh/channels.h"

enum { TUNNEL_OUT_MOST = 256 * 1024, TUNNEL_IN_BUSY = 512 * 1024 };

static void tunnel_started(struct channel *c)
{
	session_wake(c->owner);
}

static void tunnel_received(struct channel *c, int stream, const char *bytes, size_t n)
{
	struct session *s = c->owner;

	(void)stream;
	if (!wire_push(&s->wire, bytes, n))
		wire_end(&s->wire, ERROR_FAILED, "the tunnel overflows");
	if (fifo_size(&s->wire.in) > TUNNEL_IN_BUSY)
		channel_pause(c);
	session_wake(s);
}

static void tunnel_drained(struct channel *c)
{
	session_wake(c->owner); /* it may have more to flush */
}

static void tunnel_ended(struct channel *c, const struct error *why)
{
	struct session *s = c->owner;

	s->wire.tunnel = NULL;
	if (why)
		wire_end(&s->wire, why->code, why->text);
	else
		wire_end(&s->wire, ERROR_UNREACHABLE, "the host closed the connection");
	session_wake(s);
}

static void tunnel_dropped(struct channel *c)
{
	tunnel_ended(c, NULL);
}

static const struct channel_kind tunnel_kind = {
	.started = tunnel_started,
	.received = tunnel_received,
	.drained = tunnel_drained,
	.ended = tunnel_ended,
	.dropped = tunnel_dropped,
};

static void tunnel_ask(struct session *s)
{
	struct channel *c = channel_ask(s->jump, &tunnel_kind, s, TUNNEL_OUT_MOST);

	c->host = mem_strdup(s->target->address);
	c->port = target_port(s->target);
	wire_open_tunnel(&s->wire, c);
}

enum climb tunnel_climb(struct session *s)
{
	struct channel *c = s->wire.tunnel;

	if (!c && !s->wire.ended) {
		tunnel_ask(s);
		return CLIMB_WAIT;
	}
	if (s->wire.ended) {
		s->why = s->wire.why;
		error_in(&s->why, "%s", s->jump->target->name);
		return CLIMB_FAIL;
	}
	if (c->stage == CHANNEL_RUNNING)
		return CLIMB_NEXT;
	if (c->stage != CHANNEL_QUEUED || !channels_are_stuck(s->jump))
		return CLIMB_WAIT;
	/* Another host makes this jump host wait: go to it by a session of our own. */
	channel_abandon(c);
	s->wire.tunnel = NULL;
	return CLIMB_AGAIN;
}
