#include "remote/shell.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "loop/timer.h"
#include "remote/frame.h"
#include "remote/script.h"
#include "remote/sudo.h"

enum { SHELL_GRACE_MS = 400 };

struct shell {
	struct stream *stream;
	const struct shell_events *events;
	void *ctx;
	const struct remote *host;
	enum remote_user user;
	const struct secret *password;
	char prompt[SCRIPT_NONCE];
	struct frame out, err;
	struct timer grace; /* a process left behind may keep stderr open: its mark is not waited for without end */
	unsigned busy;	    /* inside an event: closing frees later */
	bool opened, began, asked, ended, closed;
};

static void shell_free(struct shell *s)
{
	frame_done(&s->out);
	frame_done(&s->err);
	free(s);
}

static void shell_grace_closed(void *ctx)
{
	shell_free(ctx);
}

static void shell_leave(struct shell *s)
{
	if (--s->busy == 0 && s->closed)
		timer_close(&s->grace, shell_grace_closed);
}

static void shell_end(struct shell *s, const struct shell_end *end)
{
	if (s->ended || s->closed)
		return;
	s->ended = true;
	timer_stop(&s->grace);
	s->events->ended(s->ctx, end);
}

static void shell_fail(struct shell *s, bool sent, const struct error *why)
{
	shell_end(s, &(struct shell_end){.why = why, .sent = sent});
}

/* Both marks, or the mark of stdout and enough patience: the outcome is known. */
static void shell_conclude(struct shell *s)
{
	struct error why;

	if (s->out.began) {
		shell_end(s, &(struct shell_end){.sent = true, .status = s->out.status});
		return;
	}
	sudo_refusal(&why, s->host->name, s->user, s->out.status, s->err.noise.bytes);
	shell_fail(s, false, &why);
}

static void shell_grace_over(void *ctx)
{
	struct shell *s = ctx;

	s->busy++;
	shell_conclude(s);
	shell_leave(s);
}

/* sudo asks: the password leaves once, and only now. A second question means that it was wrong. */
static void shell_answer(struct shell *s)
{
	struct error why;

	if (!s->password || s->err.began || !strstr(s->err.noise.bytes, s->prompt))
		return;
	if (s->asked) {
		sudo_refusal(&why, s->host->name, s->user, 1, "incorrect password");
		shell_fail(s, false, &why);
		return;
	}
	s->asked = true;
	buf_clear(&s->err.noise);
	stream_write(s->stream, secret_bytes(s->password), secret_length(s->password));
	stream_write(s->stream, "\n", 1);
}

static void shell_look(struct shell *s)
{
	if (!s->closed && !s->ended && !s->began && s->out.began) {
		s->began = true;
		s->events->began(s->ctx);
	}
	if (s->closed || s->ended)
		return;
	if (s->out.done && s->err.done)
		shell_conclude(s);
	else if (s->out.done)
		timer_after(&s->grace, SHELL_GRACE_MS, shell_grace_over);
	else
		shell_answer(s);
}

static void shell_opened(void *ctx)
{
	struct shell *s = ctx;

	s->busy++;
	s->opened = true;
	s->events->opened(s->ctx);
	shell_leave(s);
}

static void shell_data(void *ctx, enum stream_from from, const char *bytes, size_t n)
{
	struct shell *s = ctx;

	s->busy++;
	frame_add(from == STREAM_OUT ? &s->out : &s->err, bytes, n);
	shell_look(s);
	shell_leave(s);
}

static void shell_drained(void *ctx)
{
	struct shell *s = ctx;

	s->busy++;
	if (!s->closed && !s->ended && s->began)
		s->events->drained(s->ctx);
	shell_leave(s);
}

static void shell_lost(struct shell *s, const struct error *why)
{
	struct error unknown;

	if (!s->opened && why) {
		shell_fail(s, false, why);
		return;
	}
	error_set(&unknown, ERROR_UNREACHABLE,
		  "%s: the connection ended before the command did, its outcome is unknown%s%s", s->host->name,
		  why ? ": " : "", why ? why->text : "");
	shell_fail(s, s->opened, &unknown);
}

static void shell_stream_ended(void *ctx, const struct error *why)
{
	struct shell *s = ctx;

	s->busy++;
	frame_flush(&s->out);
	frame_flush(&s->err);
	if (s->out.done)
		shell_conclude(s);
	else
		shell_lost(s, why);
	shell_leave(s);
}

static void shell_out(void *ctx, const char *bytes, size_t n)
{
	struct shell *s = ctx;

	if (!s->closed && !s->ended)
		s->events->data(s->ctx, STREAM_OUT, bytes, n);
}

static void shell_err(void *ctx, const char *bytes, size_t n)
{
	struct shell *s = ctx;

	if (!s->closed && !s->ended)
		s->events->data(s->ctx, STREAM_ERR, bytes, n);
}

static const struct stream_events stream_events = {
	.opened = shell_opened,
	.data = shell_data,
	.drained = shell_drained,
	.ended = shell_stream_ended,
};

struct shell *shell_open(const struct shell_spec *spec, const struct shell_events *events, void *ctx, struct error *why)
{
	char mark[SCRIPT_NONCE];
	struct shell *s;
	scoped_buf command;
	struct script script = {.text = spec->text,
				.user = spec->user,
				.users_ignored = spec->host->users_ignored,
				.shell = spec->host->shell,
				.mark = mark};

	script_nonce(mark, sizeof(mark), "pgresync");
	buf_init(&command, (size_t)2 * SCRIPT_MOST);
	s = mem_new(struct shell);
	script_nonce(s->prompt, sizeof(s->prompt), "sudo");
	if (spec->sudo_password)
		script.prompt = s->prompt;
	if (!script_wrap(&command, &script, why)) {
		free(s);
		return NULL;
	}
	s->events = events;
	s->ctx = ctx;
	s->host = spec->host;
	s->user = spec->user;
	s->password = spec->sudo_password;
	frame_init(&s->out, mark, shell_out, s);
	frame_init(&s->err, mark, shell_err, s);
	timer_init(&s->grace, spec->transport->loop, s);
	s->stream = transport_open(spec->transport, command.bytes, &stream_events, s);
	return s;
}

void shell_write(struct shell *s, const void *bytes, size_t n)
{
	stream_write(s->stream, bytes, n);
}

void shell_finish(struct shell *s)
{
	stream_finish(s->stream);
}

void shell_hold(struct shell *s, bool held)
{
	stream_hold(s->stream, held);
}

void shell_close(struct shell *s)
{
	s->closed = true;
	timer_stop(&s->grace);
	stream_close(s->stream);
	s->busy++;
	shell_leave(s);
}
