/* runs log: every row of one host in a run, with its output. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/context.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "cli/say.h"
#include "inventory/held.h"
#include "inventory/host.h"
#include "ui/text.h"

struct log_view {
	const struct command_context *context;
	struct json *json; /* NULL: text */
	size_t rows;
	bool color;
};

static const char *text_of(const char *text)
{
	return text != NULL ? text : "";
}

static enum paint paint_of_outcome(enum journal_outcome o)
{
	switch (o) {
	case JOURNAL_OK:
		return PAINT_GOOD;
	case JOURNAL_FAILED:
	case JOURNAL_LOST:
		return PAINT_BAD;
	case JOURNAL_REFUSED:
	case JOURNAL_CANCELLED:
	case JOURNAL_UNKNOWN:
		return PAINT_ATTENTION;
	case JOURNAL_NONE:
	case JOURNAL_NOT_YET:
	case JOURNAL_OUTCOMES:
		break;
	}
	return PAINT_FAINT;
}

static void print_head(const struct log_view *v, const struct journal_entry *e)
{
	char when[OUTPUT_TIME], took[TEXT_NUMBER];
	scoped_buf head;

	buf_init(&head, 4096);
	paint_on(&head, paint_of_outcome(e->outcome), v->color);
	buf_addf(&head, "%s  %-5s  %s", output_time(when, e->wall_us), journal_kind_name(e->kind),
		 text_of(e->row_name));
	if (e->phase == JOURNAL_BEGUN)
		buf_adds(&head, "  begun");
	else
		buf_addf(&head, "  %s", journal_outcome_name(e->outcome));
	if (e->attempt > 1)
		buf_addf(&head, ", attempt %d", e->attempt);
	if (e->exit_status != JOURNAL_NO_STATUS)
		buf_addf(&head, ", exit status %d", e->exit_status);
	if (e->duration_ms >= 0)
		buf_addf(&head, ", %s", text_duration(took, e->duration_ms));
	paint_off(&head, paint_of_outcome(e->outcome), v->color);
	buf_addc(&head, '\n');
	say_data(&head);
}

static bool print_entry(void *ctx, const struct journal_entry *e)
{
	struct log_view *v = ctx;

	v->rows++;
	print_head(v, e);
	if (v->context->verbose > 0 && *text_of(e->command))
		say_output(stdout, "    $ ", e->command, strlen(e->command));
	if (e->output_length > 0)
		say_output(stdout, "    | ", e->output, e->output_length);
	if (e->output_dropped > 0)
		printf("    (%lld bytes of output were not kept)\n", (long long)e->output_dropped);
	if (*text_of(e->error))
		say_output(stdout, "    ! ", e->error, strlen(e->error));
	return true;
}

static bool put_entry_json(void *ctx, const struct journal_entry *e)
{
	struct log_view *v = ctx;
	struct json *j = v->json;

	v->rows++;
	json_open_object(j);
	output_json_time(j, "time", e->wall_us);
	json_put_number(j, "row", e->row);
	json_put_string(j, "name", e->row_name);
	json_put_string(j, "kind", journal_kind_name(e->kind));
	json_put_string(j, "phase", journal_phase_name(e->phase));
	json_put_string(j, "outcome", journal_outcome_name(e->outcome));
	json_put_number(j, "attempt", e->attempt);
	if (e->exit_status != JOURNAL_NO_STATUS)
		json_put_number(j, "exit_status", e->exit_status);
	if (e->duration_ms >= 0)
		json_put_number(j, "duration_ms", e->duration_ms);
	json_put_string(j, "command", e->command);
	json_key(j, "output");
	json_add_bytes(j, text_of(e->output), e->output_length);
	json_put_number(j, "output_dropped", e->output_dropped);
	json_put_string(j, "output_sha256", e->output_sha256);
	json_put_string(j, "error", e->error);
	json_close_object(j);
	return true;
}

static int log_json(struct command_context *context, int64_t run, const char *host)
{
	struct output o;
	struct log_view v = {context, &o.json, 0, false};
	struct error why;
	bool good;

	output_begin(&o);
	json_open_array(&o.json);
	good = journal_rows(context->store, run, host, put_entry_json, &v, &why);
	json_close_array(&o.json);
	if (!good) {
		output_drop(&o);
		return context_fail(context, &why);
	}
	output_end(&o);
	return STATUS_GOOD;
}

/* The full name, also of a host that has left the inventory since. */
static char *host_name(struct command_context *context, const char *typed)
{
	struct error ignored;
	const struct host *h = context_host(context, typed, &ignored);

	return mem_strdup(h != NULL ? h->name : typed);
}

static int runs_log(struct command_context *context)
{
	struct log_view v = {context, NULL, 0, context_color(context, 1)};
	struct error why;
	int64_t run;

	if (!context_run_number(context->arguments[0], &run, &why) || context_store(context, STORE_READ, &why) == NULL)
		return context_fail(context, &why);
	if (!context_has_run(context, run, &why))
		return context_fail(context, &why);
	scoped_mem char *host = host_name(context, context->arguments[1]);

	if (context->json)
		return log_json(context, run, host);
	if (!journal_rows(context->store, run, host, print_entry, &v, &why))
		return context_fail(context, &why);
	if (v.rows == 0)
		return context_refuse(context, ERROR_USAGE,
				      "run %lld has no rows of '%s'; 'pgresync runs show %lld' lists its hosts",
				      (long long)run, host, (long long)run);
	return STATUS_GOOD;
}

const struct command command_runs_log = {
	"runs log",
	"RUN HOST",
	"show every row of one host in a run, with what the host said",
	"With -v the commands, too. Secrets were blacked out before anything was stored.",
	NULL,
	(const char *const[]){"pgresync runs log 42 pg-standby-1 -v", "rows, commands and output", NULL},
	2,
	2,
	runs_log,
};
