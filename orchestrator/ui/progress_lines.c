#include "ui/progress_lines.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/printable.h"
#include "ui/text.h"

enum { EVENT_SCHEMA = 1, MESSAGE_MOST = 8192 };

static bool same_text(const char *a, const char *b)
{
	return strcmp(a != NULL ? a : "", b != NULL ? b : "") == 0;
}

enum progress_change progress_compare(const struct progress_host *before, const struct progress_host *after)
{
	if (before->state != after->state || !same_text(before->waiting_for, after->waiting_for) ||
	    !same_text(before->name, after->name))
		return PROGRESS_NEXT_STATE;
	if (before->row != after->row || !same_text(before->row_name, after->row_name))
		return PROGRESS_NEXT_ROW;
	if (before->percent != after->percent || before->bytes != after->bytes || before->total != after->total ||
	    before->lag_bytes != after->lag_bytes || before->rate != after->rate ||
	    !same_text(before->last_line, after->last_line) || !same_text(before->why, after->why))
		return PROGRESS_MOVED;
	return PROGRESS_SAME;
}

/* Without the blanks: a plain line is made of words for grep and awk. */
static void add_without(struct buf *out, const char *text, char blank, char instead)
{
	for (; *text != '\0'; text++) {
		if (*text != blank)
			buf_addc(out, *text);
		else if (instead != '\0')
			buf_addc(out, instead);
	}
}

static void add_row(struct buf *out, const struct progress_host *h)
{
	if (h->row > 0)
		buf_addf(out, " %d/%d", h->row, h->rows);
	if (h->row_name != NULL && *h->row_name != '\0') {
		buf_addc(out, ' ');
		add_without(out, h->row_name, ' ', '-');
	}
}

static void add_figures(struct buf *out, const struct progress_host *h)
{
	char text[TEXT_NUMBER];

	if (h->percent >= 0)
		buf_addf(out, " %d%%", h->percent);
	if (h->total > 0 && h->bytes >= 0) {
		buf_addc(out, ' ');
		add_without(out, text_size_of(text, h->bytes, h->total), ' ', '\0');
	}
	if (h->rate >= 0) {
		buf_addc(out, ' ');
		add_without(out, text_rate(text, h->rate), ' ', '\0');
	}
	if (h->eta_ms >= 0)
		buf_addf(out, " eta %s", text_duration(text, h->eta_ms));
	if (h->lag_bytes >= 0) {
		buf_adds(out, " lag ");
		add_without(out, text_size(text, h->lag_bytes), ' ', '\0');
	}
}

static void add_why(struct buf *out, const char *why, const char *row_name)
{
	if (why != NULL && *why != '\0')
		buf_addf(out, ": %s", text_without(why, row_name));
}

static void add_end(struct buf *out, const struct progress_host *h)
{
	char text[TEXT_NUMBER];

	buf_addf(out, " %s", progress_state_name(h->state));
	if (h->state != PROGRESS_GOOD && h->row > 0) {
		buf_adds(out, " at");
		add_row(out, h);
	}
	if (h->started_ms >= 0 && h->ended_ms >= h->started_ms)
		buf_addf(out, " after %s", text_duration(text, h->ended_ms - h->started_ms));
	if (h->state == PROGRESS_GOOD && h->lag_bytes >= 0) {
		buf_adds(out, " lag ");
		add_without(out, text_size(text, h->lag_bytes), ' ', '\0');
	}
	add_why(out, h->why, h->row_name);
}

void progress_line_text(struct buf *out, const struct progress_host *h, int64_t at_ms)
{
	char text[TEXT_NUMBER];
	scoped_buf line;

	buf_init(&line, MESSAGE_MOST);
	buf_addf(&line, "%s %s", text_duration(text, at_ms), h->name);
	if (h->state == PROGRESS_WAITING) {
		buf_adds(&line, " waiting");
		add_why(&line, h->waiting_for, NULL);
	} else if (progress_state_is_final(h->state)) {
		add_end(&line, h);
	} else {
		if (h->state == PROGRESS_GIVING_BACK)
			buf_adds(&line, " giving-back");
		add_row(&line, h);
		add_figures(&line, h);
		add_why(&line, h->why, h->row_name);
	}
	printable_add(out, line.bytes, line.used, PRINTABLE_LINE);
	buf_addc(out, '\n');
}

static void begin_event(struct json *j, const char *event, int64_t run, int64_t seq, int64_t wall_us)
{
	char when[32];

	json_open_object(j);
	json_put_number(j, "schema", EVENT_SCHEMA);
	json_put_number(j, "seq", seq);
	json_put_string(j, "time", clock_format_utc(when, sizeof(when), wall_us));
	if (run > 0)
		json_put_number(j, "run", run);
	json_put_string(j, "event", event);
}

static void put_known(struct json *j, const char *key, int64_t n)
{
	if (n >= 0)
		json_put_number(j, key, n);
}

static void put_text(struct json *j, const char *key, const char *text)
{
	if (text != NULL && *text != '\0')
		json_put_string(j, key, text);
}

void progress_line_event(struct buf *out, const struct progress_host *h, int64_t run, int64_t seq, int64_t wall_us)
{
	struct json j;

	json_begin(&j, out);
	begin_event(&j, "host", run, seq, wall_us);
	json_put_string(&j, "host", h->name);
	json_put_string(&j, "state", progress_state_name(h->state));
	if (h->row > 0) {
		json_put_number(&j, "row", h->row);
		json_put_number(&j, "rows", h->rows);
	}
	put_text(&j, "phase", h->row_name);
	put_known(&j, "percent", h->percent);
	put_known(&j, "bytes", h->bytes);
	put_known(&j, "total", h->total);
	put_known(&j, "rate", h->rate);
	put_known(&j, "eta_ms", h->eta_ms);
	put_known(&j, "lag_bytes", h->lag_bytes);
	if (h->started_ms >= 0 && h->ended_ms >= h->started_ms)
		json_put_number(&j, "took_ms", h->ended_ms - h->started_ms);
	put_text(&j, "waiting_for", h->waiting_for);
	put_text(&j, "line", h->last_line);
	put_text(&j, "why", h->why);
	json_close_object(&j);
	json_end(&j);
	buf_addc(out, '\n');
}

void progress_line_said(struct buf *out, const char *line, int64_t run, int64_t seq, int64_t wall_us)
{
	size_t n = strcspn(line, "\r\n");
	struct json j;

	if (seq > 0) {
		json_begin(&j, out);
		begin_event(&j, "say", run, seq, wall_us);
		json_key(&j, "text");
		json_add_bytes(&j, line, n);
		json_close_object(&j);
		json_end(&j);
	} else {
		printable_add(out, line, n, PRINTABLE_LINE);
	}
	buf_addc(out, '\n');
}
