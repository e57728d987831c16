#include "ssh/channels.h"

#include "ssh/channel_inner.h"
#include "ssh/link.h"
#include "ssh/session_inner.h"

enum { LEFT_MOST = 4 };

static void channels_sweep(struct session *s)
{
	struct channel **at = &s->channels;

	while (*at) {
		struct channel *c = *at;

		if (c->stage == CHANNEL_DONE) {
			*at = c->next;
			channel_free(c);
			session_wake(s); /* the next in the queue */
		} else {
			at = &c->next;
		}
	}
}

bool channels_want(const struct session *s)
{
	for (const struct channel *c = s->channels; c; c = c->next)
		if (c->owner)
			return true;
	return false;
}

bool channels_are_worn(const struct session *s)
{
	unsigned left = 0;

	if (s->is_jump)
		return false;
	for (const struct channel *c = s->channels; c; c = c->next) {
		if (c->owner && c->stage != CHANNEL_QUEUED)
			return false;
		left += channel_is_left(c);
	}
	return left >= LEFT_MOST;
}

void channels_forget_left(struct session *s)
{
	for (struct channel *c = s->channels; c; c = c->next)
		if (c->stage != CHANNEL_QUEUED)
			c->stage = CHANNEL_DONE;
	channels_sweep(s);
}

bool channels_work(struct session *s, struct error *why)
{
	for (struct channel *c = s->channels; c && !s->closing; c = c->next)
		if (channel_step(c) == CHANNEL_LOST) {
			link_explain(s, ERROR_UNREACHABLE, why);
			return false;
		}
	if (!s->closing)
		channels_sweep(s);
	return true;
}

/*
 * A running command whose time is up is answered and its channel closed. Where libssh2 is in the middle of
 * something that it cannot give up, the connection goes; but for a jump host, which others use: there the owner
 * has a deadline of its own, the place stays taken until the jump host answers, and who waits behind it goes
 * another way.
 */
static bool channel_expire(struct channel *c, struct error *why)
{
	if (c->session->is_jump && c->stage == CHANNEL_OPENING) {
		c->due_ms = 0;
		session_wake_dependents(c->session);
		return true;
	}
	if (c->stage != CHANNEL_RUNNING && c->stage != CHANNEL_CLOSING)
		return error_set(why, ERROR_TIMEOUT, "the host does not start the command");
	error_set(why, ERROR_TIMEOUT, "not finished within %u s", (c->within_ms + 999) / 1000);
	channel_tell_end(c, why);
	channel_abandon(c);
	return true;
}

bool channels_expire(struct session *s, uint64_t now_ms, struct error *why)
{
	for (struct channel *c = s->channels; c; c = c->next)
		if (c->due_ms && c->due_ms <= now_ms && c->stage != CHANNEL_DONE && !channel_expire(c, why))
			return false;
	return true;
}

uint64_t channels_due(const struct session *s)
{
	uint64_t due = 0;

	for (const struct channel *c = s->channels; c; c = c->next)
		if (c->due_ms && (!due || c->due_ms < due))
			due = c->due_ms;
	return due;
}

bool channels_are_stuck(const struct session *s)
{
	for (const struct channel *c = s->channels; c; c = c->next)
		if (c->stage == CHANNEL_OPENING && c->opened_at_ms + CHANNEL_STUCK_MS <= channel_now(c))
			return true;
	return false;
}

void channels_end(struct session *s, const struct error *why)
{
	struct channel *c = s->channels;

	/* What the owners ask for when they are told is new work. */
	s->channels = NULL;
	while (c) {
		struct channel *next = c->next;

		c->ssh = NULL;
		if (why)
			channel_tell_end(c, why);
		else if (c->owner)
			c->kind->dropped(c);
		channel_free(c);
		c = next;
	}
}
