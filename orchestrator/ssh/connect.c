#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "ssh/session_inner.h"

/* The addresses of one name, tried one after the other. Lives until connected, or longer while libuv resolves. */
struct connect {
	uv_getaddrinfo_t request;
	struct session *session; /* NULL: dropped */
	struct addrinfo *first, *at;
	int status, fd, last_errno;
	bool pending, resolved;
};

static void connect_free(struct connect *c)
{
	if (c->first)
		uv_freeaddrinfo(c->first);
	free(c);
}

static void connect_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *addresses)
{
	struct connect *c = request->data;

	c->pending = false;
	c->resolved = true;
	c->status = status;
	c->first = c->at = status == 0 ? addresses : NULL;
	if (c->session)
		session_wake(c->session);
	else
		connect_free(c);
}

static bool connect_begin(struct session *s)
{
	struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	struct connect *c = mem_new(struct connect);
	char port[8];
	int rc;

	snprintf(port, sizeof(port), "%u", target_port(s->target) & 0xffff);
	c->session = s;
	c->fd = -1;
	c->request.data = c;
	rc = uv_getaddrinfo(s->context->loop, &c->request, connect_resolved, s->target->address, port, &hints);
	if (rc) {
		free(c);
		return error_set(&s->why, ERROR_UNREACHABLE, "%s: %s", s->target->address, uv_strerror(rc));
	}
	c->pending = true;
	s->connect = c;
	return true;
}

enum climb connect_climb_resolve(struct session *s)
{
	if (!s->connect && !connect_begin(s))
		return CLIMB_FAIL;
	if (!s->connect->resolved)
		return CLIMB_WAIT;
	if (s->connect->status == 0)
		return CLIMB_NEXT;
	error_set(&s->why, ERROR_UNREACHABLE, "%s: %s", s->target->address, uv_strerror(s->connect->status));
	return CLIMB_FAIL;
}

static int connect_socket(const struct addrinfo *a)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (connect(fd, a->ai_addr, a->ai_addrlen) == 0 || errno == EINPROGRESS || errno == EINTR)
		return fd;
	int saved = errno;

	close(fd);
	errno = saved;
	return -1;
}

/* True when a connection to the next address that takes one is under way. */
static bool connect_next(struct session *s)
{
	struct connect *c = s->connect;

	for (; c->at; c->at = c->at->ai_next) {
		c->fd = connect_socket(c->at);
		if (c->fd >= 0) {
			c->at = c->at->ai_next;
			wire_open_socket(&s->wire, c->fd);
			session_watch(s, c->fd);
			return true;
		}
		c->last_errno = errno;
	}
	error_set(&s->why, ERROR_UNREACHABLE, "%s port %u: %s", s->target->address, target_port(s->target),
		  strerror(c->last_errno));
	return false;
}

/* -1: not yet; 0: connected; an errno. */
static int connect_outcome(int fd)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer), n = sizeof(int);
	int failed = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &n) < 0)
		return errno;
	if (failed)
		return failed;
	if (getpeername(fd, (struct sockaddr *)&peer, &size) == 0)
		return 0;
	return errno == ENOTCONN ? -1 : errno;
}

enum climb connect_climb_connect(struct session *s)
{
	struct connect *c = s->connect;

	for (;;) {
		int outcome;

		if (c->fd < 0 && !connect_next(s))
			return CLIMB_FAIL;
		outcome = connect_outcome(c->fd);
		if (outcome < 0)
			return CLIMB_WAIT;
		if (outcome == 0)
			break;
		c->last_errno = outcome;
		session_unwatch(s);
		wire_close(&s->wire);
		c->fd = -1;
	}
	connect_drop(s);
	return CLIMB_NEXT;
}

void connect_drop(struct session *s)
{
	struct connect *c = s->connect;

	if (!c)
		return;
	s->connect = NULL;
	c->session = NULL;
	if (c->pending)
		uv_cancel((uv_req_t *)&c->request);
	else
		connect_free(c);
}
