#include "ui/progress_render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ui/nodeset.h"
#include "ui/paint.h"
#include "ui/progress_line.h"
#include "ui/text.h"

enum { FRAME_LINE_MOST = 16 * 1024, NAMES_LEAST = 30 };

/* In the order in which they are shown; each group's hosts are sorted among themselves. */
enum group { GROUP_BAD, GROUP_BACK, GROUP_RUNNING, GROUP_WAITING, GROUP_GOOD, GROUPS };

struct frame {
	const struct progress_model *m;
	const struct progress_host **hosts; /* sorted by group */
	size_t first[GROUPS + 1];	    /* where each group begins */
	size_t shown[GROUPS];		    /* how many of its hosts have a line of their own */
	unsigned width;
	int64_t now_ms;
	struct buf *out;
};

static enum group group_of(const struct progress_host *h)
{
	switch (h->state) {
	case PROGRESS_WAITING:
		return GROUP_WAITING;
	case PROGRESS_RUNNING:
		return GROUP_RUNNING;
	case PROGRESS_GIVING_BACK:
		return GROUP_BACK;
	case PROGRESS_GOOD:
		return GROUP_GOOD;
	case PROGRESS_FAILED:
	case PROGRESS_UNREACHABLE:
	case PROGRESS_REFUSED:
	case PROGRESS_CANCELLED:
	case PROGRESS_STATES:
		break;
	}
	return GROUP_BAD;
}

/* The longest at work first; the rest as they were named (the array's order). */
static int by_worth(const void *a, const void *b)
{
	const struct progress_host *x = *(const struct progress_host *const *)a;
	const struct progress_host *y = *(const struct progress_host *const *)b;
	enum group gx = group_of(x), gy = group_of(y);

	if (gx != gy)
		return gx < gy ? -1 : 1;
	if (gx == GROUP_RUNNING && x->started_ms != y->started_ms)
		return x->started_ms < y->started_ms ? -1 : 1;
	return x < y ? -1 : x > y;
}

static void sort_hosts(struct frame *f)
{
	const struct progress_model *m = f->m;

	for (size_t i = 0; i < m->n_hosts; i++)
		f->hosts[i] = &m->hosts[i];
	qsort(f->hosts, m->n_hosts, sizeof(*f->hosts), by_worth);
	for (int g = 0; g <= GROUPS; g++) {
		f->first[g] = 0;
		for (size_t i = 0; i < m->n_hosts && g < GROUPS; i++)
			f->first[g] += group_of(f->hosts[i]) < (enum group)g;
	}
	f->first[GROUPS] = m->n_hosts;
}

static size_t members(const struct frame *f, int g)
{
	return f->first[g + 1] - f->first[g];
}

/* Lines that the group takes: its shown hosts, and one more when some are folded. */
static size_t lines_of(const struct frame *f, int g)
{
	return f->shown[g] + (f->shown[g] < members(f, g) ? 1 : 0);
}

/* Good hosts are always folded; when it is still too high, waiting ones next, failures last. */
static void fold(struct frame *f, size_t height)
{
	static const enum group order[] = {GROUP_WAITING, GROUP_RUNNING, GROUP_BACK, GROUP_BAD};
	size_t lines = 0;

	for (int g = 0; g < GROUPS; g++) {
		f->shown[g] = g == GROUP_GOOD ? 0 : members(f, g);
		lines += lines_of(f, g);
	}
	for (size_t i = 0; i < sizeof(order) / sizeof(*order) && lines > height; i++) {
		int g = (int)order[i];

		while (f->shown[g] > 0 && lines > height) {
			lines -= lines_of(f, g);
			f->shown[g]--;
			lines += lines_of(f, g);
		}
	}
}

static void fold_names(struct buf *out, const struct progress_host *const *hosts, size_t n)
{
	const char **names = mem_alloc((n + 1) * sizeof(*names));

	for (size_t i = 0; i < n; i++)
		names[i] = hosts[i]->name;
	nodeset_fold(out, names, n);
	free(names);
}

/* "   slowest 05:01   lag <= 16 kB", of those that are good. */
static void add_good_figures(struct buf *line, const struct progress_host *const *hosts, size_t n, bool utf8)
{
	int64_t slowest = -1, lag = -1;
	char text[TEXT_NUMBER];

	for (size_t i = 0; i < n; i++) {
		int64_t took = hosts[i]->ended_ms - hosts[i]->started_ms;

		slowest = hosts[i]->ended_ms >= 0 && took > slowest ? took : slowest;
		lag = hosts[i]->lag_bytes > lag ? hosts[i]->lag_bytes : lag;
	}
	if (slowest >= 0)
		buf_addf(line, "   slowest %s", text_duration(text, slowest));
	if (lag >= 0)
		buf_addf(line, "   lag %s %s", utf8 ? "≤" : "<=", text_size(text, lag));
}

/* "failed" stands for several ways to end badly; when all hosts ended in one way it is called by its name. */
static const char *bad_word(const struct frame *f)
{
	enum progress_state first = PROGRESS_FAILED;

	for (size_t i = f->first[GROUP_BAD]; i < f->first[GROUP_BAD + 1]; i++) {
		if (i == f->first[GROUP_BAD])
			first = f->hosts[i]->state;
		else if (f->hosts[i]->state != first)
			return progress_state_name(PROGRESS_FAILED);
	}
	return progress_state_name(first);
}

static const char *group_word(const struct frame *f, int g)
{
	static const char *const words[GROUPS] = {NULL, "giving back", "running", "waiting", "good"};

	return g == GROUP_BAD ? bad_word(f) : words[g];
}

static void put_folded(struct frame *f, int g)
{
	const struct progress_host *const *hosts =
		(const struct progress_host *const *)f->hosts + f->first[g] + f->shown[g];
	size_t n = members(f, g) - f->shown[g], used, tail_width;
	enum paint paint = paint_of(hosts[0]->state);
	scoped_buf tail, names;
	char count[64];

	buf_init(&tail, FRAME_LINE_MOST);
	buf_init(&names, FRAME_LINE_MOST);
	if (g == GROUP_GOOD)
		add_good_figures(&tail, hosts, n, f->m->utf8);
	snprintf(count, sizeof(count), " %zu %s%s: ", n, f->shown[g] > 0 ? "more " : "", group_word(f, g));
	fold_names(&names, hosts, n);
	paint_on(f->out, paint, f->m->color);
	used = text_add_cut(f->out, paint_symbol(hosts[0]->state, f->m->utf8), f->width);
	paint_off(f->out, paint, f->m->color);
	used += text_add_cut(f->out, count, f->width - used);
	tail_width = text_width(tail.bytes);
	if (used + NAMES_LEAST + tail_width > f->width)
		tail_width = 0;
	text_add_cut(f->out, names.bytes, f->width - used - tail_width);
	if (tail_width > 0)
		buf_adds(f->out, tail.bytes);
	buf_addc(f->out, '\n');
}

static void put_hosts(struct frame *f)
{
	struct line_layout layout;

	line_layout_choose(&layout, f->hosts, f->m->n_hosts, f->width, f->m->utf8);
	for (int g = 0; g < GROUPS; g++) {
		for (size_t i = 0; i < f->shown[g]; i++)
			line_put(&layout, f->m, f->hosts[f->first[g] + i], f->now_ms, f->out);
		if (f->shown[g] < members(f, g))
			put_folded(f, g);
	}
}

/* "x 1 failed  > 3 running of 20", or in short "x1 >3 of 20" (the lines below have the words). */
static void add_counts(const struct frame *f, struct buf *line, bool in_short)
{
	static const enum progress_state like[GROUPS] = {PROGRESS_FAILED, PROGRESS_GIVING_BACK, PROGRESS_RUNNING,
							 PROGRESS_WAITING, PROGRESS_GOOD};

	for (int g = 0; g < GROUPS; g++) {
		const char *symbol = paint_symbol(like[g], f->m->utf8);

		if (members(f, g) == 0)
			continue;
		if (in_short)
			buf_addf(line, " %s%zu", symbol, members(f, g));
		else
			buf_addf(line, "  %s %zu %s", symbol, members(f, g), group_word(f, g));
	}
	buf_addf(line, " of %zu", f->m->n_hosts);
}

/* The time that is left, when everything that is still to do is at work and knows its end; else -1. */
static int64_t left_ms(const struct frame *f)
{
	int64_t most = -1;

	if (members(f, GROUP_WAITING) > 0 || members(f, GROUP_BACK) > 0)
		return -1;
	for (size_t i = f->first[GROUP_RUNNING]; i < f->first[GROUP_RUNNING + 1]; i++) {
		if (f->hosts[i]->eta_ms < 0 || f->hosts[i]->row < f->hosts[i]->rows)
			return -1;
		most = f->hosts[i]->eta_ms > most ? f->hosts[i]->eta_ms : most;
	}
	return most;
}

static void head_text(const struct frame *f, struct buf *line, bool in_short)
{
	const struct progress_model *m = f->m;
	char text[TEXT_NUMBER];

	if (m->run > 0)
		buf_addf(line, "run %lld ", (long long)m->run);
	buf_addf(line, "%s  %s ", m->title ? m->title : "", text_duration(text, f->now_ms - m->started_ms));
	add_counts(f, line, in_short);
	if (left_ms(f) >= 0)
		buf_addf(line, "  ~%s left", text_duration(text, left_ms(f)));
}

static void put_head(struct frame *f)
{
	const struct progress_model *m = f->m;
	scoped_buf line;
	size_t used;

	buf_init(&line, FRAME_LINE_MOST);
	head_text(f, &line, false);
	if (text_width(line.bytes) > f->width) {
		buf_clear(&line);
		head_text(f, &line, true);
	}
	used = text_width(line.bytes);
	text_add_cut(f->out, line.bytes, f->width);
	if (m->hint != NULL && used + 3 + text_width(m->hint) <= f->width) {
		text_add_spaces(f->out, f->width - used - text_width(m->hint));
		paint_on(f->out, PAINT_FAINT, m->color);
		text_add_cut(f->out, m->hint, f->width - used);
		paint_off(f->out, PAINT_FAINT, m->color);
	}
	buf_addc(f->out, '\n');
}

void progress_render(const struct progress_model *m, unsigned width, unsigned height, int64_t now_ms, struct buf *out)
{
	struct frame f = {.m = m, .width = width, .now_ms = now_ms, .out = out};

	f.hosts = mem_alloc((m->n_hosts + 1) * sizeof(*f.hosts));
	sort_hosts(&f);
	fold(&f, height > 1 ? height - 1 : 1);
	put_head(&f);
	put_hosts(&f);
	free(f.hosts);
}
