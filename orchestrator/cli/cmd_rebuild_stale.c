/* rebuild-stale: one pass that resyncs the standbys which are stale by policy. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/context.h"
#include "cli/output.h"
#include "cli/rebuild_plan.h"
#include "cli/rebuild_tell.h"
#include "cli/resync_run.h"
#include "cli/rows.h"
#include "cli/say.h"
#include "fleet/run.h"
#include "inventory/inventory.h"

enum { JOBS_STANDARD = 4 };

static const char *title(const struct rebuild_plan *plan, size_t i)
{
	return plan->choices[i].chosen ? "resync" : "leave";
}

static void print_text(const struct rebuild_plan *plan)
{
	char policy[200];
	char *line = mem_printf("policy: %s; method %s", stale_policy_describe(policy, sizeof(policy), &plan->policy),
				plan->method->name);

	say_line(stdout, line);
	free(line);
	for (size_t i = 0; i < plan->n; i++) {
		if (!plan->cases[i].selected)
			continue;
		line = mem_printf("%-6s  %s  %s", title(plan, i), plan->cases[i].pair->standby->name,
				  plan->choices[i].reason);
		say_line(stdout, line);
		free(line);
	}
}

/* One event a line, as the run's own events after it. */
static void print_json(const struct rebuild_plan *plan)
{
	for (size_t i = 0; i < plan->n; i++) {
		const struct stale_case *c = &plan->cases[i];
		struct output o;

		if (!c->selected)
			continue;
		output_begin(&o);
		json_open_object(&o.json);
		json_put_number(&o.json, "schema", 1);
		json_put_string(&o.json, "event", "verdict");
		json_put_string(&o.json, "host", c->pair->standby->name);
		json_put_string(&o.json, "state", verdict_name(c->judgement.verdict));
		json_put_bool(&o.json, "chosen", plan->choices[i].chosen);
		json_put_string(&o.json, "reason", plan->choices[i].reason);
		if (c->judgement.lag_bytes >= 0)
			json_put_number(&o.json, "lag_bytes", c->judgement.lag_bytes);
		json_close_object(&o.json);
		output_end(&o);
	}
}

/* Who sits at a terminal is asked; a timer or a schedule is not. */
static bool confirmed(const struct command_context *context, const struct rebuild_plan *plan, size_t chosen,
		      struct error *why)
{
	char expected[32], prompt[120];

	if (context_flag(context, "yes") || plan->schedule[0] || !isatty(STDIN_FILENO))
		return true;
	snprintf(expected, sizeof(expected), "%zu", chosen);
	snprintf(prompt, sizeof(prompt), "Type the number of standbys to resync them (%zu): ", chosen);
	return say_ask_word(context->no_input, prompt, expected, why);
}

static int resync_chosen(struct command_context *context, const struct rebuild_plan *plan, size_t chosen,
			 int64_t *ret_run)
{
	struct fleet_target *targets = mem_alloc(chosen * sizeof(*targets));
	int64_t jobs = plan->policy.jobs ? plan->policy.jobs : JOBS_STANDARD;
	struct resync_run_spec spec = {.targets = targets,
				       .jobs = (int)jobs,
				       .kind = "rebuild",
				       .what = "rebuild-stale",
				       .reason = plan->reason,
				       .schedule = plan->schedule_id,
				       .by = &plan->by,
				       .ret_run = ret_run};
	int status;

	for (size_t i = 0; i < plan->n; i++)
		if (plan->choices[i].chosen)
			targets[spec.n_targets++] = (struct fleet_target){plan->cases[i].pair, plan->method};
	status = resync_run(context, &spec);
	free(targets);
	return status;
}

/* A pass that could not look at a standby, or was kept from one by what an earlier run left, is not good: a timer that
 * ends with 0 every night would hide it. */
static int status_of_left(const struct rebuild_plan *plan)
{
	struct exit_counts counts = {0};

	for (size_t i = 0; i < plan->n; i++) {
		const struct stale_case *c = &plan->cases[i];

		if (!c->selected || plan->choices[i].chosen || c->at_work)
			continue;
		counts.owed += c->owed;
		counts.unreachable += c->judgement.verdict == VERDICT_UNKNOWN;
	}
	return (int)exit_status_of_hosts(&counts);
}

static int act(struct command_context *context, const struct rebuild_plan *plan, int64_t *ret_run)
{
	size_t chosen = 0;
	struct error why;
	int status;

	if (context->json)
		print_json(plan);
	else
		print_text(plan);
	fflush(stdout);
	for (size_t i = 0; i < plan->n; i++)
		chosen += plan->choices[i].chosen;
	if (chosen > 0 && context_flag(context, "dry-run") && context_flag(context, "exit-code"))
		return STATUS_WORK_TO_DO;
	if (chosen == 0 || context_flag(context, "dry-run"))
		return status_of_left(plan);
	if (!confirmed(context, plan, chosen, &why))
		return context_fail(context, &why);
	status = resync_chosen(context, plan, chosen, ret_run);
	return status != STATUS_GOOD ? status : status_of_left(plan);
}

static int run(struct command_context *context)
{
	struct rebuild_plan plan;
	int64_t run = 0;
	struct error why;
	int status;

	if (rebuild_plan_make(context, &plan, &why))
		status = act(context, &plan, &run);
	else
		status = context_fail(context, &why);
	if (!context_flag(context, "dry-run"))
		rebuild_tell(context, plan.schedule[0] ? plan.schedule : NULL, run, status);
	rebuild_plan_done(&plan);
	return status;
}

static const struct command_option options[] = {
	{"method", 'm', "METHOD", "wal-e (standard) or pg_resync_slave"},
	{"lag-bytes", 0, "SIZE", "also when lag is above this (512MB)"},
	{"lag-seconds", 0, "TIME", "also when replay is older than this (30m)"},
	{"for", 0, "TIME", "how long lag must have been above (30m)"},
	{"cool-down", 0, "TIME", "never twice within this time (6h)"},
	{"most", 0, "N", "at most so many in this pass"},
	{"down", 0, "YES", "also a standby that is down and has missed too much"},
	{"jobs", 'j', "N", "standbys worked on at once (4)"},
	{"reason", 'r', "TEXT", "stands in the history (\"stale by policy\")"},
	{"schedule", 0, "NAME", "take all this from a schedule, and act as it"},
	{"yes", 'y', NULL, "do not ask"},
	{"dry-run", 'n', NULL, "measure and say what would be resynced"},
	{"exit-code", 0, NULL, "with --dry-run: 3 when there is something to resync"},
	{NULL, 0, NULL, NULL},
};

static const char *const examples[] = {
	"pgresync rebuild-stale --dry-run",
	"what a pass would do, and why, for every standby",
	"pgresync rebuild-stale 6dg --lag-bytes 4GB --for 30m --most 2",
	"the stale standbys of one site, and those half an hour far behind; two at most",
	NULL,
};

const struct command command_rebuild_stale = {
	.name = "rebuild-stale",
	.arguments = "[STANDBY|PRIMARY|SITE|ENVIRONMENT...]",
	.summary = "resync the standbys that are stale by policy",
	.about = "Measures every standby, says what it is and whether it is resynced, and resyncs those\n"
		 "that cannot catch up by themselves, or whose lag was too high for too long (each pass\n"
		 "remembers what it measured for the next). Never twice within the cool-down, never a\n"
		 "primary's last healthy standby. For a timer, for 'pgresync serve', or by hand. A failure\n"
		 "is told to syslog and to the program 'notify' of config.yml when nobody sits at a\n"
		 "terminal. Exit status 4 when a standby could not be looked at, 7 when something is owed.",
	.options = options,
	.examples = examples,
	.least = 0,
	.most = -1,
	.run = run,
};
