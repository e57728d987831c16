/* audit export, audit verify. */
#include <stdio.h>
#include <string.h>

#include "cli/audit_filter.h"
#include "cli/context.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "inventory/audit_verify.h"

static bool read_format(const struct command_context *context, enum audit_format *ret, struct error *why)
{
	const char *format = context_value(context, "format");

	if (format == NULL)
		return error_set(why, ERROR_USAGE, "audit export needs --format=csv or --format=json");
	*ret = strcmp(format, "csv") == 0 ? AUDIT_CSV : AUDIT_JSON;
	if (*ret == AUDIT_CSV || strcmp(format, "json") == 0)
		return true;
	return error_set(why, ERROR_USAGE, "--format is csv or json, not '%s'", format);
}

static bool export_to(struct command_context *context, const struct audit_filter *f, enum audit_format format,
		      struct error *why)
{
	const char *path = context_value(context, "output");
	FILE *file = stdout;
	bool good;

	if (path != NULL && !output_create(path, &file, why))
		return false;
	good = audit_export(context->store, audit_filter_leaves_out(f) ? f : NULL, format, file, why);
	if (path != NULL) {
		struct error closing;

		if (!output_close(path, file, &closing) && good) {
			*why = closing;
			return false;
		}
	}
	return good;
}

static int audit_export_command(struct command_context *context)
{
	enum audit_format format = AUDIT_JSON;
	struct audit_filter f;
	struct error why;

	if (!read_format(context, &format, &why) || context_store(context, STORE_READ, &why) == NULL ||
	    !audit_filter_read(context, &f, &why) || !export_to(context, &f, format, &why))
		return context_fail(context, &why);
	if (audit_filter_leaves_out(&f))
		context_note(context, "a part only: 'audit verify' needs an export of all records");
	return STATUS_GOOD;
}

static void print_verdict(const struct command_context *context, const struct audit_verdict *v)
{
	struct output o;

	if (!context->json) {
		if (v->bad_seq == 0)
			printf("%lld records fit; the last is %lld, hash %s\n", (long long)v->records,
			       (long long)v->head_seq, v->head_hash);
		return;
	}
	output_begin(&o);
	json_open_object(&o.json);
	json_put_bool(&o.json, "good", v->bad_seq == 0);
	json_put_number(&o.json, "records", v->records);
	json_put_number(&o.json, "head_seq", v->head_seq);
	json_put_string(&o.json, "head_hash", v->head_hash);
	json_put_number(&o.json, "bad_seq", v->bad_seq);
	json_put_string(&o.json, "problem", v->problem);
	json_close_object(&o.json);
	output_end(&o);
}

static int audit_verify_command(struct command_context *context)
{
	struct audit_verdict verdict = {0};
	struct error why;
	bool good;

	if (context->n_arguments == 1)
		good = audit_verify_export(context->arguments[0], &verdict, &why);
	else
		good = context_store(context, STORE_READ, &why) != NULL && audit_verify(context->store, &verdict, &why);
	if (good || verdict.bad_seq != 0)
		print_verdict(context, &verdict);
	return good ? STATUS_GOOD : context_fail(context, &why);
}

static const struct command_option export_options[] = {
	{"format", 'f', "FORMAT", "csv or json; every column, every output"},
	{"output", 'o', "FILE", "write there instead (a new file)"},
	AUDIT_FILTER_OPTIONS,
	{0},
};

const struct command command_audit_export = {
	"audit export",
	"",
	"write the audit history with every column",
	"Only an export of all records can be verified. In CSV a cell that a spreadsheet would\n"
	"take for a formula begins with an apostrophe.",
	export_options,
	(const char *const[]){"pgresync audit export --format json -o audit.json", "all of it",
			      "pgresync audit export --format csv --since 30d", "a month, on standard output", NULL},
	0,
	0,
	audit_export_command,
};

const struct command command_audit_verify = {
	"audit verify",
	"[FILE]",
	"check that no audit record was changed, dropped or re-ordered",
	"Checks the store, or without any store an export. Names the first record that does not\n"
	"fit. Keep number and hash of the last record elsewhere: a tail that was cut off shows\n"
	"only against them.",
	NULL,
	(const char *const[]){"pgresync audit verify", "the store", "pgresync audit verify audit.json", "an export",
			      NULL},
	0,
	1,
	audit_verify_command,
};
