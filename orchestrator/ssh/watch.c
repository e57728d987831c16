#include <stdlib.h>

#include "base/mem.h"
#include "ssh/session_inner.h"

struct session_poll {
	uv_poll_t handle;
	struct session *session; /* NULL: closed, only libuv still holds it */
	int events;
};

static void session_polled(uv_poll_t *handle, int status, int events)
{
	struct session_poll *p = handle->data;

	(void)status; /* the next recv() or send() says what is wrong */
	(void)events;
	if (p->session)
		session_wake(p->session);
}

void session_watch(struct session *s, int fd)
{
	struct session_poll *p = mem_new(struct session_poll);

	p->session = s;
	p->handle.data = p;
	if (uv_poll_init(s->context->loop, &p->handle, fd)) {
		free(p);
		wire_end(&s->wire, ERROR_FAILED, "the loop takes no more sockets");
		return;
	}
	s->poll = p;
}

static void session_poll_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void session_unwatch(struct session *s)
{
	struct session_poll *p = s->poll;

	if (!p)
		return;
	s->poll = NULL;
	p->session = NULL;
	uv_close((uv_handle_t *)&p->handle, session_poll_closed);
}

void session_watch_again(struct session *s)
{
	int events = UV_READABLE;

	if (!s->poll)
		return;
	if (fifo_size(&s->wire.out) || s->connect)
		events |= UV_WRITABLE;
	if (events == s->poll->events)
		return;
	s->poll->events = events;
	uv_poll_start(&s->poll->handle, events, session_polled);
}
