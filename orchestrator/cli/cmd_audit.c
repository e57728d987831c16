/* audit: who did what, when and why, and how it ended. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/audit_filter.h"
#include "cli/context.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "cli/say.h"
#include "inventory/audit.h"
#include "ui/table.h"
#include "ui/text.h"

enum { RECORD_MOST = 64 * 1024 };

static enum paint paint_of_record(const struct audit_record *r)
{
	if (strcmp(r->outcome, "failed") == 0 || strcmp(r->outcome, "lost") == 0)
		return PAINT_BAD;
	if (strcmp(r->outcome, "refused") == 0 || strcmp(r->outcome, "cancelled") == 0)
		return PAINT_ATTENTION;
	return PAINT_PLAIN;
}

/* How it ended, in one cell: "ok, 00:07", "failed, exit status 2, 00:07". */
static void describe_end(const struct audit_record *r, char *text, size_t size)
{
	char took[TEXT_NUMBER] = "";
	char status[48] = "";

	if (r->exit_status > 0)
		snprintf(status, sizeof(status), ", exit %d", r->exit_status);
	if (r->duration_ms >= 0)
		text_duration(took, r->duration_ms);
	snprintf(text, size, "%s%s%s%s", r->outcome, status, *took ? ", " : "", took);
}

static char *first_line(const char *text)
{
	size_t n = strcspn(text, "\n");

	return text[n] == '\0' ? mem_strdup(text) : mem_printf("%.*s ...", (int)n, text);
}

static bool put_row(void *ctx, const struct audit_record *r)
{
	char seq[32], when[OUTPUT_TIME], by[256], run[32] = "", end[128];
	scoped_mem char *words = first_line(*r->detail ? r->detail : r->reason);

	snprintf(seq, sizeof(seq), "%lld", (long long)r->seq);
	if (r->run != 0)
		snprintf(run, sizeof(run), "%lld", (long long)r->run);
	describe_end(r, end, sizeof(end));
	table_add_row(ctx, paint_of_record(r),
		      (const char *const[]){seq, output_time(when, r->wall_us), actor_describe(by, sizeof(by), &r->by),
					    r->event, run, r->host, r->row, end, words});
	return true;
}

/* On a terminal: two lines a record, so that nothing an auditor looks for is cut. */
static bool print_record(void *ctx, const struct audit_record *r)
{
	char when[OUTPUT_TIME], by[256], end[128];
	scoped_buf line;

	(void)ctx;
	buf_init(&line, RECORD_MOST);
	buf_addf(&line, "%lld  %s  %s  %s", (long long)r->seq, output_time(when, r->wall_us),
		 actor_describe(by, sizeof(by), &r->by), r->event);
	if (r->run != 0)
		buf_addf(&line, "  run %lld", (long long)r->run);
	if (*r->host)
		buf_addf(&line, "  %s", r->host);
	say_line(stdout, line.bytes);
	buf_clear(&line);
	describe_end(r, end, sizeof(end));
	scoped_mem char *words = first_line(*r->detail ? r->detail : r->reason);

	buf_addf(&line, "%s%s%s%s%s", r->row, *r->row && *end ? ": " : "", end, (*r->row || *end) && *words ? "; " : "",
		 words);
	if (line.used > 0)
		say_output(stdout, "      ", line.bytes, line.used);
	return true;
}

static int audit_lines(struct command_context *context, const struct audit_filter *f)
{
	struct error why;

	if (!audit_query(context->store, f, print_record, NULL, &why))
		return context_fail(context, &why);
	return STATUS_GOOD;
}

static int audit_json(struct command_context *context, const struct audit_filter *f)
{
	struct error why;

	if (!audit_filter_write_json(context->store, f, &why))
		return context_fail(context, &why);
	return STATUS_GOOD;
}

static int audit(struct command_context *context)
{
	static const struct table_column columns[] = {
		{"seq", true, false},	 {"time", false, false}, {"by", false, true},
		{"event", false, false}, {"run", true, false},	 {"host", false, true},
		{"row", false, true},	 {"end", false, false},	 {"words", false, true},
	};
	struct audit_filter f;
	struct table *table;
	struct error why;
	bool good;

	if (!audit_filter_read(context, &f, &why) || context_store(context, STORE_READ, &why) == NULL)
		return context_fail(context, &why);
	if (context->json)
		return audit_json(context, &f);
	if (isatty(STDOUT_FILENO))
		return audit_lines(context, &f);
	table = output_table(context, columns, sizeof(columns) / sizeof(*columns));
	good = audit_query(context->store, &f, put_row, table, &why);
	if (good && table_rows(table) == 0)
		context_note(context, "no record fits");
	output_table_end(table);
	return good ? STATUS_GOOD : context_fail(context, &why);
}

static const struct command_option options[] = {
	AUDIT_FILTER_OPTIONS,
	{"limit", 'l', "N", "show the newest N that fit (50)"},
	{0},
};

const struct command command_audit = {
	"audit",
	"",
	"show what was done: who, when, why, on which host, and how it ended",
	"Words of --text must all occur; a word that ends with * stands for all that begin so.\n"
	"Times are 2026-11-23, '2026-11-23 02:10', today, or 7d, 2h, 30m (ago).",
	options,
	(const char *const[]){"pgresync audit --since 7d --host pg-standby-1", "one host, one week",
			      "pgresync audit --text 'passphrase' --json", "records with that word, for a program",
			      NULL},
	0,
	0,
	audit,
};
