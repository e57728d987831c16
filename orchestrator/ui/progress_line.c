#include "ui/progress_line.h"

#include <stdio.h>
#include <string.h>

#include "ui/paint.h"
#include "ui/text.h"

enum {
	LINE_MOST = 8 * 1024,
	SYMBOL_COLUMNS = 2,
	GAP = 2,
	LAST_LEAST = 12,
	BAR_LEAST = 8,
	QUIET_AFTER_MS = 30 * 1000,
	ETA_AFTER_MS = 5 * 1000
};

/* Those with the largest rank leave first; rank 0 always stays. `least` is what a column shrinks to before the line
 * is cut. */
static const struct {
	size_t columns, least;
	int rank;
} worth[LINE_COLUMNS] = {
	[LINE_NAME] = {32, 12, 0},  [LINE_PHASE] = {36, 24, 0}, [LINE_BAR] = {16, 16, 3},
	[LINE_PERCENT] = {4, 4, 0}, [LINE_RATE] = {10, 10, 5},	[LINE_ELAPSED] = {7, 7, 2},
	[LINE_ETA] = {7, 7, 4},	    [LINE_LAG] = {12, 12, 1},	[LINE_LAST] = {LAST_LEAST, LAST_LEAST, 6},
};

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

static void phase_text(struct buf *out, const struct progress_host *h)
{
	if (h->state == PROGRESS_GIVING_BACK)
		buf_adds(out, "back ");
	if (h->row > 0)
		buf_addf(out, "%d/%d ", h->row, h->rows);
	buf_adds(out, or_empty(h->row_name));
}

static size_t total_of(const struct line_layout *l)
{
	size_t total = SYMBOL_COLUMNS;
	bool first = true;

	for (int c = 0; c < LINE_COLUMNS; c++) {
		if (l->columns[c] == 0)
			continue;
		total += l->columns[c] + (first ? 0 : GAP);
		first = false;
	}
	return total;
}

static void drop_least_worthy(struct line_layout *l)
{
	while (total_of(l) > l->width) {
		int least = -1;

		for (int c = 0; c < LINE_COLUMNS; c++)
			if (l->columns[c] > 0 && worth[c].rank > 0 && (least < 0 || worth[c].rank > worth[least].rank))
				least = c;
		if (least < 0)
			return;
		l->columns[least] = least == LINE_BAR && l->columns[LINE_BAR] > BAR_LEAST ? BAR_LEAST : 0;
	}
}

static void shrink(struct line_layout *l, enum line_column c)
{
	size_t total = total_of(l);
	size_t over = total > l->width ? total - l->width : 0;
	size_t spare = l->columns[c] > worth[c].least ? l->columns[c] - worth[c].least : 0;

	l->columns[c] -= over < spare ? over : spare;
}

void line_layout_choose(struct line_layout *l, const struct progress_host *const *hosts, size_t n, unsigned width,
			bool utf8)
{
	size_t name = worth[LINE_NAME].least, phase = worth[LINE_PHASE].least;

	(void)utf8;
	l->width = width;
	for (size_t i = 0; i < n; i++) {
		size_t columns = text_width(hosts[i]->name);
		scoped_buf text;

		buf_init(&text, LINE_MOST);

		if (hosts[i]->state == PROGRESS_GOOD)
			continue;
		name = columns > name ? columns : name;
		if (hosts[i]->state == PROGRESS_WAITING)
			continue;
		phase_text(&text, hosts[i]);
		columns = text_width(text.bytes);
		phase = columns > phase ? columns : phase;
	}
	for (int c = 0; c < LINE_COLUMNS; c++)
		l->columns[c] = worth[c].columns;
	l->columns[LINE_NAME] = name < worth[LINE_NAME].columns ? name : worth[LINE_NAME].columns;
	l->columns[LINE_PHASE] = phase < worth[LINE_PHASE].columns ? phase : worth[LINE_PHASE].columns;
	drop_least_worthy(l);
	shrink(l, LINE_NAME);
	shrink(l, LINE_PHASE);
	if (l->columns[LINE_LAST] > 0)
		l->columns[LINE_LAST] += width - total_of(l);
}

static int64_t quiet_ms(const struct progress_host *h, int64_t now_ms)
{
	int64_t since = h->last_output_ms >= h->row_started_ms ? h->last_output_ms : h->row_started_ms;

	return since >= 0 ? now_ms - since : 0;
}

/* Where the rate stands: how long the host has been silent, when it has been for long. */
static void rate_text(struct buf *out, const struct progress_host *h, int64_t now_ms)
{
	char text[TEXT_NUMBER];
	int64_t quiet = quiet_ms(h, now_ms);

	if (quiet < QUIET_AFTER_MS)
		buf_adds(out, h->rate >= 0 ? text_rate(text, h->rate) : "");
	else if (quiet < 100 * 1000)
		buf_addf(out, "quiet %ds", (int)(quiet / 1000));
	else
		buf_addf(out, "quiet %dm", (int)(quiet / 60000));
}

static void eta_text(struct buf *out, const struct progress_host *h, int64_t now_ms)
{
	char text[TEXT_NUMBER];

	if (h->eta_ms >= 0 && h->row_started_ms >= 0 && now_ms - h->row_started_ms >= ETA_AFTER_MS)
		buf_addf(out, "~%s", text_duration(text, h->eta_ms));
}

static void last_text(struct buf *out, const struct progress_host *h, int64_t now_ms)
{
	char text[TEXT_NUMBER];

	if (h->usual_ms >= 0 && h->row_started_ms >= 0 && now_ms - h->row_started_ms > h->usual_ms)
		buf_addf(out, "usual %s  ", text_duration(text, h->usual_ms));
	if (h->total > 0 && h->bytes >= 0)
		buf_addf(out, "%s  ", text_size_of(text, h->bytes, h->total));
	buf_adds(out, or_empty(h->last_line));
}

static void cell_text(struct buf *out, enum line_column c, const struct progress_host *h, int64_t now_ms)
{
	char text[TEXT_NUMBER];

	switch (c) {
	case LINE_NAME:
		buf_adds(out, h->name);
		break;
	case LINE_PHASE:
		phase_text(out, h);
		break;
	case LINE_PERCENT:
		if (h->percent >= 0)
			buf_addf(out, "%d%%", h->percent > 100 ? 100 : h->percent);
		else
			buf_addc(out, '-');
		break;
	case LINE_RATE:
		rate_text(out, h, now_ms);
		break;
	case LINE_ELAPSED:
		if (h->started_ms >= 0)
			buf_adds(out, text_duration(text, now_ms - h->started_ms));
		break;
	case LINE_ETA:
		eta_text(out, h, now_ms);
		break;
	case LINE_LAG:
		buf_addf(out, "lag %s", text_size(text, h->lag_bytes));
		break;
	case LINE_LAST:
		last_text(out, h, now_ms);
		break;
	case LINE_BAR:
	case LINE_COLUMNS:
		break;
	}
}

static bool is_right(enum line_column c)
{
	return c == LINE_PERCENT || c == LINE_RATE || c == LINE_ELAPSED || c == LINE_ETA;
}

static void put_cells(const struct line_layout *l, const struct progress_model *m, const struct progress_host *h,
		      int64_t now_ms, struct buf *out)
{
	bool first = true;

	for (int c = 0; c < LINE_COLUMNS; c++) {
		scoped_buf cell;

		buf_init(&cell, LINE_MOST);
		if (l->columns[c] == 0)
			continue;
		text_add_spaces(out, first ? 0 : GAP);
		first = false;
		if (c == LINE_BAR) {
			paint_bar(out, (unsigned)l->columns[c], h->percent, now_ms, m->utf8);
			continue;
		}
		cell_text(&cell, (enum line_column)c, h, now_ms);
		text_add_fitted(out, cell.bytes, l->columns[c], is_right((enum line_column)c));
	}
}

static void trim(struct buf *out)
{
	while (out->used > 0 && out->bytes[out->used - 1] == ' ')
		out->bytes[--out->used] = '\0';
}

/* What stands behind the name of a host that is not at work. */
static void message_text(struct buf *out, const struct progress_host *h)
{
	char text[TEXT_NUMBER];

	if (h->state == PROGRESS_WAITING) {
		const char *reason = or_empty(h->waiting_for);

		buf_addf(out, "waiting%s%s", *reason ? ": " : "", reason);
		return;
	}
	phase_text(out, h);
	for (const char *at = progress_state_name(h->state), *start = at; *at != '\0'; at++) {
		if (at == start && out->used > 0)
			buf_adds(out, "  ");
		buf_addc(out, *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at);
	}
	if (h->started_ms >= 0 && h->ended_ms >= h->started_ms)
		buf_addf(out, " after %s", text_duration(text, h->ended_ms - h->started_ms));
	if (*or_empty(h->why))
		buf_addf(out, "  %s", text_without(h->why, h->row_name));
}

static enum paint line_paint(const struct progress_host *h, int64_t now_ms)
{
	if (h->state != PROGRESS_RUNNING)
		return paint_of(h->state);
	if (h->usual_ms >= 0 && h->row_started_ms >= 0 && now_ms - h->row_started_ms > h->usual_ms)
		return PAINT_ATTENTION;
	return quiet_ms(h, now_ms) >= QUIET_AFTER_MS ? PAINT_ATTENTION : PAINT_PLAIN;
}

void line_put(const struct line_layout *l, const struct progress_model *m, const struct progress_host *h,
	      int64_t now_ms, struct buf *out)
{
	enum paint paint = line_paint(h, now_ms);
	scoped_buf message;

	buf_init(&message, LINE_MOST);
	paint_on(out, paint, m->color);
	buf_addf(out, "%s ", paint_symbol(h->state, m->utf8));
	if (h->state == PROGRESS_RUNNING || h->state == PROGRESS_GIVING_BACK) {
		put_cells(l, m, h, now_ms, out);
		trim(out);
	} else {
		message_text(&message, h);
		text_add_fitted(out, h->name, l->columns[LINE_NAME], false);
		text_add_spaces(out, GAP);
		text_add_cut(out, message.bytes, l->width - SYMBOL_COLUMNS - l->columns[LINE_NAME] - GAP);
	}
	paint_off(out, paint, m->color);
	buf_addc(out, '\n');
}
