#include "remote/transport_ssh.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ssh/context.h"
#include "ssh/stream.h"

struct over_ssh {
	struct transport transport; /* first */
	struct session *session;
	session_changed_fn *changed;
	void *ctx;
	unsigned ups; /* how often it was authenticated */
};

struct ssh_stream {
	struct stream stream; /* first */
	struct over_ssh *way;
	struct session_stream *channel; /* NULL once it has ended */
	const struct stream_events *events;
	void *ctx;
	struct buf waiting;  /* more than the session takes now */
	unsigned ups_before; /* the way's, when we were opened while it was down */
	unsigned busy;
	bool was_up, opened, finished, closed;
};

static void ssh_free(struct ssh_stream *s)
{
	buf_wipe(&s->waiting);
	buf_done(&s->waiting);
	free(s);
}

static void ssh_leave(struct ssh_stream *s)
{
	if (--s->busy == 0 && s->closed)
		ssh_free(s);
}

static void ssh_opened(void *ctx)
{
	struct ssh_stream *s = ctx;

	if (s->opened)
		return;
	s->opened = true;
	s->busy++;
	s->events->opened(s->ctx);
	ssh_leave(s);
}

static void ssh_data(struct ssh_stream *s, enum stream_from from, const char *bytes, size_t n)
{
	s->busy++;
	if (!s->closed)
		s->events->data(s->ctx, from, bytes, n);
	ssh_leave(s);
}

static void ssh_out(void *ctx, const char *bytes, size_t n)
{
	ssh_data(ctx, STREAM_OUT, bytes, n);
}

static void ssh_err(void *ctx, const char *bytes, size_t n)
{
	ssh_data(ctx, STREAM_ERR, bytes, n);
}

/* Gives the session what it takes; the end of input follows the last byte. */
static void ssh_push(struct ssh_stream *s)
{
	size_t n;

	if (!s->channel)
		return;
	n = s->waiting.used ? session_stream_write(s->channel, s->waiting.bytes, s->waiting.used) : 0;
	buf_drop(&s->waiting, n);
	if (s->waiting.used)
		return;
	buf_wipe(&s->waiting);
	if (s->finished)
		session_stream_finish(s->channel);
}

static void ssh_drained(void *ctx)
{
	struct ssh_stream *s = ctx;

	s->busy++;
	ssh_push(s);
	if (s->waiting.used == 0 && !s->finished && !s->closed)
		s->events->drained(s->ctx);
	ssh_leave(s);
}

/* A session that was up may have sent the command although it did not hear that it was started. */
static void ssh_ended(void *ctx, const struct error *why, int status_hint)
{
	struct ssh_stream *s = ctx;

	(void)status_hint;
	s->channel = NULL;
	s->busy++;
	if (!s->opened && !s->closed && (s->was_up || s->way->ups != s->ups_before)) {
		s->opened = true;
		s->events->opened(s->ctx);
	}
	if (!s->closed)
		s->events->ended(s->ctx, why);
	ssh_leave(s);
}

static const struct session_stream_ops channel_ops = {
	.opened = ssh_opened, .out = ssh_out, .err = ssh_err, .drained = ssh_drained, .ended = ssh_ended};

static void ssh_write(struct stream *stream, const void *bytes, size_t n)
{
	struct ssh_stream *s = (struct ssh_stream *)stream;
	size_t taken = 0;

	if (!s->channel || s->finished)
		return;
	if (s->waiting.used == 0)
		taken = session_stream_write(s->channel, bytes, n);
	buf_add(&s->waiting, (const char *)bytes + taken, n - taken);
}

static void ssh_finish(struct stream *stream)
{
	struct ssh_stream *s = (struct ssh_stream *)stream;

	s->finished = true;
	ssh_push(s);
}

static void ssh_hold(struct stream *stream, bool held)
{
	struct ssh_stream *s = (struct ssh_stream *)stream;

	if (!s->channel)
		return;
	if (held)
		session_stream_pause(s->channel);
	else
		session_stream_resume(s->channel);
}

static void ssh_close(struct stream *stream)
{
	struct ssh_stream *s = (struct ssh_stream *)stream;

	s->closed = true;
	if (s->channel)
		session_stream_close(s->channel);
	s->channel = NULL;
	s->busy++;
	ssh_leave(s);
}

static const struct stream_ops stream_ops = {
	.write = ssh_write, .finish = ssh_finish, .hold = ssh_hold, .close = ssh_close};

static struct stream *ssh_open(struct transport *t, const char *command, const struct stream_events *events, void *ctx)
{
	struct over_ssh *way = (struct over_ssh *)t;
	struct ssh_stream *s = mem_new(struct ssh_stream);

	s->stream.ops = &stream_ops;
	s->way = way;
	s->events = events;
	s->ctx = ctx;
	s->was_up = session_is_up(way->session);
	s->ups_before = way->ups;
	buf_init(&s->waiting, SIZE_MAX / 4);
	s->channel = session_stream_open(way->session, command, &channel_ops, s);
	return &s->stream;
}

static void ssh_transport_close(struct transport *t)
{
	struct over_ssh *way = (struct over_ssh *)t;

	session_close(way->session);
	free(way);
}

static const struct transport_ops transport_ops = {.open = ssh_open, .close = ssh_transport_close};

static void ssh_changed(void *ctx, const struct session_progress *progress)
{
	struct over_ssh *way = ctx;

	if (progress->state == SESSION_UP)
		way->ups++;
	if (way->changed)
		way->changed(way->ctx, progress);
}

struct transport *transport_ssh_new(struct ssh_context *context, const struct ssh_target *target,
				    session_changed_fn *changed, void *ctx)
{
	struct over_ssh *way = mem_new(struct over_ssh);

	way->transport.ops = &transport_ops;
	way->transport.loop = ssh_context_loop(context);
	way->changed = changed;
	way->ctx = ctx;
	way->session = session_open(context, target, ssh_changed, way);
	return &way->transport;
}
