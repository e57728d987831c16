#include "remote/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/random.h>

#include "base/mem.h"
#include "loop/timer.h"
#include "remote/capture.h"
#include "remote/shell.h"

struct remote_call {
	TAILQ_ENTRY(remote_call) link;
	struct runner *runner;
	char *text, *input;
	size_t input_size;
	enum remote_user user;
	unsigned within_ms, tries;
	struct capture out, err;
	struct shell *shell; /* while it is at work */
	bool answered;
	remote_reply_fn *replied;
	void *ctx;
};

struct runner {
	struct remote remote; /* first: the engine holds a pointer to it */
	struct transport *transport;
	const struct secret *sudo_password;
	unsigned tries, pause_ms;
	TAILQ_HEAD(, remote_call) calls; /* the first one is at work, or waits for its next try */
	struct timer wake, deadline;
	unsigned open_timers;
	bool closed;
};

static void runner_start(void *ctx);

static struct runner *runner_of(struct remote *r)
{
	return (struct runner *)r;
}

static void call_free(struct remote_call *call)
{
	if (call->shell)
		shell_close(call->shell);
	if (call->input)
		explicit_bzero(call->input, call->input_size);
	capture_done(&call->out);
	capture_done(&call->err);
	free(call->input);
	free(call->text);
	free(call);
}

/* Always through the loop, so that no reply comes before the call that asked has returned. */
static void runner_wake(struct runner *r, unsigned after_ms)
{
	struct remote_call *call = TAILQ_FIRST(&r->calls);

	if (!r->closed && call && !call->shell)
		timer_after(&r->wake, after_ms, runner_start);
}

static void call_reply(struct remote_call *call, const struct error *why, bool sent, int status)
{
	struct runner *r = call->runner;
	struct remote_reply reply = {.why = why, .sent = sent, .status = status};
	uint64_t dropped;

	timer_stop(&r->deadline);
	/* Off the queue first: the reply function may cancel what it likes, or close the remote. */
	TAILQ_REMOVE(&r->calls, call, link);
	call->answered = true;
	if (call->shell)
		shell_close(call->shell);
	call->shell = NULL;
	runner_wake(r, 0);
	reply.out = capture_text(&call->out, &reply.out_size, &reply.dropped);
	reply.err = capture_text(&call->err, &reply.err_size, &dropped);
	reply.dropped += dropped;
	call->replied(call->ctx, &reply);
	call_free(call);
}

static void call_late(void *ctx)
{
	struct runner *r = ctx;
	struct remote_call *call = TAILQ_FIRST(&r->calls);
	struct error why;

	error_set(&why, ERROR_TIMEOUT, "%s: no end within %u s, its outcome is unknown", r->remote.name,
		  (call->within_ms + 999) / 1000);
	call_reply(call, &why, true, 0);
}

static void call_opened(void *ctx)
{
	struct remote_call *call = ctx;

	if (call->within_ms)
		timer_after(&call->runner->deadline, call->within_ms, call_late);
}

static void call_began(void *ctx)
{
	struct remote_call *call = ctx;

	if (call->input)
		shell_write(call->shell, call->input, call->input_size);
	shell_finish(call->shell);
}

static void call_data(void *ctx, enum stream_from from, const char *bytes, size_t n)
{
	struct remote_call *call = ctx;

	capture_add(from == STREAM_OUT ? &call->out : &call->err, bytes, n);
}

static void call_drained(void *ctx)
{
	(void)ctx;
}

/* Waiting grows with every try; the jitter keeps a hundred sessions from coming back at the same moment. */
static unsigned runner_pause(const struct runner *r, unsigned tries)
{
	unsigned pause = r->pause_ms << (tries > 6 ? 6 : tries - 1), jitter = 0;

	if (getrandom(&jitter, sizeof(jitter), 0) != (ssize_t)sizeof(jitter))
		jitter = 0;
	return pause + jitter % (pause / 2 + 1);
}

static void call_ended(void *ctx, const struct shell_end *end)
{
	struct remote_call *call = ctx;
	struct runner *r = call->runner;

	if (end->why && !end->sent && error_may_retry(end->why->code) && ++call->tries < r->tries) {
		shell_close(call->shell);
		call->shell = NULL;
		timer_stop(&r->deadline);
		runner_wake(r, runner_pause(r, call->tries));
		return;
	}
	call_reply(call, end->why, end->sent, end->status);
}

static const struct shell_events call_events = {
	.opened = call_opened,
	.began = call_began,
	.data = call_data,
	.drained = call_drained,
	.ended = call_ended,
};

static void runner_start(void *ctx)
{
	struct runner *r = ctx;
	struct remote_call *call = TAILQ_FIRST(&r->calls);
	struct shell_spec spec = {.transport = r->transport, .host = &r->remote, .sudo_password = r->sudo_password};
	struct error why;

	if (!call || call->shell)
		return;
	spec.text = call->text;
	spec.user = call->user;
	call->shell = shell_open(&spec, &call_events, call, &why);
	if (!call->shell)
		call_reply(call, &why, false, 0);
}

static struct remote_call *runner_exec(struct remote *remote, const struct remote_command *c, remote_reply_fn *replied,
				       void *ctx)
{
	struct runner *r = runner_of(remote);
	struct remote_call *call = mem_new(struct remote_call);
	size_t most = c->most ? c->most : RUNNER_OUTPUT_MOST;

	call->runner = r;
	call->text = mem_strdup(c->text);
	call->user = c->user;
	call->within_ms = c->within_ms;
	call->replied = replied;
	call->ctx = ctx;
	if (c->input && c->input_size) {
		call->input = mem_alloc(c->input_size);
		call->input_size = c->input_size;
		memcpy(call->input, c->input, c->input_size);
	}
	capture_init(&call->out, most);
	capture_init(&call->err, most);
	TAILQ_INSERT_TAIL(&r->calls, call, link);
	if (TAILQ_FIRST(&r->calls) == call)
		runner_wake(r, 0);
	return call;
}

static void runner_cancel(struct remote *remote, struct remote_call *call)
{
	struct runner *r = runner_of(remote);
	bool first = TAILQ_FIRST(&r->calls) == call;

	if (call->answered)
		return;
	TAILQ_REMOVE(&r->calls, call, link);
	call_free(call);
	if (first) {
		timer_stop(&r->deadline);
		timer_stop(&r->wake);
		runner_wake(r, 0);
	}
}

static void runner_timer_closed(void *ctx)
{
	struct runner *r = ctx;

	if (--r->open_timers == 0)
		free(r);
}

static void runner_close(struct remote *remote)
{
	struct runner *r = runner_of(remote);
	struct remote_call *call;

	r->closed = true;
	while ((call = TAILQ_FIRST(&r->calls))) {
		TAILQ_REMOVE(&r->calls, call, link);
		call_free(call);
	}
	transport_close(r->transport);
	timer_close(&r->wake, runner_timer_closed);
	timer_close(&r->deadline, runner_timer_closed);
}

static const struct remote_ops runner_ops = {.exec = runner_exec, .cancel = runner_cancel, .close = runner_close};

struct remote *runner_new(const struct runner_spec *spec)
{
	struct runner *r = mem_new(struct runner);

	r->remote.ops = &runner_ops;
	r->remote.users_ignored = spec->users_ignored;
	snprintf(r->remote.name, sizeof(r->remote.name), "%s", spec->name);
	snprintf(r->remote.shell, sizeof(r->remote.shell), "%s", spec->shell ? spec->shell : "");
	r->transport = spec->transport;
	r->sudo_password = spec->sudo_password;
	r->tries = spec->tries ? spec->tries : 3;
	r->pause_ms = spec->pause_ms ? spec->pause_ms : 500;
	TAILQ_INIT(&r->calls);
	timer_init(&r->wake, spec->transport->loop, r);
	timer_init(&r->deadline, spec->transport->loop, r);
	r->open_timers = 2;
	return &r->remote;
}
