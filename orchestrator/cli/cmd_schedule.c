/* schedule list, schedule show: rebuilds at fixed times, kept by `pgresync serve`. */
#include <stdio.h>
#include <string.h>

#include "cli/context.h"
#include "cli/next_fire.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "inventory/schedule.h"
#include "ui/table.h"

enum { FIRES_SHOWN = 10 };

static const char *missed_name(enum schedule_missed m)
{
	return m == SCHEDULE_ONCE ? "once" : "skip";
}

static bool put_row(void *ctx, const struct schedule *plan)
{
	char next[OUTPUT_TIME], last[OUTPUT_TIME];

	table_add_row(ctx, plan->paused ? PAINT_FAINT : PAINT_PLAIN,
		      (const char *const[]){plan->name, plan->cron, plan->zone,
					    plan->paused ? "paused" : output_time(next, next_fire(plan)),
					    output_time(last, plan->last_due_us),
					    *plan->selection ? plan->selection : "all standbys", plan->created_by,
					    plan->reason});
	return true;
}

static void put_fields(struct json *j, const struct schedule *plan)
{
	json_put_string(j, "name", plan->name);
	json_put_string(j, "cron", plan->cron);
	json_put_string(j, "zone", plan->zone);
	json_put_string(j, "selection", plan->selection);
	json_put_string(j, "method", plan->method);
	json_put_string(j, "policy", plan->policy);
	json_put_string(j, "limits", plan->limits);
	json_put_string(j, "reason", plan->reason);
	json_put_string(j, "missed", missed_name(plan->missed));
	json_put_bool(j, "paused", plan->paused);
	json_put_string(j, "created_by", plan->created_by);
	output_json_time(j, "created", plan->created_us);
	output_json_time(j, "last_due", plan->last_due_us);
	output_json_time(j, "next_due", next_fire(plan));
}

static bool put_json(void *ctx, const struct schedule *plan)
{
	json_open_object(ctx);
	put_fields(ctx, plan);
	json_close_object(ctx);
	return true;
}

static int list_json(struct command_context *context)
{
	struct output o;
	struct error why;
	bool good;

	output_begin(&o);
	json_open_array(&o.json);
	good = schedule_list(context->store, put_json, &o.json, &why);
	json_close_array(&o.json);
	if (!good) {
		output_drop(&o);
		return context_fail(context, &why);
	}
	output_end(&o);
	return STATUS_GOOD;
}

static int schedule_list_command(struct command_context *context)
{
	static const struct table_column columns[] = {
		{"name", false, false}, {"cron", false, false},	    {"zone", false, false}, {"next", false, false},
		{"last", false, false}, {"selection", false, true}, {"by", false, true},    {"reason", false, true},
	};
	struct table *table;
	struct error why;
	bool good;

	if (context_store(context, STORE_READ, &why) == NULL)
		return context_fail(context, &why);
	if (context->json)
		return list_json(context);
	table = output_table(context, columns, sizeof(columns) / sizeof(*columns));
	good = schedule_list(context->store, put_row, table, &why);
	if (good && table_rows(table) == 0)
		context_note(context, "no schedule yet: pgresync help schedule add");
	output_table_end(table);
	return good ? STATUS_GOOD : context_fail(context, &why);
}

static bool put_fire(void *ctx, const struct schedule_fire *fire)
{
	char due[OUTPUT_TIME], run[32] = "", ended[OUTPUT_TIME];

	if (fire->run != 0)
		snprintf(run, sizeof(run), "%lld", (long long)fire->run);
	table_add_row(ctx, fire->missed ? PAINT_ATTENTION : PAINT_PLAIN,
		      (const char *const[]){output_time(due, fire->due_us), fire->missed ? "missed" : "", fire->outcome,
					    run, output_time(ended, fire->finished_us)});
	return true;
}

static bool put_fire_json(void *ctx, const struct schedule_fire *fire)
{
	struct json *j = ctx;

	json_open_object(j);
	output_json_time(j, "due", fire->due_us);
	output_json_time(j, "started", fire->started_us);
	output_json_time(j, "finished", fire->finished_us);
	json_put_number(j, "run", fire->run);
	json_put_bool(j, "missed", fire->missed);
	json_put_string(j, "outcome", fire->outcome);
	json_close_object(j);
	return true;
}

struct show {
	struct command_context *context;
	struct error *why;
	bool good;
};

static void print_line(const char *name, const char *value)
{
	if (*value)
		printf("  %-10s %s\n", name, value);
}

static bool show_text(void *ctx, const struct schedule *plan)
{
	static const struct table_column columns[] = {
		{"due", false, false}, {"missed", false, false}, {"outcome", false, false},
		{"run", true, false},  {"ended", false, false},
	};
	struct show *show = ctx;
	struct table *table = output_table(show->context, columns, sizeof(columns) / sizeof(*columns));
	char text[OUTPUT_TIME];

	printf("schedule %s%s\n", plan->name, plan->paused ? "  (paused)" : "");
	printf("  %-10s %s in %s\n", "cron", plan->cron, plan->zone);
	print_line("next", output_time(text, next_fire(plan)));
	print_line("selection", *plan->selection ? plan->selection : "all standbys");
	print_line("method", plan->method);
	print_line("policy", plan->policy);
	print_line("limits", plan->limits);
	print_line("missed", missed_name(plan->missed));
	print_line("reason", plan->reason);
	printf("  %-10s %s, %s\n\n", "by", plan->created_by, output_time(text, plan->created_us));
	show->good = schedule_fire_list(show->context->store, plan->id, FIRES_SHOWN, put_fire, table, show->why);
	output_table_end(table);
	return true;
}

static bool show_json(void *ctx, const struct schedule *plan)
{
	struct show *show = ctx;
	struct output o;

	output_begin(&o);
	json_open_object(&o.json);
	put_fields(&o.json, plan);
	json_key(&o.json, "fires");
	json_open_array(&o.json);
	show->good = schedule_fire_list(show->context->store, plan->id, FIRES_SHOWN, put_fire_json, &o.json, show->why);
	json_close_array(&o.json);
	json_close_object(&o.json);
	if (show->good)
		output_end(&o);
	else
		output_drop(&o);
	return true;
}

static int schedule_show_command(struct command_context *context)
{
	struct error why;
	struct show show = {context, &why, true};

	if (context_store(context, STORE_READ, &why) == NULL ||
	    !schedule_load(context->store, context->arguments[0], context->json ? show_json : show_text, &show, &why) ||
	    !show.good)
		return context_fail(context, &why);
	return STATUS_GOOD;
}

const struct command command_schedule_list = {
	"schedule list",
	"",
	"list the schedules and when they fire next",
	NULL,
	NULL,
	(const char *const[]){"pgresync schedule list", "in local time", NULL},
	0,
	0,
	schedule_list_command,
};

const struct command command_schedule_show = {
	"schedule show",
	"NAME",
	"show one schedule and how its last fires ended",
	NULL,
	NULL,
	(const char *const[]){"pgresync schedule show nightly", "with the runs that it began", NULL},
	1,
	1,
	schedule_show_command,
};
