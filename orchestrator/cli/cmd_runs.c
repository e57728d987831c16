/* runs, runs list, runs show: what was asked for, and how it ended. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/context.h"
#include "cli/left.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "cli/say.h"
#include "inventory/held.h"
#include "inventory/run.h"
#include "inventory/run_host.h"
#include "ui/table.h"
#include "ui/text.h"

enum { RUNS_SHOWN = 20 };

/* What a run that says "running" really is when its process is gone. */
static const char *state_of(const struct run *r)
{
	if (!run_state_is_final(r->state) && r->state != RUN_INTERRUPTED && owner_look(&r->owner) == OWNER_DEAD)
		return run_state_name(RUN_INTERRUPTED);
	return run_state_name(r->state);
}

static enum paint paint_of_run(const struct run *r)
{
	if (r->owed > 0 || r->state == RUN_FAILED)
		return PAINT_BAD;
	if (strcmp(state_of(r), run_state_name(RUN_INTERRUPTED)) == 0)
		return PAINT_ATTENTION;
	return r->state == RUN_DONE ? PAINT_PLAIN : PAINT_ATTENTION;
}

static int64_t took_ms(int64_t begun_us, int64_t ended_us)
{
	return begun_us > 0 && ended_us >= begun_us ? (ended_us - begun_us) / 1000 : -1;
}

static bool put_run_row(void *ctx, const struct run *r)
{
	char id[32], when[OUTPUT_TIME], took[TEXT_NUMBER], good[64], by[256];

	snprintf(id, sizeof(id), "%lld", (long long)r->id);
	snprintf(good, sizeof(good), "%lld of %lld", (long long)r->good, (long long)r->hosts);
	if (r->owed > 0)
		snprintf(good, sizeof(good), "%lld of %lld, %lld OWED", (long long)r->good, (long long)r->hosts,
			 (long long)r->owed);
	table_add_row(ctx, paint_of_run(r),
		      (const char *const[]){id, output_time(when, r->begun_us), r->kind, r->method, state_of(r), good,
					    text_duration(took, took_ms(r->begun_us, r->ended_us)),
					    actor_describe(by, sizeof(by), &r->by), r->reason});
	return true;
}

static void put_actor(struct json *j, const struct actor *by)
{
	json_key(j, "by");
	json_open_object(j);
	json_put_string(j, "user", by->user);
	json_put_string(j, "sudo_user", by->sudo_user);
	json_put_string(j, "tty", by->tty);
	json_put_string(j, "from", by->from);
	json_put_string(j, "controller", by->controller);
	json_put_string(j, "behalf", by->behalf);
	json_put_number(j, "pid", by->pid);
	json_close_object(j);
}

static void put_run_fields(struct json *j, const struct run *r)
{
	json_put_number(j, "run", r->id);
	json_put_string(j, "kind", r->kind);
	json_put_string(j, "method", r->method);
	json_put_string(j, "state", state_of(r));
	json_put_string(j, "reason", r->reason);
	json_put_string(j, "limits", r->limits);
	json_put_string(j, "note", r->note);
	output_json_time(j, "begun", r->begun_us);
	output_json_time(j, "ended", r->ended_us);
	json_put_number(j, "schedule", r->schedule);
	json_put_number(j, "hosts_asked", r->hosts);
	json_put_number(j, "hosts_good", r->good);
	json_put_number(j, "hosts_owed", r->owed);
	put_actor(j, &r->by);
}

static bool put_run_json(void *ctx, const struct run *r)
{
	json_open_object(ctx);
	put_run_fields(ctx, r);
	json_close_object(ctx);
	return true;
}

static int list_json(struct command_context *context, size_t limit)
{
	struct output o;
	struct error why;
	bool good;

	output_begin(&o);
	json_open_array(&o.json);
	good = run_list(context->store, limit, put_run_json, &o.json, &why);
	json_close_array(&o.json);
	if (!good) {
		output_drop(&o);
		return context_fail(context, &why);
	}
	output_end(&o);
	return STATUS_GOOD;
}

static int runs_list(struct command_context *context)
{
	static const struct table_column columns[] = {
		{"run", true, 0},   {"begun", false, 0}, {"kind", false, 0}, {"method", false, 2}, {"state", false, 0},
		{"good", false, 0}, {"took", true, 0},	 {"by", false, 1},   {"reason", false, 1},
	};
	int64_t limit = RUNS_SHOWN;
	struct table *table;
	struct error why;
	bool good;

	if (!context_number(context, "limit", 1, 1000000, &limit, &why) ||
	    context_store(context, STORE_READ, &why) == NULL)
		return context_fail(context, &why);
	if (context->json)
		return list_json(context, (size_t)limit);
	table = output_table(context, columns, sizeof(columns) / sizeof(*columns));
	good = run_list(context->store, (size_t)limit, put_run_row, table, &why);
	if (good && table_rows(table) == 0)
		context_note(context, "no run yet");
	output_table_end(table);
	return good ? STATUS_GOOD : context_fail(context, &why);
}

static bool put_host_row(void *ctx, const struct run_host *h)
{
	static const enum paint paints[RUN_HOST_STATES] = {
		[RUN_HOST_WAITING] = PAINT_FAINT,     [RUN_HOST_GIVING_BACK] = PAINT_ATTENTION,
		[RUN_HOST_FAILED] = PAINT_BAD,	      [RUN_HOST_UNREACHABLE] = PAINT_BAD,
		[RUN_HOST_REFUSED] = PAINT_ATTENTION, [RUN_HOST_CANCELLED] = PAINT_ATTENTION,
		[RUN_HOST_OWED] = PAINT_BAD,
	};
	char took[TEXT_NUMBER];
	scoped_buf left;

	buf_init(&left, 1024);
	left_describe(&left, h);
	table_add_row(ctx, paints[h->state],
		      (const char *const[]){h->host, h->method, run_host_state_name(h->state),
					    text_duration(took, took_ms(h->begun_us, h->ended_us)), left.bytes});
	return true;
}

static bool put_host_json(void *ctx, const struct run_host *h)
{
	struct json *j = ctx;

	json_open_object(j);
	json_put_string(j, "host", h->host);
	json_put_string(j, "primary", h->primary);
	json_put_string(j, "method", h->method);
	json_put_string(j, "state", run_host_state_name(h->state));
	json_put_string(j, "why", h->why);
	output_json_time(j, "begun", h->begun_us);
	output_json_time(j, "ended", h->ended_us);
	json_key(j, "left_as_found");
	json_open_object(j);
	json_put_string(j, "key_protected", run_left_name(h->left.key_protected));
	json_put_string(j, "conf_reverted", run_left_name(h->left.conf_reverted));
	json_put_string(j, "puppet_on", run_left_name(h->left.puppet_on));
	json_put_string(j, "collectd_running", run_left_name(h->left.collectd_running));
	json_close_object(j);
	json_close_object(j);
	return true;
}

static bool print_run_head(void *ctx, const struct run *r)
{
	char begun[OUTPUT_TIME], ended[OUTPUT_TIME], by[256];

	(void)ctx;
	printf("run %lld  %s%s%s  %s\n", (long long)r->id, r->kind, *r->method ? " " : "", r->method, state_of(r));
	printf("  reason  %s\n  by      %s\n", r->reason, actor_describe(by, sizeof(by), &r->by));
	printf("  begun   %s\n", output_time(begun, r->begun_us));
	if (r->ended_us != 0)
		printf("  ended   %s\n", output_time(ended, r->ended_us));
	if (*r->limits)
		printf("  limits  %s\n", r->limits);
	if (*r->note)
		printf("  note    %s\n", r->note);
	putchar('\n');
	return true;
}

static bool print_why(void *ctx, const struct run_host *h)
{
	bool *any = ctx;

	if (*h->why == '\0')
		return true;
	scoped_mem char *line = mem_printf("%s: %s", h->host, h->why);

	if (!*any)
		putchar('\n');
	*any = true;
	say_line(stdout, line);
	return true;
}

static int show_text(struct command_context *context, int64_t run)
{
	static const struct table_column columns[] = {
		{"host", false, true}, {"method", false, false},       {"state", false, false},
		{"took", true, false}, {"left as found", false, true},
	};
	struct table *table;
	struct error why;
	bool good, any = false;

	if (!run_load(context->store, run, print_run_head, NULL, &why))
		return context_fail(context, &why);
	table = output_table(context, columns, sizeof(columns) / sizeof(*columns));
	good = run_host_list(context->store, run, put_host_row, table, &why);
	output_table_end(table);
	if (!good || !run_host_list(context->store, run, print_why, &any, &why))
		return context_fail(context, &why);
	return left_print_held(context, run);
}

static bool put_run_open(void *ctx, const struct run *r)
{
	json_open_object(ctx);
	put_run_fields(ctx, r);
	json_key(ctx, "hosts");
	json_open_array(ctx);
	return true;
}

static int show_json(struct command_context *context, int64_t run)
{
	struct output o;
	struct error why;

	output_begin(&o);
	if (!run_load(context->store, run, put_run_open, &o.json, &why) ||
	    !run_host_list(context->store, run, put_host_json, &o.json, &why)) {
		output_drop(&o);
		return context_fail(context, &why);
	}
	json_close_array(&o.json);
	json_close_object(&o.json);
	output_end(&o);
	return STATUS_GOOD;
}

static int runs_show(struct command_context *context)
{
	struct error why;
	int64_t run;

	if (!context_run_number(context->arguments[0], &run, &why) || context_store(context, STORE_READ, &why) == NULL)
		return context_fail(context, &why);
	return context->json ? show_json(context, run) : show_text(context, run);
}

static const struct command_option list_options[] = {{"limit", 'l', "N", "show the newest N (20)"}, {0}};

const struct command command_runs = {
	"runs",
	"",
	"list the runs, newest first (the same as 'runs list')",
	NULL,
	list_options,
	(const char *const[]){"pgresync runs", "the last twenty", NULL},
	0,
	0,
	runs_list,
};

const struct command command_runs_list = {
	"runs list",
	"",
	"list the runs, newest first",
	NULL,
	list_options,
	(const char *const[]){"pgresync runs list --limit 5", "the last five", NULL},
	0,
	0,
	runs_list,
};

const struct command command_runs_show = {
	"runs show",
	"RUN",
	"show one run: every host, how it ended, whether it was left as found",
	"Tells, too, what the run still holds on its hosts.",
	NULL,
	(const char *const[]){"pgresync runs show 42", "run 42", NULL},
	1,
	1,
	runs_show,
};
