#include "loop/timer.h"

#include <stddef.h>

void timer_init(struct timer *t, uv_loop_t *loop, void *ctx)
{
	uv_timer_init(loop, &t->handle);
	t->handle.data = t;
	t->fired = NULL;
	t->closed = NULL;
	t->ctx = ctx;
	t->open = true;
}

static void timer_fired(uv_timer_t *handle)
{
	struct timer *t = handle->data;

	t->fired(t->ctx);
}

void timer_after(struct timer *t, uint64_t ms, timer_fn *fired)
{
	t->fired = fired;
	/* uv's notion of now may be old when the loop has been busy: a deadline counts from this call. */
	uv_update_time(t->handle.loop);
	uv_timer_start(&t->handle, timer_fired, ms, 0);
}

void timer_stop(struct timer *t)
{
	uv_timer_stop(&t->handle);
}

static void timer_handle_closed(uv_handle_t *handle)
{
	struct timer *t = handle->data;

	if (t->closed)
		t->closed(t->ctx);
}

void timer_close(struct timer *t, timer_fn *closed)
{
	t->closed = closed;
	t->open = false;
	uv_close((uv_handle_t *)&t->handle, timer_handle_closed);
}
