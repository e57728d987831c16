/* recover: gives back what interrupted runs left held. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/context.h"
#include "cli/interrupt.h"
#include "cli/reach_ssh.h"
#include "cli/rows.h"
#include "cli/say.h"
#include "fleet/recover.h"
#include "inventory/actor.h"
#include "inventory/inventory.h"
#include "resync/walk.h"

struct recover_run {
	struct command_context *context;
	uv_loop_t loop;
	struct reach *reach;
	struct interrupt *interrupt;
	size_t given, owed, skipped;
	bool failed, left;
	struct error why;
};

static void host_news(void *ctx, int64_t run, const char *host, const struct walk_news *news,
		      const struct walk_result *result)
{
	struct recover_run *r = ctx;

	if (news && news->begun)
		context_note(r->context, "run %lld, %s: %s", (long long)run, host, news->name);
	if (result && result->end == WALK_GOOD)
		context_note(r->context, "run %lld, %s: given back", (long long)run, host);
	else if (result)
		context_note(r->context, "run %lld, %s: STILL OWED: %s", (long long)run, host, result->why.text);
}

static void ended(void *ctx, size_t given, size_t owed, size_t skipped, const struct error *why)
{
	struct recover_run *r = ctx;

	r->given = given;
	r->owed = owed;
	r->skipped = skipped;
	if (why) {
		r->failed = true;
		r->why = *why;
	}
	interrupt_close(r->interrupt);
	r->reach->ops->close(r->reach);
}

static void interrupted(void *ctx, int times)
{
	struct recover_run *r = ctx;

	if (times == 1)
		context_note(r->context,
			     "giving back is not stopped half-way; ^C again leaves it for the next `pgresync recover`");
	else {
		r->left = true;
		uv_stop(&r->loop);
	}
}

static int summarize(const struct recover_run *r)
{
	if (r->left)
		return context_refuse(r->context, ERROR_CANCELLED, "left; `pgresync recover` goes on from here");
	if (r->skipped)
		context_note(r->context, "%zu hold(s) belong to runs that are still at work", r->skipped);
	if (r->failed && r->given)
		context_note(r->context, "%zu standby(s) given back, %zu still owed", r->given, r->owed);
	if (r->failed)
		return context_fail(r->context, &r->why);
	if (r->given == 0 && r->owed == 0)
		context_note(r->context, "nothing is owed");
	else
		context_note(r->context, "%zu standby(s) given back, %zu still owed", r->given, r->owed);
	return r->owed ? STATUS_OWED : STATUS_GOOD;
}

static int run(struct command_context *context)
{
	struct recover_run r = {.context = context};
	struct fleet_recover_watch watch = {.host = host_news, .ended = ended, .ctx = &r};
	struct fleet_recover_spec spec = {.force = context_flag(context, "force")};
	struct actor by;
	struct error why;
	int status;

	audit_actor_here(&by);
	spec.by = &by;
	spec.store = context_store(context, STORE_WRITE, &why);
	spec.inventory = spec.store ? context_inventory(context, &why) : NULL;
	if (!spec.inventory)
		return context_fail(context, &why);
	uv_loop_init(&r.loop);
	r.reach = spec.reach = reach_ssh_new(&r.loop, spec.inventory, spec.store, context->no_input);
	r.interrupt = interrupt_new(&r.loop, interrupted, &r);
	fleet_recover_begin(&spec, &watch);
	uv_run(&r.loop, UV_RUN_DEFAULT);
	status = summarize(&r);
	uv_loop_close(&r.loop);
	return status;
}

static const struct command_option options[] = {
	{"force", 0, NULL, "also runs of another controller, which cannot be looked at from here"},
	{NULL, 0, NULL, NULL},
};

static const char *const examples[] = {
	"pgresync recover",
	"after a killed run: protects keys, reverts recovery settings, enables puppet",
	NULL,
};

const struct command command_recover = {
	.name = "recover",
	.arguments = "",
	.summary = "give back what interrupted runs left held on hosts",
	.about = "Ends what such a run still does on its hosts, then gives back newest first. What cannot\n"
		 "be given back stays owed and is tried again by the next recover (exit status 7).",
	.options = options,
	.examples = examples,
	.least = 0,
	.most = 0,
	.run = run,
};
