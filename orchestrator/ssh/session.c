#include "ssh/session.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ssh/channels.h"
#include "ssh/link.h"
#include "ssh/session_inner.h"

enum { BEAT_MS = 15000, BEATS_UNANSWERED_MOST = 3, REST_AFTER_MS = 60000 };

static void session_turn(void *ctx);
static void session_expired(void *ctx);
static void session_beat(void *ctx);

void session_wake(struct session *s)
{
	if (!s->closing)
		context_wake(s->context, &s->ready);
}

static void session_woken(void *ctx)
{
	session_wake(ctx);
}

struct session *session_open(struct ssh_context *c, const struct ssh_target *t, session_changed_fn *changed, void *ctx)
{
	struct session *s = mem_new(struct session);

	s->context = c;
	s->target = target_copy(t);
	s->changed = changed;
	s->ctx = ctx;
	s->ready = (struct ready){.run = session_turn, .ctx = s};
	s->turn = (struct pace_turn){.granted = session_woken, .ctx = s};
	timer_init(&s->deadline, c->loop, s);
	timer_init(&s->beat, c->loop, s);
	s->open = 2;
	wire_init(&s->wire);
	s->next = c->sessions;
	c->sessions = s;
	c->open++;
	return s;
}

bool session_is_up(const struct session *s)
{
	return s->state == SESSION_UP;
}

const char *session_name(const struct session *s)
{
	return s->target->name;
}

/* --- up and down --- */

static void session_report(struct session *s)
{
	struct session_progress p = {.state = s->state, .doing = "connected"};

	if (s->state == SESSION_CLIMBING)
		p.doing = session_rungs[s->rung].name;
	if (s->state == SESSION_DOWN) {
		p.doing = "not connected";
		p.why = s->why.code == ERROR_NONE ? NULL : &s->why;
	}
	if (s->changed && !s->closing)
		s->changed(s->ctx, &p);
}

void session_wake_dependents(struct session *s)
{
	for (struct session *d = s->context->sessions; s->is_jump && d; d = d->next)
		if (d->jump == s)
			session_wake(d);
}

/* Lets go of everything that belongs to one connection. */
static void session_unplug(struct session *s)
{
	if (s->ssh && s->state == SESSION_UP && !s->wire.ended) {
		libssh2_session_disconnect(s->ssh, "done");
		wire_flush(&s->wire);
	}
	pace_give(&s->context->pace, &s->turn);
	connect_drop(s);
	session_unwatch(s);
	if (s->wire.tunnel)
		channel_abandon(s->wire.tunnel);
	wire_close(&s->wire);
	auth_drop(&s->auth);
	link_free(s);
	host_keys_done(&s->keys);
	s->jump = NULL;
	timer_stop(&s->deadline);
	timer_stop(&s->beat);
}

/* Down, with everybody told; why is NULL when it only rests. */
static void session_lose(struct session *s, const struct error *why)
{
	struct error said = {.code = ERROR_NONE};

	if (why)
		said = *why;
	if (why && s->state == SESSION_CLIMBING)
		error_in(&said, "%s", session_rungs[s->rung].name);
	session_unplug(s);
	s->state = SESSION_DOWN;
	s->why = said;
	s->losses++;
	if (why)
		channels_end(s, &said);
	else
		channels_forget_left(s);
	session_report(s);
	session_wake_dependents(s);
}

static void session_to_rung(struct session *s, unsigned rung)
{
	const struct rung *r = &session_rungs[rung];

	s->rung = rung;
	if (r->within_ms)
		timer_after(&s->deadline, r->within_ms(&s->target->deadlines), session_expired);
	else
		timer_stop(&s->deadline);
	session_report(s);
}

static void session_arrive(struct session *s)
{
	s->state = SESSION_UP;
	s->wire.trusted = true;
	link_trust(s);
	s->unanswered = 0;
	s->received = s->wire.received;
	s->idle_since_ms = uv_now(s->context->loop);
	pace_give(&s->context->pace, &s->turn);
	auth_drop(&s->auth);
	timer_stop(&s->deadline);
	timer_after(&s->beat, BEAT_MS, session_beat);
	session_report(s);
	session_wake_dependents(s);
}

static void session_begin(struct session *s)
{
	s->state = SESSION_CLIMBING;
	s->why = (struct error){.code = ERROR_NONE};
	wire_renew(&s->wire);
	session_to_rung(s, 0);
}

void session_raise(struct session *s)
{
	if (s->state != SESSION_DOWN || s->closing)
		return;
	session_begin(s);
	session_wake(s);
}

/*
 * The driver of the ladder: climbs until a rung has to wait.
 */
static void session_climb(struct session *s)
{
	while (s->state == SESSION_CLIMBING && !s->closing) {
		switch (session_rungs[s->rung].climb(s)) {
		case CLIMB_WAIT:
			return;
		case CLIMB_FAIL:
			session_lose(s, &s->why);
			return;
		case CLIMB_AGAIN:
			s->jump = NULL;
			session_to_rung(s, 0);
			break;
		case CLIMB_NEXT:
			if (s->rung + 1 < n_session_rungs)
				session_to_rung(s, s->rung + 1);
			else
				session_arrive(s);
		}
	}
}

static void session_work(struct session *s)
{
	struct error why;

	if (!channels_work(s, &why)) {
		session_lose(s, &why);
		return;
	}
	if (channels_want(s))
		s->idle_since_ms = uv_now(s->context->loop);
	if (channels_are_worn(s)) {
		session_lose(s, NULL);
		return;
	}
	if (!s->channels)
		wire_look(&s->wire);
	if (s->wire.ended && !s->channels)
		session_lose(s, &s->wire.why);
}

static void session_settle(struct session *s)
{
	bool was_busy = fifo_size(&s->wire.out) >= WIRE_OUT_BUSY;
	uint64_t due = 0;

	wire_flush(&s->wire);
	if (was_busy && fifo_size(&s->wire.out) < WIRE_OUT_BUSY)
		session_wake(s); /* channels have held back */
	if (s->wire.tunnel && fifo_size(&s->wire.in) < WIRE_OUT_BUSY)
		channel_resume(s->wire.tunnel);
	session_watch_again(s);
	if (s->wire.starved && s->state != SESSION_DOWN)
		session_wake(s);
	if (s->state == SESSION_UP) {
		due = channels_due(s);
		if (due) {
			uv_update_time(s->context->loop);
			uint64_t now = uv_now(s->context->loop);

			timer_after(&s->deadline, due > now ? due - now : 0, session_expired);
		} else {
			timer_stop(&s->deadline);
		}
	}
}

static void session_dismantle(struct session *s);

static void session_end_turn(struct session *s)
{
	if (!s->closing)
		session_settle(s);
	s->in_turn = false;
	if (s->closing)
		session_dismantle(s);
}

static void session_turn(void *ctx)
{
	struct session *s = ctx;

	s->in_turn = true;
	wire_begin_turn(&s->wire);
	if (s->state == SESSION_DOWN && (channels_want(s) || (s->scanned && !s->losses)))
		session_begin(s);
	if (s->state == SESSION_CLIMBING)
		session_climb(s);
	if (s->state == SESSION_UP && !s->closing)
		session_work(s);
	session_end_turn(s);
}

static void session_expired(void *ctx)
{
	struct session *s = ctx;
	struct error why;

	s->in_turn = true;
	wire_begin_turn(&s->wire);
	if (s->state == SESSION_CLIMBING) {
		error_set(&why, ERROR_TIMEOUT, "no answer within %u s",
			  session_rungs[s->rung].within_ms(&s->target->deadlines) / 1000);
		session_lose(s, &why);
	} else if (s->state == SESSION_UP && !channels_expire(s, uv_now(s->context->loop), &why)) {
		session_lose(s, &why);
	}
	session_end_turn(s);
	session_wake(s);
}

/* True when the peer may still be there. */
static bool session_is_alive(struct session *s)
{
	int seconds;

	if (s->wire.received != s->received) {
		s->received = s->wire.received;
		s->unanswered = 0;
		return true;
	}
	if (s->unanswered >= BEATS_UNANSWERED_MOST)
		return false;
	if (fifo_size(&s->wire.out) == 0 && libssh2_keepalive_send(s->ssh, &seconds) == 0 && fifo_size(&s->wire.out))
		s->unanswered++;
	return true;
}

static void session_beat(void *ctx)
{
	struct session *s = ctx;
	struct error why;

	s->in_turn = true;
	wire_begin_turn(&s->wire);
	timer_after(&s->beat, BEAT_MS, session_beat);
	if (!channels_want(s)) {
		if (uv_now(s->context->loop) - s->idle_since_ms >= REST_AFTER_MS)
			session_lose(s, NULL);
	} else if (!session_is_alive(s)) {
		error_set(&why, ERROR_UNREACHABLE, "the host does not answer any more");
		session_lose(s, &why);
	}
	session_end_turn(s);
}

/* --- the end --- */

static void session_handle_closed(void *ctx)
{
	struct session *s = ctx;
	struct ssh_context *c = s->context;

	if (--s->open)
		return;
	target_free(s->target);
	wire_done(&s->wire);
	free(s);
	context_release(c);
}

static void session_dismantle(struct session *s)
{
	struct session **at = &s->context->sessions;

	session_unplug(s);
	s->state = SESSION_DOWN;
	channels_end(s, NULL);
	context_sleep(s->context, &s->ready);
	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	timer_close(&s->deadline, session_handle_closed);
	timer_close(&s->beat, session_handle_closed);
}

void session_close(struct session *s)
{
	if (s->closing)
		return;
	s->closing = true;
	if (!s->in_turn)
		session_dismantle(s);
}
