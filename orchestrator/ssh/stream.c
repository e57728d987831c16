#include "ssh/stream.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ssh/channel.h"

struct session_stream {
	struct channel *channel;
	const struct session_stream_ops *ops;
	void *ctx;
	bool ended;
};

static void stream_started(struct channel *c)
{
	struct session_stream *w = c->owner;

	if (w->ops->opened)
		w->ops->opened(w->ctx);
}

static void stream_received(struct channel *c, int stream, const char *bytes, size_t n)
{
	struct session_stream *w = c->owner;
	void (*take)(void *, const char *, size_t) = stream ? w->ops->err : w->ops->out;

	if (take)
		take(w->ctx, bytes, n);
}

static void stream_drained(struct channel *c)
{
	struct session_stream *w = c->owner;

	if (w->ops->drained)
		w->ops->drained(w->ctx);
}

static void stream_ended(struct channel *c, const struct error *why)
{
	struct session_stream *w = c->owner;

	w->ended = true;
	w->ops->ended(w->ctx, why, c->status_hint);
	free(w);
}

static void stream_dropped(struct channel *c)
{
	free(c->owner);
}

static const struct channel_kind stream_kind = {
	.started = stream_started,
	.received = stream_received,
	.drained = stream_drained,
	.ended = stream_ended,
	.dropped = stream_dropped,
};

struct session_stream *session_stream_open(struct session *s, const char *command, const struct session_stream_ops *ops,
					   void *ctx)
{
	struct session_stream *w = mem_new(struct session_stream);

	w->ops = ops;
	w->ctx = ctx;
	w->channel = channel_ask(s, &stream_kind, w, STREAM_WRITE_MOST);
	w->channel->command = mem_strdup(command);
	return w;
}

size_t session_stream_write(struct session_stream *w, const void *bytes, size_t n)
{
	return w->ended || w->channel->finish ? 0 : channel_write(w->channel, bytes, n);
}

void session_stream_finish(struct session_stream *w)
{
	if (!w->ended)
		channel_finish(w->channel);
}

void session_stream_pause(struct session_stream *w)
{
	if (!w->ended)
		channel_pause(w->channel);
}

void session_stream_resume(struct session_stream *w)
{
	if (!w->ended)
		channel_resume(w->channel);
}

void session_stream_close(struct session_stream *w)
{
	if (w->ended)
		return; /* ended() is running: it goes when that returns */
	channel_abandon(w->channel);
	free(w);
}
