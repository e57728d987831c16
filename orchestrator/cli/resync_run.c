#include "cli/resync_run.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/reach_ssh.h"
#include "cli/say.h"
#include "cli/screen.h"
#include "fleet/run.h"
#include "inventory/inventory.h"

struct resync_run {
	struct command_context *context;
	const struct resync_run_spec *spec;
	uv_loop_t loop;
	struct reach *reach;
	struct fleet_run *run;
	struct screen *screen;
	struct interrupt *interrupt;
	int64_t id;
	bool refused, left;
	struct error why;
};

static void run_begun(void *ctx, int64_t run)
{
	struct resync_run *r = ctx;
	char title[200];

	r->id = run;
	if (r->spec->ret_run)
		*r->spec->ret_run = run;
	snprintf(title, sizeof(title), "%s: %s", r->spec->what, r->spec->reason);
	screen_begin(r->screen, run, title);
}

static void host_news(void *ctx, size_t i, const struct fleet_host *h)
{
	struct resync_run *r = ctx;

	screen_set(r->screen, i, h->state, h->waiting_for, h->news, h->result);
}

static void run_ended(void *ctx, int64_t run, const struct error *refused)
{
	struct resync_run *r = ctx;

	(void)run;
	r->run = NULL;
	if (refused) {
		r->refused = true;
		r->why = *refused;
	}
	interrupt_close(r->interrupt);
	r->reach->ops->close(r->reach);
	uv_stop(&r->loop);
}

/* Once: finish the running rows, give back, stop. Twice: leave at once. */
static void interrupted(void *ctx, int times)
{
	struct resync_run *r = ctx;

	if (times == 1) {
		screen_stopping(r->screen);
		fleet_run_cancel(r->run);
		return;
	}
	r->left = true;
	uv_stop(&r->loop);
}

static int status_of(const struct resync_run *r)
{
	enum run_host_state *states = mem_grow(NULL, r->spec->n_targets + 1, sizeof(*states));
	int status;

	for (size_t i = 0; i < r->spec->n_targets; i++)
		states[i] = screen_state(r->screen, i);
	status = fleet_exit_status(states, r->spec->n_targets);
	free(states);
	return status;
}

static int finish(struct resync_run *r)
{
	int status;

	if (r->left) {
		screen_end(r->screen, STATUS_INTERRUPTED);
		context_refuse(
			r->context, ERROR_CANCELLED,
			"left run %lld as it is: what it changed is still changed; `pgresync recover` gives it back",
			(long long)r->id);
		return STATUS_INTERRUPTED;
	}
	status = r->refused ? error_exit_status(r->why.code) : status_of(r);
	if (r->refused)
		screen_drop(r->screen);
	else
		screen_end(r->screen, status);
	uv_run(&r->loop, UV_RUN_DEFAULT);
	uv_loop_close(&r->loop);
	if (r->refused)
		return context_fail(r->context, &r->why);
	return status;
}

int resync_run(struct command_context *context, const struct resync_run_spec *spec)
{
	struct resync_run r = {.context = context, .spec = spec};
	struct fleet_run_watch watch = {.begun = run_begun, .host = host_news, .ended = run_ended, .ctx = &r};
	struct fleet_run_spec run = {.by = spec->by,
				     .targets = spec->targets,
				     .n_targets = spec->n_targets,
				     .jobs = spec->jobs,
				     .kind = spec->kind,
				     .reason = spec->reason,
				     .schedule = spec->schedule,
				     .dry_run = spec->dry_run,
				     .allow_last = spec->allow_last};
	struct error why;

	run.store = context_store(context, STORE_WRITE, &why);
	run.inventory = run.store ? context_inventory(context, &why) : NULL;
	if (!run.inventory)
		return context_fail(context, &why);
	uv_loop_init(&r.loop);
	r.reach = run.reach = reach_ssh_new(&r.loop, run.inventory, run.store, context->no_input);
	r.screen = screen_new(context, &r.loop, spec->what);
	for (size_t i = 0; i < spec->n_targets; i++)
		screen_add(r.screen, spec->targets[i].pair->standby->name);
	r.interrupt = interrupt_new(&r.loop, interrupted, &r);
	r.run = fleet_run_begin(&run, &watch);
	uv_run(&r.loop, UV_RUN_DEFAULT);
	return finish(&r);
}
