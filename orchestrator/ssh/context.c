#include "ssh/context.h"

#include <fcntl.h>
#include <libssh2.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "ssh/channels.h"
#include "ssh/context_inner.h"
#include "ssh/identity_cache.h"
#include "ssh/known_hosts_cache.h"
#include "ssh/session_inner.h"

enum { CONTEXT_SLICE_NS = 8 * 1000 * 1000 };

static void context_idle(uv_idle_t *handle)
{
	(void)handle; /* its being active is all that is needed */
}

/*
 * Runs those who are ready, each once, and stops early when it has taken long: the others come after the next
 * poll, so timers and other sockets are served in between.
 */
static void context_check(uv_check_t *handle)
{
	struct ssh_context *c = handle->data;
	struct ready *last = NULL, *r;
	uint64_t began = uv_hrtime();

	for (r = c->ready; r; r = r->next)
		last = r;
	while (c->ready && last) {
		r = c->ready;
		c->ready = r->next;
		if (!c->ready)
			c->ready_end = &c->ready;
		r->listed = false;
		if (r == last)
			last = NULL;
		r->run(r->ctx);
		if (uv_hrtime() - began > CONTEXT_SLICE_NS)
			break;
	}
	if (!c->ready)
		uv_idle_stop(&c->idle);
}

void context_wake(struct ssh_context *c, struct ready *r)
{
	if (r->listed)
		return;
	r->listed = true;
	r->next = NULL;
	*c->ready_end = r;
	c->ready_end = &r->next;
	if (!c->freed)
		uv_idle_start(&c->idle, context_idle);
}

void context_sleep(struct ssh_context *c, struct ready *r)
{
	if (!r->listed)
		return;
	for (struct ready **at = &c->ready; *at; at = &(*at)->next)
		if (*at == r) {
			*at = r->next;
			if (c->ready_end == &r->next)
				c->ready_end = at;
			break;
		}
	r->listed = false;
}

struct ssh_context *ssh_context_new(uv_loop_t *loop, const struct ssh_limits *limits)
{
	struct ssh_context *c = mem_new(struct ssh_context);

	if (libssh2_init(0))
		abort();
	c->loop = loop;
	c->ready_end = &c->ready;
	c->dummy = open("/dev/null", O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (c->dummy < 0)
		abort();
	uv_check_init(loop, &c->check);
	uv_idle_init(loop, &c->idle);
	c->check.data = c;
	c->idle.data = c;
	c->open = 2;
	uv_check_start(&c->check, context_check);
	uv_unref((uv_handle_t *)&c->check);
	pace_init(&c->pace, limits);
	c->identities = identity_cache_new(c);
	c->known_hosts = known_hosts_cache_new();
	return c;
}

void ssh_context_use_passphrases(struct ssh_context *c, ssh_passphrase_fn *passphrase, void *ctx)
{
	c->passphrase = passphrase;
	c->passphrase_ctx = ctx;
}

uv_loop_t *ssh_context_loop(const struct ssh_context *c)
{
	return c->loop;
}

struct session *context_jump(struct ssh_context *c, const struct ssh_target *t)
{
	struct session *s;

	for (s = c->sessions; s; s = s->next)
		if (s->is_jump && !s->closing && target_is_same(s->target, t) && !channels_are_stuck(s))
			return s;
	s = session_open(c, t, NULL, NULL);
	s->is_jump = true;
	return s;
}

void context_release(struct ssh_context *c)
{
	if (--c->open)
		return;
	identity_cache_free(c->identities);
	known_hosts_cache_free(c->known_hosts);
	close(c->dummy);
	libssh2_exit();
	free(c);
}

static void context_handle_closed(uv_handle_t *handle)
{
	context_release(handle->data);
}

void ssh_context_free(struct ssh_context *c)
{
	struct session *s = c->sessions;

	while (s) {
		struct session *next = s->next;

		session_close(s);
		s = next;
	}
	c->freed = true;
	uv_close((uv_handle_t *)&c->check, context_handle_closed);
	uv_close((uv_handle_t *)&c->idle, context_handle_closed);
}
