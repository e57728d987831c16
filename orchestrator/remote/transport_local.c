#include "remote/transport_local.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "loop/timer.h"

struct local {
	struct transport transport; /* first */
	char *shell;
};

struct local_stream {
	struct stream stream; /* first */
	const struct stream_events *events;
	void *ctx;
	uv_process_t process;
	uv_pipe_t in, out, err;
	struct timer begin; /* tells what happened in open, one turn of the loop later */
	unsigned handles;   /* not closed yet */
	unsigned writes;    /* on their way */
	int spawned;	    /* uv_spawn's answer */
	bool out_over, err_over, exited, ended, finished, held, closed;
};

struct local_write {
	uv_write_t request;
	struct local_stream *stream;
	size_t n;
	char bytes[];
};

static void local_unref(struct local_stream *s)
{
	if (--s->handles == 0)
		free(s);
}

static void local_handle_closed(uv_handle_t *handle)
{
	local_unref(handle->data);
}

static void local_timer_closed(void *ctx)
{
	local_unref(ctx);
}

static void local_close_handle(uv_handle_t *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, local_handle_closed);
}

static void local_end(struct local_stream *s, const struct error *why)
{
	if (s->ended || s->closed)
		return;
	s->ended = true;
	s->events->ended(s->ctx, why);
}

static void local_maybe_end(struct local_stream *s)
{
	if (s->out_over && s->err_over && s->exited)
		local_end(s, NULL);
}

static void local_exited(uv_process_t *process, int64_t status, int signal)
{
	struct local_stream *s = process->data;

	(void)status;
	(void)signal;
	s->exited = true;
	local_close_handle((uv_handle_t *)process);
	local_maybe_end(s);
}

static void local_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	static char room[65536]; /* handed on before the next read: one loop, one thread */

	(void)handle;
	(void)suggested;
	*buf = uv_buf_init(room, sizeof(room));
}

static void local_read(uv_stream_t *handle, ssize_t n, const uv_buf_t *buf)
{
	struct local_stream *s = handle->data;
	bool is_out = handle == (uv_stream_t *)&s->out;

	if (s->closed)
		return;
	if (n > 0) {
		s->events->data(s->ctx, is_out ? STREAM_OUT : STREAM_ERR, buf->base, (size_t)n);
	} else if (n < 0) {
		uv_read_stop(handle);
		*(is_out ? &s->out_over : &s->err_over) = true;
		local_maybe_end(s);
	}
}

static void local_flow(struct local_stream *s)
{
	if (!s->held && !s->out_over)
		uv_read_start((uv_stream_t *)&s->out, local_room, local_read);
	if (!s->held && !s->err_over)
		uv_read_start((uv_stream_t *)&s->err, local_room, local_read);
}

static void local_began(void *ctx)
{
	struct local_stream *s = ctx;
	struct error why;

	if (s->closed)
		return;
	if (s->spawned < 0) {
		error_set(&why, ERROR_FAILED, "cannot run a shell: %s", uv_strerror(s->spawned));
		local_end(s, &why);
		return;
	}
	local_flow(s);
	s->events->opened(s->ctx);
}

static void local_spawn(struct local_stream *s, uv_loop_t *loop, const char *shell, const char *command)
{
	scoped_mem char *text = mem_strdup(command), *name = mem_strdup(shell);
	char *argv[] = {name, (char[]){"-c"}, text, NULL};
	uv_stdio_container_t stdio[3] = {
		{.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&s->in},
		{.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&s->out},
		{.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&s->err},
	};
	uv_process_options_t options = {.exit_cb = local_exited,
					.file = shell,
					.args = argv,
					.flags = UV_PROCESS_DETACHED,
					.stdio_count = 3,
					.stdio = stdio};

	s->spawned = uv_spawn(loop, &s->process, &options);
}

static void local_written(uv_write_t *request, int status)
{
	struct local_write *w = request->data;
	struct local_stream *s = w->stream;

	(void)status; /* a command that does not read its input is not our concern */
	explicit_bzero(w->bytes, w->n);
	free(w);
	if (--s->writes || s->closed)
		return;
	if (s->finished)
		local_close_handle((uv_handle_t *)&s->in);
	else
		s->events->drained(s->ctx);
}

static void local_write(struct stream *stream, const void *bytes, size_t n)
{
	struct local_stream *s = (struct local_stream *)stream;
	struct local_write *w;
	uv_buf_t buf;

	if (s->spawned < 0 || s->finished || n == 0)
		return;
	w = mem_alloc(sizeof(*w) + n);
	w->stream = s;
	w->n = n;
	w->request.data = w;
	memcpy(w->bytes, bytes, n);
	buf = uv_buf_init(w->bytes, (unsigned)n);
	if (uv_write(&w->request, (uv_stream_t *)&s->in, &buf, 1, local_written) == 0) {
		s->writes++;
		return;
	}
	explicit_bzero(w->bytes, n);
	free(w);
}

static void local_finish(struct stream *stream)
{
	struct local_stream *s = (struct local_stream *)stream;

	s->finished = true;
	if (s->writes == 0)
		local_close_handle((uv_handle_t *)&s->in);
}

static void local_hold(struct stream *stream, bool held)
{
	struct local_stream *s = (struct local_stream *)stream;

	if (s->spawned < 0)
		return;
	s->held = held;
	uv_read_stop((uv_stream_t *)&s->out);
	uv_read_stop((uv_stream_t *)&s->err);
	local_flow(s);
}

/* The process handle stays until the process has been waited for, so that no zombie is left. */
static void local_close(struct stream *stream)
{
	struct local_stream *s = (struct local_stream *)stream;

	s->closed = true;
	local_close_handle((uv_handle_t *)&s->in);
	local_close_handle((uv_handle_t *)&s->out);
	local_close_handle((uv_handle_t *)&s->err);
	timer_close(&s->begin, local_timer_closed);
	if (s->spawned < 0)
		local_close_handle((uv_handle_t *)&s->process);
	else if (!s->exited)
		kill(-s->process.pid, SIGKILL);
}

static const struct stream_ops local_stream_ops = {
	.write = local_write, .finish = local_finish, .hold = local_hold, .close = local_close};

static struct stream *local_open(struct transport *t, const char *command, const struct stream_events *events,
				 void *ctx)
{
	struct local *l = (struct local *)t;
	struct local_stream *s = mem_new(struct local_stream);

	s->stream.ops = &local_stream_ops;
	s->events = events;
	s->ctx = ctx;
	uv_pipe_init(t->loop, &s->in, 0);
	uv_pipe_init(t->loop, &s->out, 0);
	uv_pipe_init(t->loop, &s->err, 0);
	s->in.data = s->out.data = s->err.data = s->process.data = s;
	local_spawn(s, t->loop, l->shell, command);
	s->handles = 5;
	timer_init(&s->begin, t->loop, s);
	timer_after(&s->begin, 0, local_began);
	return &s->stream;
}

static void local_free(struct transport *t)
{
	struct local *l = (struct local *)t;

	free(l->shell);
	free(l);
}

static const struct transport_ops local_ops = {.open = local_open, .close = local_free};

struct transport *transport_local_new(uv_loop_t *loop, const char *shell)
{
	struct local *l = mem_new(struct local);

	l->transport.ops = &local_ops;
	l->transport.loop = loop;
	l->shell = mem_strdup(shell ? shell : "/bin/sh");
	return &l->transport;
}
