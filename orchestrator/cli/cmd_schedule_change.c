/* schedule add, pause, resume, remove. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "cli/context.h"
#include "cli/next_fire.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "cli/selected.h"
#include "fleet/cron.h"
#include "fleet/stale.h"
#include "inventory/actor.h"
#include "inventory/schedule.h"
#include "resync/method.h"

enum { SELECTION_MOST = 8192 };

static const char *or_else(const char *value, const char *otherwise)
{
	return value != NULL ? value : otherwise;
}

static bool read_missed(const struct command_context *context, enum schedule_missed *ret, struct error *why)
{
	const char *word = or_else(context_value(context, "missed"), "skip");

	*ret = strcmp(word, "once") == 0 ? SCHEDULE_ONCE : SCHEDULE_SKIP;
	if (*ret == SCHEDULE_ONCE || strcmp(word, "skip") == 0)
		return true;
	return error_set(why, ERROR_USAGE, "--missed is skip or once, not '%s'", word);
}

static bool check_method(const char *name, struct error *why)
{
	if (*name == '\0' || method_find(name) != NULL)
		return true;
	return error_set(why, ERROR_USAGE, "unknown method '%s'; 'pgresync methods' lists them", name);
}

/* Every word of the selection must mean something now: a typing error shows here, not at three in the morning. */
static bool read_selection(struct command_context *context, struct buf *out, struct error *why)
{
	struct selected selected;
	bool good;

	for (size_t i = 1; i < context->n_arguments; i++)
		buf_addf(out, "%s%s", out->used > 0 ? " " : "", context->arguments[i]);
	good = selected_read(context, context->arguments + 1, context->n_arguments - 1, &selected, why);
	selected_done(&selected);
	return good;
}

static bool check_policy(const struct schedule *plan, struct error *why)
{
	struct stale_policy policy;

	stale_policy_init(&policy);
	return (stale_policy_read(&policy, plan->policy, why) || error_in(why, "--policy")) &&
	       (stale_policy_read(&policy, plan->limits, why) || error_in(why, "--limits"));
}

static bool read_plan(struct command_context *context, struct schedule *plan, const struct buf *selection,
		      struct error *why)
{
	struct cron cron;

	*plan = (struct schedule){
		.name = context->arguments[0],
		.cron = context_value(context, "cron"),
		.zone = or_else(context_value(context, "zone"), "UTC"),
		.selection = selection->bytes,
		.method = or_else(context_value(context, "method"), ""),
		.policy = or_else(context_value(context, "policy"), ""),
		.limits = or_else(context_value(context, "limits"), ""),
		.reason = or_else(context_value(context, "reason"), ""),
	};
	if (plan->cron == NULL)
		return error_set(why, ERROR_USAGE, "schedule add needs --cron='MINUTE HOUR DAY MONTH WEEKDAY'");
	if (*plan->reason == '\0')
		return error_set(why, ERROR_USAGE, "schedule add needs --reason=TEXT: it stands in the audit history");
	return cron_parse(plan->cron, &cron, why) && cron_zone_check(plan->zone, why) &&
	       check_method(plan->method, why) && check_policy(plan, why) && read_missed(context, &plan->missed, why);
}

static int schedule_add_command(struct command_context *context)
{
	char when[OUTPUT_TIME];
	struct schedule plan;
	scoped_buf selection;
	struct actor by;
	struct error why;
	int64_t id;

	buf_init(&selection, SELECTION_MOST);
	if (context_store(context, STORE_WRITE, &why) == NULL || !read_selection(context, &selection, &why) ||
	    !read_plan(context, &plan, &selection, &why))
		return context_fail(context, &why);
	audit_actor_here(&by);
	if (!schedule_add(context->store, &plan, &by, &id, &why))
		return context_fail(context, &why);
	context_note(context, "schedule '%s' is kept while 'pgresync serve' runs; next: %s", plan.name,
		     output_time(when, next_fire(&plan)));
	return STATUS_GOOD;
}

static int set_paused(struct command_context *context, bool paused)
{
	struct actor by;
	struct error why;

	audit_actor_here(&by);
	if (context_store(context, STORE_WRITE, &why) == NULL ||
	    !schedule_set_paused(context->store, context->arguments[0], paused, &by, &why))
		return context_fail(context, &why);
	context_note(context, "schedule '%s' is %s", context->arguments[0], paused ? "paused" : "kept again");
	return STATUS_GOOD;
}

static int schedule_pause_command(struct command_context *context)
{
	return set_paused(context, true);
}

static int schedule_resume_command(struct command_context *context)
{
	return set_paused(context, false);
}

static int schedule_remove_command(struct command_context *context)
{
	struct actor by;
	struct error why;

	audit_actor_here(&by);
	if (context_store(context, STORE_WRITE, &why) == NULL ||
	    !schedule_remove(context->store, context->arguments[0], &by, &why))
		return context_fail(context, &why);
	context_note(context, "schedule '%s' is removed; its runs stay in the history", context->arguments[0]);
	return STATUS_GOOD;
}

static const struct command_option add_options[] = {
	{"cron", 0, "EXPR", "five fields: minute hour day month weekday, or @daily …"},
	{"zone", 0, "ZONE", "time zone of the expression (UTC)"},
	{"method", 'm', "METHOD", "wal-e or pg_resync_slave (the default of rebuild-stale)"},
	{"policy", 0, "TEXT", "what is stale: \"lag-bytes=1GB lag-seconds=600 for=30m\""},
	{"limits", 0, "TEXT", "how much at once: \"most=3 jobs=2 cool-down=6h\""},
	{"missed", 0, "WHAT", "times at which nobody was there: skip (default) or once"},
	{"reason", 'r', "TEXT", "why; it stands in the audit history"},
	{0},
};

const struct command command_schedule_add = {
	"schedule add",
	"NAME [SELECTION...]",
	"rebuild stale standbys at fixed times",
	"Kept by 'pgresync serve'. Select standbys by name, by primary, by site or environment;\n"
	"nothing: all of them. A time that daylight saving skips fires right after the gap, one\n"
	"that comes twice fires once.",
	add_options,
	(const char *const[]){
		"pgresync schedule add nightly --cron '30 3 * * *' --zone Europe/London --reason 'keep DR fresh'",
		"every night at half past three", NULL},
	1,
	-1,
	schedule_add_command,
};

const struct command command_schedule_pause = {
	"schedule pause",
	"NAME",
	"let a schedule rest",
	NULL,
	NULL,
	(const char *const[]){"pgresync schedule pause nightly", "until 'schedule resume nightly'", NULL},
	1,
	1,
	schedule_pause_command,
};

const struct command command_schedule_resume = {
	"schedule resume",
	"NAME",
	"keep a schedule again",
	NULL,
	NULL,
	(const char *const[]){"pgresync schedule resume nightly", "times that passed meanwhile are not made up for",
			      NULL},
	1,
	1,
	schedule_resume_command,
};

const struct command command_schedule_remove = {
	"schedule remove",
	"NAME",
	"remove a schedule; its runs and audit records stay",
	NULL,
	NULL,
	(const char *const[]){"pgresync schedule remove nightly", "a run at work is not stopped", NULL},
	1,
	1,
	schedule_remove_command,
};
