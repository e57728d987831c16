#include "ssh/exec.h"

#include <stdlib.h>

#include "base/mem.h"
#include "ssh/channel.h"
#include "ssh/clip.h"

enum { WITHIN_MS = 60 * 1000, OUTPUT_MOST = 64 * 1024 };

struct session_exec {
	struct channel *channel;
	struct clip out, err;
	session_reply_fn *replied;
	void *ctx;
	bool answered;
};

static void exec_free(struct session_exec *e)
{
	clip_done(&e->out);
	clip_done(&e->err);
	free(e);
}

static void exec_received(struct channel *c, int stream, const char *bytes, size_t n)
{
	struct session_exec *e = c->owner;

	clip_add(stream ? &e->err : &e->out, bytes, n);
}

static void exec_ended(struct channel *c, const struct error *why)
{
	struct session_exec *e = c->owner;
	struct session_reply reply = {
		.why = why,
		.started = c->stage >= CHANNEL_STARTING,
		.status_hint = c->status_hint,
	};

	clip_read(&e->out, &reply.out);
	clip_read(&e->err, &reply.err);
	e->answered = true;
	e->replied(e->ctx, &reply);
	exec_free(e);
}

static void exec_dropped(struct channel *c)
{
	exec_free(c->owner);
}

static const struct channel_kind exec_kind = {
	.received = exec_received,
	.ended = exec_ended,
	.dropped = exec_dropped,
};

struct session_exec *session_exec(struct session *s, const struct session_command *c, session_reply_fn *replied,
				  void *ctx)
{
	struct session_exec *e = mem_new(struct session_exec);
	size_t most = c->most ? c->most : OUTPUT_MOST;

	clip_init(&e->out, most);
	clip_init(&e->err, most);
	e->replied = replied;
	e->ctx = ctx;
	e->channel = channel_ask(s, &exec_kind, e, c->input ? c->input_size : 0);
	e->channel->command = mem_strdup(c->command);
	e->channel->within_ms = c->within_ms ? c->within_ms : WITHIN_MS;
	if (c->input)
		channel_write(e->channel, c->input, c->input_size);
	channel_finish(e->channel);
	return e;
}

void session_exec_cancel(struct session_exec *e)
{
	if (e->answered)
		return; /* its reply function is running: it goes when that returns */
	channel_abandon(e->channel);
	exec_free(e);
}
