#include "ssh/agent.h"

#include <string.h>
#include <sys/un.h>

#include "base/buf.h"
#include "base/mem.h"
#include "loop/timer.h"

enum {
	AGENT_FAILURE = 5,
	AGENT_LIST = 11,
	AGENT_LIST_ANSWER = 12,
	AGENT_SIGN = 13,
	AGENT_SIGN_ANSWER = 14,
	AGENT_MESSAGE_MOST = 256 * 1024,
	AGENT_WITHIN_MS = 20000 /* somebody may have to touch or confirm something */
};

struct agent_call {
	uv_pipe_t pipe;
	uv_connect_t connect;
	uv_write_t write;
	struct timer deadline;
	struct buf request, answer;
	char piece[4096];
	agent_fn *answered; /* NULL: answered or cancelled */
	void *ctx;
	unsigned expected; /* the answer's type */
	unsigned open;
};

static void agent_call_gone(void *ctx)
{
	struct agent_call *c = ctx;

	if (--c->open)
		return;
	buf_done(&c->request);
	buf_done(&c->answer);
	free(c);
}

static void agent_pipe_closed(uv_handle_t *handle)
{
	agent_call_gone(handle->data);
}

static void agent_close(struct agent_call *c)
{
	c->answered = NULL;
	if (!c->deadline.open)
		return;
	timer_close(&c->deadline, agent_call_gone);
	uv_close((uv_handle_t *)&c->pipe, agent_pipe_closed);
}

static void agent_tell(struct agent_call *c, const struct reader *answer, const struct error *why)
{
	agent_fn *answered = c->answered;

	c->answered = NULL;
	if (answered)
		answered(c->ctx, answer, why);
	agent_close(c);
}

static void agent_fail(struct agent_call *c, const char *what)
{
	struct error why;

	error_set(&why, ERROR_AUTH, "the agent %s", what);
	agent_tell(c, NULL, &why);
}

static void agent_expired(void *ctx)
{
	agent_fail(ctx, "does not answer");
}

/* Looks whether the whole message is there. */
static void agent_look(struct agent_call *c)
{
	struct reader r = {(const unsigned char *)c->answer.bytes, c->answer.used};
	uint32_t size;
	unsigned type;

	if (!reader_u32(&r, &size))
		return;
	if (size == 0 || size > AGENT_MESSAGE_MOST - 4) {
		agent_fail(c, "answers nonsense");
		return;
	}
	if (r.left < size)
		return;
	type = r.at[0];
	r = (struct reader){r.at + 1, size - 1};
	if (type == c->expected)
		agent_tell(c, &r, NULL);
	else
		agent_fail(c, type == AGENT_FAILURE ? "refuses" : "answers something else");
}

static void agent_alloc(uv_handle_t *handle, size_t wanted, uv_buf_t *ret)
{
	struct agent_call *c = handle->data;

	(void)wanted;
	*ret = uv_buf_init(c->piece, sizeof(c->piece));
}

static void agent_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *piece)
{
	struct agent_call *c = stream->data;

	if (!c->answered || n == 0)
		return;
	if (n < 0)
		agent_fail(c, "hangs up");
	else if (!buf_add(&c->answer, piece->base, (size_t)n))
		agent_fail(c, "answers without end");
	else
		agent_look(c);
}

static void agent_written(uv_write_t *write, int status)
{
	struct agent_call *c = write->data;

	if (status < 0 && c->answered)
		agent_fail(c, "hangs up");
}

static void agent_connected(uv_connect_t *connect, int status)
{
	struct agent_call *c = connect->data;
	uv_buf_t request = uv_buf_init(c->request.bytes, (unsigned)c->request.used);

	if (!c->answered)
		return;
	if (status < 0) {
		agent_fail(c, "cannot be reached");
		return;
	}
	uv_read_start((uv_stream_t *)&c->pipe, agent_alloc, agent_read);
	c->write.data = c;
	if (uv_write(&c->write, (uv_stream_t *)&c->pipe, &request, 1, agent_written))
		agent_fail(c, "hangs up");
}

static void agent_path_too_long(void *ctx)
{
	agent_fail(ctx, "has a path that is too long for a socket");
}

/* body takes its place behind length and type. */
static struct agent_call *agent_ask(uv_loop_t *loop, const char *path, unsigned type, const struct buf *body,
				    agent_fn *answered, void *ctx)
{
	struct agent_call *c = mem_new(struct agent_call);

	c->answered = answered;
	c->ctx = ctx;
	c->expected = type + 1;
	buf_init(&c->request, AGENT_MESSAGE_MOST);
	buf_init(&c->answer, AGENT_MESSAGE_MOST);
	write_u32(&c->request, (uint32_t)body->used + 1);
	buf_addc(&c->request, (char)type);
	buf_add(&c->request, body->bytes, body->used);
	timer_init(&c->deadline, loop, c);
	uv_pipe_init(loop, &c->pipe, 0);
	c->pipe.data = c;
	c->open = 2;
	c->connect.data = c;
	/* libuv would cut the path and ask somebody else. */
	if (strlen(path) >= sizeof(((struct sockaddr_un *)NULL)->sun_path)) {
		timer_after(&c->deadline, 0, agent_path_too_long);
		return c;
	}
	timer_after(&c->deadline, AGENT_WITHIN_MS, agent_expired);
	uv_pipe_connect(&c->connect, &c->pipe, path, agent_connected);
	return c;
}

struct agent_call *agent_list(uv_loop_t *loop, const char *path, agent_fn *answered, void *ctx)
{
	scoped_buf nothing = {0};

	buf_init(&nothing, 1);
	return agent_ask(loop, path, AGENT_LIST, &nothing, answered, ctx);
}

struct agent_call *agent_sign(uv_loop_t *loop, const char *path, const struct reader *blob, const struct reader *data,
			      uint32_t flags, agent_fn *answered, void *ctx)
{
	scoped_buf body = {0};

	buf_init(&body, AGENT_MESSAGE_MOST - 5);
	write_string(&body, blob->at, blob->left);
	write_string(&body, data->at, data->left);
	write_u32(&body, flags);
	return agent_ask(loop, path, AGENT_SIGN, &body, answered, ctx);
}

void agent_cancel(struct agent_call *c)
{
	agent_close(c);
}
