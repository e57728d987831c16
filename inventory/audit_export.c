#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "inventory/audit_columns.h"
#include "inventory/audit_verify.h"

enum { RECORD_MOST = 8 << 20 };

struct writer {
	FILE *out;
	enum audit_format format;
	int64_t count;
	bool first; /* column of the row */
	struct json json;
	struct buf row;
};

/* A spreadsheet would calculate such a cell; the apostrophe also guards itself, so that it can be taken off again. */
static bool needs_guard(const char *text, size_t length)
{
	return length > 0 && strchr("=+-@\t\r'", text[0]) != NULL;
}

static void csv_cell(void *ctx, const char *name, const char *text, size_t length, bool number)
{
	struct writer *w = ctx;

	(void)name;
	if (!w->first)
		buf_addc(&w->row, ',');
	w->first = false;
	if (number) {
		buf_add(&w->row, text ? text : "", length);
		return;
	}
	buf_addc(&w->row, '"');
	if (needs_guard(text, length))
		buf_addc(&w->row, '\'');
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '"')
			buf_addc(&w->row, '"');
		buf_addc(&w->row, text[i]);
	}
	buf_addc(&w->row, '"');
}

static void csv_name(void *ctx, const char *name, const char *text, size_t length, bool number)
{
	struct writer *w = ctx;

	(void)text;
	(void)length;
	(void)number;
	buf_addf(&w->row, "%s%s", w->first ? "" : ",", name);
	w->first = false;
}

static void json_column(void *ctx, const char *name, const char *text, size_t length, bool number)
{
	struct writer *w = ctx;

	json_key(&w->json, name);
	if (!text)
		json_add_null(&w->json);
	else if (number)
		json_add_number(&w->json, (int64_t)strtoll(text, NULL, 10));
	else
		json_add_bytes(&w->json, text, length);
}

static bool write_out(struct writer *w)
{
	bool ok = fwrite(w->row.bytes, 1, w->row.used, w->out) == w->row.used;

	buf_clear(&w->row);
	return ok;
}

static bool write_record(void *ctx, const struct audit_record *r)
{
	struct writer *w = ctx;

	w->first = true;
	if (w->format == AUDIT_CSV) {
		audit_columns(r, csv_cell, w);
		buf_adds(&w->row, "\r\n");
	} else {
		buf_adds(&w->row, w->count ? ",\n" : "\n");
		json_begin(&w->json, &w->row);
		json_open_object(&w->json);
		audit_columns(r, json_column, w);
		json_close_object(&w->json);
		json_end(&w->json);
	}
	w->count++;
	return write_out(w);
}

static void write_head(struct writer *w)
{
	struct audit_record none = {.output = ""};

	w->first = true;
	if (w->format == AUDIT_JSON) {
		buf_adds(&w->row, "[");
	} else {
		audit_columns(&none, csv_name, w);
		buf_adds(&w->row, "\r\n");
	}
	write_out(w);
}

bool audit_export(struct store *s, const struct audit_filter *f, enum audit_format format, FILE *out, struct error *why)
{
	struct audit_filter all = {0};
	struct writer w = {.out = out, .format = format};
	bool ok;

	buf_init(&w.row, RECORD_MOST);
	write_head(&w);
	ok = audit_query(s, f ? f : &all, write_record, &w, why);
	if (format == AUDIT_JSON)
		fputs(w.count ? "\n]\n" : "]\n", out);
	buf_done(&w.row);
	if (ok && (fflush(out) != 0 || ferror(out)))
		return error_set(why, ERROR_FAILED, "the export cannot be written: %s", strerror(errno));
	return ok;
}
