#include "loop/process.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "loop/timer.h"

enum {
	CHUNK = 4096,
	KILL_AFTER_MS = 1000, /* from SIGTERM to SIGKILL */
	LINGER_MS = 1000,     /* for output after the end: a child of the program may hold the pipes for ever */
};

enum stage { RUNNING, TERMINATED, KILLED, DONE };

struct process {
	uv_process_t handle;
	uv_pipe_t in, out, err;
	uv_write_t write;
	struct timer timer;
	unsigned open_handles;
	enum stage stage;
	bool exited;
	int status;
	char *input;
	size_t input_size;
	struct buf out_bytes, err_bytes;
	struct error why;
	process_reply_fn *replied; /* NULL once cancelled or called */
	void *ctx;
	unsigned within_ms;
	char name[64];
	char chunk[CHUNK];
};

static void wipe_input(struct process *p)
{
	if (p->input) {
		explicit_bzero(p->input, p->input_size);
		free(p->input);
		p->input = NULL;
	}
}

static void release(struct process *p)
{
	if (--p->open_handles > 0)
		return;
	wipe_input(p);
	buf_wipe(&p->out_bytes);
	buf_done(&p->out_bytes);
	buf_wipe(&p->err_bytes);
	buf_done(&p->err_bytes);
	explicit_bzero(p->chunk, sizeof(p->chunk));
	free(p);
}

static void handle_closed(uv_handle_t *handle)
{
	release(handle->data);
}

static void timer_closed(void *ctx)
{
	release(ctx);
}

static void close_handle(void *handle)
{
	if (!uv_is_closing(handle))
		uv_close(handle, handle_closed);
}

/* Replies once and lets go of everything; runs from libuv's callbacks only, so never inside process_run(). */
static void finish(struct process *p)
{
	process_reply_fn *replied = p->replied;

	if (p->stage == DONE)
		return;
	p->stage = DONE;
	p->replied = NULL;
	if (replied) {
		struct process_reply reply = {
			.why = p->why.code == ERROR_NONE ? NULL : &p->why,
			.status = p->status,
			.out = p->out_bytes.bytes,
			.err = p->err_bytes.bytes,
			.out_size = p->out_bytes.used,
			.err_size = p->err_bytes.used,
		};

		replied(p->ctx, &reply);
	}
	close_handle(&p->in);
	close_handle(&p->out);
	close_handle(&p->err);
	close_handle(&p->handle);
	timer_close(&p->timer, timer_closed);
}

static void finish_if_complete(struct process *p)
{
	if (p->exited && uv_is_closing((uv_handle_t *)&p->out) && uv_is_closing((uv_handle_t *)&p->err))
		finish(p);
}

static void waited_enough(void *ctx)
{
	finish(ctx);
}

/* The program leads a group of its own (a Ctrl-C at our terminal is ours alone), so what it started ends with it: gpg
 * under pass, for instance. Its id is its own as long as process_exited() has not been called. */
static void signal_group(const struct process *p, int signal)
{
	uv_kill(-p->handle.pid, signal);
}

static void escalate(void *ctx)
{
	struct process *p = ctx;

	if (p->stage == RUNNING) {
		error_set(&p->why, ERROR_TIMEOUT, "%s: not finished within %u ms", p->name, p->within_ms);
		p->stage = TERMINATED;
		signal_group(p, SIGTERM);
		timer_after(&p->timer, KILL_AFTER_MS, escalate);
	} else {
		/* A program that even SIGKILL does not end (it hangs in the kernel) must not hold us up. */
		p->stage = KILLED;
		signal_group(p, SIGKILL);
		timer_after(&p->timer, LINGER_MS, waited_enough);
	}
}

static void process_exited(uv_process_t *handle, int64_t exit_status, int signal)
{
	struct process *p = handle->data;

	/* From here on the process id may belong to somebody else: nothing is signalled any more. */
	p->exited = true;
	p->status = signal ? 128 + signal : (int)exit_status;
	if (p->stage != DONE)
		timer_after(&p->timer, LINGER_MS, waited_enough);
	finish_if_complete(p);
}

static void give_chunk(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct process *p = handle->data;

	(void)suggested;
	*buf = uv_buf_init(p->chunk, CHUNK);
}

/* Like buf_add, but leaves no copy of what may be a secret in freed memory, and takes what fits. */
static void take_output(struct buf *b, const char *bytes, size_t n)
{
	if (n > b->most - b->used)
		n = b->most - b->used;
	if (b->used + n + 1 > b->room) {
		size_t room = 2 * (b->used + n + 1);
		char *bigger = mem_alloc(room);

		memcpy(bigger, b->bytes, b->used);
		explicit_bzero(b->bytes, b->room);
		free(b->bytes);
		b->bytes = bigger;
		b->room = room;
	}
	buf_add(b, bytes, n);
}

static void output_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct process *p = stream->data;

	if (n > 0)
		take_output(stream == (uv_stream_t *)&p->out ? &p->out_bytes : &p->err_bytes, buf->base, (size_t)n);
	if (n < 0) {
		close_handle(stream);
		finish_if_complete(p);
	}
}

static void input_written(uv_write_t *write, int status)
{
	struct process *p = write->data;

	/* A program that does not want its input is no failure: its exit status tells. */
	(void)status;
	wipe_input(p);
	close_handle(&p->in);
}

static int spawn(struct process *p, uv_loop_t *loop, const struct process_spec *spec)
{
	uv_stdio_container_t stdio[3] = {{.flags = UV_IGNORE}};
	uv_process_options_t options = {
		.exit_cb = process_exited, .stdio = stdio, .stdio_count = 3, .flags = UV_PROCESS_DETACHED};
	size_t argc = 0;
	int rc;

	while (spec->argv[argc])
		argc++;
	options.file = spec->argv[0];
	options.args = mem_alloc((argc + 1) * sizeof(char *));
	memcpy(options.args, spec->argv, argc * sizeof(char *));
	if (spec->input) {
		stdio[0].flags = UV_CREATE_PIPE | UV_READABLE_PIPE;
		stdio[0].data.stream = (uv_stream_t *)&p->in;
	}
	stdio[1].flags = stdio[2].flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE;
	stdio[1].data.stream = (uv_stream_t *)&p->out;
	stdio[2].data.stream = (uv_stream_t *)&p->err;
	rc = uv_spawn(loop, &p->handle, &options);
	free(options.args);
	return rc;
}

static void feed(struct process *p, const struct process_spec *spec)
{
	uv_buf_t buf;
	struct sigaction was;

	p->input_size = spec->input_size;
	p->input = mem_strndup(spec->input, spec->input_size);
	/* A program that ends without reading must not end us. uv_spawn gives children the default back. */
	if (sigaction(SIGPIPE, NULL, &was) == 0 && was.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
	buf = uv_buf_init(p->input, (unsigned)p->input_size);
	if (uv_write(&p->write, (uv_stream_t *)&p->in, &buf, 1, input_written) != 0)
		close_handle(&p->in);
}

static void set_up(struct process *p, uv_loop_t *loop, const struct process_spec *spec)
{
	const char *slash = strrchr(spec->argv[0], '/'), *name = slash ? slash + 1 : spec->argv[0];

	strncpy(p->name, name, sizeof(p->name) - 1);
	p->within_ms = spec->within_ms;
	buf_init(&p->out_bytes, spec->most);
	buf_init(&p->err_bytes, spec->most);
	uv_pipe_init(loop, &p->in, 0);
	uv_pipe_init(loop, &p->out, 0);
	uv_pipe_init(loop, &p->err, 0);
	timer_init(&p->timer, loop, p);
	p->handle.data = p->in.data = p->out.data = p->err.data = p->write.data = p;
	p->open_handles = 5;
}

struct process *process_run(uv_loop_t *loop, const struct process_spec *spec, process_reply_fn *replied, void *ctx)
{
	struct process *p = mem_new(struct process);
	int rc;

	p->replied = replied;
	p->ctx = ctx;
	set_up(p, loop, spec);
	rc = spawn(p, loop, spec);
	if (rc != 0) {
		/* ERROR_CONFIG says that it is not there: the operator can help. The reply waits for the loop. */
		error_set(&p->why, rc == UV_ENOENT ? ERROR_CONFIG : ERROR_FAILED, "cannot run %s: %s", p->name,
			  uv_strerror(rc));
		timer_after(&p->timer, 0, waited_enough);
		return p;
	}
	if (spec->input)
		feed(p, spec);
	uv_read_start((uv_stream_t *)&p->out, give_chunk, output_read);
	uv_read_start((uv_stream_t *)&p->err, give_chunk, output_read);
	timer_after(&p->timer, spec->within_ms, escalate);
	return p;
}

void process_cancel(struct process *p)
{
	if (p->stage == DONE)
		return;
	p->replied = NULL;
	if (p->stage == RUNNING && !p->exited && p->why.code == ERROR_NONE)
		escalate(p);
}
