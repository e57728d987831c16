#include "ssh/channel.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ssh/channel_inner.h"
#include "ssh/link.h"
#include "ssh/session_inner.h"

enum { CHANNEL_PIECE = 32 * 1024, CHANNEL_OPEN_MS = 20000 };

struct channel *channel_ask(struct session *s, const struct channel_kind *kind, void *owner, size_t out_most)
{
	struct channel *c = mem_new(struct channel), **end = &s->channels;

	c->session = s;
	c->kind = kind;
	c->owner = owner;
	fifo_init(&c->out, out_most);
	while (*end)
		end = &(*end)->next;
	*end = c;
	session_wake(s);
	return c;
}

void channel_free(struct channel *c)
{
	fifo_done(&c->out);
	free(c->command);
	free(c->host);
	free(c);
}

size_t channel_write(struct channel *c, const void *bytes, size_t n)
{
	size_t room = fifo_room(&c->out);

	if (n > room)
		n = room;
	if (n && fifo_add(&c->out, bytes, n)) {
		c->owes_drained = true;
		session_wake(c->session);
	}
	return n;
}

void channel_finish(struct channel *c)
{
	c->finish = true;
	session_wake(c->session);
}

void channel_pause(struct channel *c)
{
	c->paused = true;
}

void channel_resume(struct channel *c)
{
	if (!c->paused)
		return;
	c->paused = false;
	session_wake(c->session);
}

uint64_t channel_now(const struct channel *c)
{
	return uv_now(c->session->context->loop);
}

static void channel_to(struct channel *c, enum channel_stage stage)
{
	const struct ssh_deadlines *d = &c->session->target->deadlines;

	c->stage = stage;
	if (stage != CHANNEL_CLOSING || !c->owner)
		c->due_ms = 0; /* who closes is still within the time of the running command */
	uv_update_time(c->session->context->loop);
	if (stage == CHANNEL_OPENING || stage == CHANNEL_STARTING)
		c->due_ms = channel_now(c) + (d->channel_ms ? d->channel_ms : CHANNEL_OPEN_MS);
	if (stage == CHANNEL_OPENING && c->host)
		c->due_ms = channel_now(c) + CHANNEL_STUCK_MS;
	if (stage == CHANNEL_RUNNING && c->within_ms)
		c->due_ms = channel_now(c) + c->within_ms;
}

void channel_abandon(struct channel *c)
{
	c->owner = NULL;
	if (c->stage == CHANNEL_QUEUED)
		c->stage = CHANNEL_DONE;
	if (c->stage == CHANNEL_RUNNING)
		channel_to(c, CHANNEL_CLOSING);
	if (c->stage == CHANNEL_CLOSING)
		c->due_ms = 0;
	session_wake(c->session);
}

/* sshd closes the channel of a command that we left when the command ends, and not before. */
bool channel_is_left(const struct channel *c)
{
	return !c->owner && c->stage == CHANNEL_CLOSING;
}

void channel_tell_end(struct channel *c, const struct error *why)
{
	void *owner = c->owner;

	if (owner)
		c->kind->ended(c, why);
	c->owner = NULL;
}

/* The channel failed, the connection is sound. */
static enum channel_step channel_fail(struct channel *c, enum error_code code, const char *doing)
{
	struct error why;

	link_explain(c->session, code, &why);
	error_in(&why, "%s", doing);
	channel_tell_end(c, &why);
	c->stage = CHANNEL_DONE;
	if (c->ssh)
		channel_to(c, CHANNEL_CLOSING);
	return CHANNEL_ON;
}

/* Errors of libssh2 that concern one channel only. */
static bool is_local(struct channel *c, int rc)
{
	if (c->session->wire.ended || c->session->vault.full)
		return false;
	return rc == LIBSSH2_ERROR_CHANNEL_FAILURE || rc == LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED ||
	       rc == LIBSSH2_ERROR_CHANNEL_CLOSED || rc == LIBSSH2_ERROR_CHANNEL_EOF_SENT;
}

static enum channel_step channel_open(struct channel *c)
{
	LIBSSH2_SESSION *ssh = c->session->ssh;
	int rc;

	if (c->host)
		c->ssh = libssh2_channel_direct_tcpip_ex(ssh, c->host, (int)c->port, "127.0.0.1", 22);
	else
		c->ssh = libssh2_channel_open_session(ssh);
	if (c->ssh) {
		channel_to(c, c->host ? CHANNEL_RUNNING : CHANNEL_STARTING);
		if (c->host && c->owner)
			c->kind->started(c);
		return CHANNEL_ON;
	}
	rc = libssh2_session_last_errno(ssh);
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return CHANNEL_WAIT;
	if (!is_local(c, rc))
		return CHANNEL_LOST;
	return channel_fail(c, ERROR_UNREACHABLE, c->host ? "the jump host cannot connect" : "opening a channel");
}

static enum channel_step channel_start(struct channel *c)
{
	int rc;

	if (!c->owner) {
		channel_to(c, CHANNEL_CLOSING);
		return CHANNEL_ON;
	}
	rc = libssh2_channel_process_startup(c->ssh, "exec", 4, c->command, (unsigned)strlen(c->command));
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return CHANNEL_WAIT;
	if (rc && !is_local(c, rc))
		return CHANNEL_LOST;
	if (rc)
		return channel_fail(c, ERROR_HOST, "the host starts no command");
	channel_to(c, CHANNEL_RUNNING);
	if (c->kind->started)
		c->kind->started(c);
	return CHANNEL_ON;
}

static bool channel_send_end(struct channel *c)
{
	int rc;

	if (!c->finish || c->eof_sent)
		return true;
	rc = libssh2_channel_send_eof(c->ssh);
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return true;
	c->eof_sent = true;
	return rc == 0 || is_local(c, rc);
}

/* False when the connection is lost. While the wire is busy nothing is added: its next flush wakes the session. */
static bool channel_send(struct channel *c)
{
	while (fifo_size(&c->out)) {
		size_t n = fifo_size(&c->out) < CHANNEL_PIECE ? fifo_size(&c->out) : CHANNEL_PIECE;
		ssize_t sent;

		if (fifo_size(&c->session->wire.out) >= WIRE_OUT_BUSY)
			return true;
		sent = libssh2_channel_write_ex(c->ssh, 0, fifo_bytes(&c->out), n);
		if (sent == LIBSSH2_ERROR_EAGAIN || sent == 0)
			return true;
		if (sent < 0 && !is_local(c, (int)sent))
			return false;
		/* Nobody reads on the other side: what is left goes nowhere. */
		fifo_drop(&c->out, sent < 0 ? fifo_size(&c->out) : (size_t)sent);
	}
	fifo_rest(&c->out);
	return channel_send_end(c);
}

/* Reads one stream until it is empty, or the owner has enough; false when the connection is lost. */
static bool channel_read_stream(struct channel *c, int stream)
{
	char piece[CHANNEL_PIECE];
	ssize_t got;

	while (c->owner && !c->paused) {
		got = libssh2_channel_read_ex(c->ssh, stream, piece, sizeof(piece));
		if (got > 0 && c->kind->received)
			c->kind->received(c, stream, piece, (size_t)got);
		if (got == LIBSSH2_ERROR_EAGAIN || got == 0)
			return true;
		if (got < 0)
			return is_local(c, (int)got);
	}
	return true;
}

/*
 * libssh2 reads packets of both streams, and of every channel, whichever was asked for: data may lie in its queue
 * while the socket stays silent. Nobody may sleep then.
 */
static void channel_look_again(struct channel *c)
{
	unsigned long waiting = 0;

	if (!c->owner || c->paused || c->session->wire.starved)
		return;
	libssh2_channel_window_read_ex(c->ssh, &waiting, NULL);
	if (waiting)
		session_wake(c->session);
}

static enum channel_step channel_run(struct channel *c)
{
	if (!channel_send(c) || !channel_read_stream(c, 0) || !channel_read_stream(c, 1))
		return CHANNEL_LOST;
	if (c->owner && c->owes_drained && !fifo_size(&c->out)) {
		c->owes_drained = false;
		if (c->kind->drained)
			c->kind->drained(c);
	}
	if (c->stage != CHANNEL_RUNNING)
		return CHANNEL_ON; /* abandoned meanwhile */
	if (!c->paused && libssh2_channel_eof(c->ssh) == 1) {
		channel_to(c, CHANNEL_CLOSING);
		return CHANNEL_ON;
	}
	channel_look_again(c);
	return CHANNEL_WAIT;
}

static enum channel_step channel_close(struct channel *c)
{
	int rc = libssh2_channel_close(c->ssh);

	if (rc == LIBSSH2_ERROR_EAGAIN)
		return CHANNEL_WAIT;
	if (rc && !is_local(c, rc) && rc != LIBSSH2_ERROR_BAD_USE)
		return CHANNEL_LOST;
	c->status_hint = libssh2_channel_get_exit_status(c->ssh);
	rc = libssh2_channel_free(c->ssh);
	if (rc == LIBSSH2_ERROR_EAGAIN)
		return CHANNEL_WAIT;
	c->ssh = NULL;
	c->stage = CHANNEL_DONE;
	channel_tell_end(c, NULL);
	return CHANNEL_ON;
}

/* QUEUED: only one is opened at a time, and but for a jump host there is only one at all. */
static enum channel_step channel_enter(struct channel *c)
{
	for (struct channel *o = c->session->channels; o != c; o = o->next) {
		if (o->stage == CHANNEL_OPENING)
			return CHANNEL_WAIT;
		if (!c->session->is_jump && o->stage != CHANNEL_DONE && !channel_is_left(o))
			return CHANNEL_WAIT;
	}
	channel_to(c, CHANNEL_OPENING);
	c->opened_at_ms = channel_now(c);
	return CHANNEL_ON;
}

enum channel_step channel_step(struct channel *c)
{
	static enum channel_step (*const steps[])(struct channel *) = {
		[CHANNEL_QUEUED] = channel_enter, [CHANNEL_OPENING] = channel_open,  [CHANNEL_STARTING] = channel_start,
		[CHANNEL_RUNNING] = channel_run,  [CHANNEL_CLOSING] = channel_close,
	};
	enum channel_step answer = CHANNEL_ON;

	while (answer == CHANNEL_ON && c->stage != CHANNEL_DONE && !c->session->closing)
		answer = steps[c->stage](c);
	return answer;
}
