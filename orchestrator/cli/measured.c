#include "cli/measured.h"

#include <uv.h>

#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/reach_ssh.h"
#include "fleet/measure.h"
#include "resync/look.h"

enum { AT_ONCE = 64 };

struct measuring {
	struct reach *reach;
	struct interrupt *interrupt;
	struct measure *measure; /* NULL: ended */
	struct measured *ret;
	bool cancelled;
};

static void each(void *ctx, size_t i, const struct look *look, const struct judgement *judgement)
{
	struct measuring *m = ctx;

	m->ret[i].look = look_copy(look);
	m->ret[i].judgement = *judgement;
}

static void end(struct measuring *m)
{
	m->measure = NULL;
	interrupt_close(m->interrupt);
	m->reach->ops->close(m->reach);
}

static void done(void *ctx)
{
	end(ctx);
}

static void interrupted(void *ctx, int times)
{
	struct measuring *m = ctx;

	(void)times;
	if (!m->measure)
		return;
	m->cancelled = true;
	measure_cancel(m->measure);
	end(m);
}

bool measured_read(struct command_context *context, const struct pair *const *pairs, size_t n, struct measured *ret,
		   struct error *why)
{
	struct measuring m = {.ret = ret};
	struct measure_watch watch = {each, done, &m};
	uv_loop_t loop;

	for (size_t i = 0; i < n; i++)
		ret[i] = (struct measured){.pair = pairs[i]};
	uv_loop_init(&loop);
	m.reach = reach_ssh_new(&loop, context->inventory, context->store, context->no_input);
	m.interrupt = interrupt_new(&loop, interrupted, &m);
	m.measure = measure_begin(m.reach, pairs, n, AT_ONCE, &watch);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	return !m.cancelled || error_set(why, ERROR_CANCELLED, "interrupted");
}

void measured_done(struct measured *m, size_t n)
{
	for (size_t i = 0; i < n; i++)
		look_free(m[i].look);
}
