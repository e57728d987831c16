#include "remote/remote_broken.h"

#include <stdio.h>

#include "base/mem.h"
#include "loop/timer.h"

struct broken {
	struct remote remote; /* first */
	uv_loop_t *loop;
	struct error why;
	struct remote_call *calls;
};

struct remote_call {
	struct broken *of;
	struct remote_call *next;
	struct timer later;
	remote_reply_fn *replied;
	void *ctx;
};

static void call_closed(void *ctx)
{
	free(ctx);
}

static void drop(struct broken *b, struct remote_call *call)
{
	struct remote_call **at = &b->calls;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	timer_close(&call->later, call_closed);
}

static void answer(void *ctx)
{
	struct remote_call *call = ctx;
	struct remote_reply reply = {.out = "", .err = ""};
	struct error why = call->of->why;
	remote_reply_fn *replied = call->replied;
	void *of = call->ctx;

	drop(call->of, call);
	reply.why = &why;
	replied(of, &reply);
}

static struct remote_call *broken_exec(struct remote *r, const struct remote_command *c, remote_reply_fn *replied,
				       void *ctx)
{
	struct broken *b = (struct broken *)r;
	struct remote_call *call = mem_new(struct remote_call);

	(void)c;
	*call = (struct remote_call){.of = b, .next = b->calls, .replied = replied, .ctx = ctx};
	b->calls = call;
	timer_init(&call->later, b->loop, call);
	timer_after(&call->later, 0, answer);
	return call;
}

static void broken_cancel(struct remote *r, struct remote_call *call)
{
	drop((struct broken *)r, call);
}

static void broken_close(struct remote *r)
{
	struct broken *b = (struct broken *)r;

	while (b->calls)
		drop(b, b->calls);
	free(b);
}

struct remote *remote_broken_new(uv_loop_t *loop, const char *name, const struct error *why)
{
	static const struct remote_ops ops = {.exec = broken_exec, .cancel = broken_cancel, .close = broken_close};
	struct broken *b = mem_new(struct broken);

	b->remote.ops = &ops;
	snprintf(b->remote.name, sizeof(b->remote.name), "%s", name);
	b->loop = loop;
	b->why = *why;
	return &b->remote;
}
