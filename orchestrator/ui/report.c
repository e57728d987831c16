#include "ui/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/printable.h"
#include "ui/nodeset.h"
#include "ui/paint.h"
#include "ui/text.h"

enum { REPORT_LINE_MOST = 64 * 1024, LEFT_COUNT = 4 };

static const struct {
	const char *key, *yes, *no, *unknown;
} left_words[LEFT_COUNT] = {
	{"key_protected", "key protected", "key still open", "key unknown"},
	{"conf_reverted", "recovery.conf reverted", "recovery.conf still changed", "recovery.conf unknown"},
	{"puppet_on", "puppet on", "puppet still off", "puppet unknown"},
	{"collectd_running", "collectd running", "collectd not running", "collectd unknown"},
};

/* Failures first, as loud as they are. */
static const enum progress_state order[] = {
	PROGRESS_FAILED,  PROGRESS_GIVING_BACK, PROGRESS_UNREACHABLE, PROGRESS_CANCELLED,
	PROGRESS_REFUSED, PROGRESS_RUNNING,	PROGRESS_WAITING,     PROGRESS_GOOD,
};

static void left_of(const struct report_host *h, enum report_left left[LEFT_COUNT])
{
	left[0] = h->key_protected;
	left[1] = h->conf_reverted;
	left[2] = h->puppet_on;
	left[3] = h->collectd_running;
}

static const char *left_word(size_t i, enum report_left left)
{
	switch (left) {
	case REPORT_LEFT_YES:
		return left_words[i].yes;
	case REPORT_LEFT_NO:
		return left_words[i].no;
	case REPORT_LEFT_UNKNOWN:
		return left_words[i].unknown;
	case REPORT_LEFT_NOT_TOUCHED:
		break;
	}
	return NULL;
}

/* The one word for all four: "no" is louder than "unknown", "unknown" than "yes". */
static enum report_left left_sum(const struct report_host *h)
{
	enum report_left left[LEFT_COUNT], sum = REPORT_LEFT_NOT_TOUCHED;

	left_of(h, left);
	for (size_t i = 0; i < LEFT_COUNT; i++) {
		if (left[i] == REPORT_LEFT_NO)
			return REPORT_LEFT_NO;
		if (left[i] == REPORT_LEFT_UNKNOWN)
			sum = REPORT_LEFT_UNKNOWN;
		else if (left[i] == REPORT_LEFT_YES && sum == REPORT_LEFT_NOT_TOUCHED)
			sum = REPORT_LEFT_YES;
	}
	return h->owed ? REPORT_LEFT_NO : sum;
}

static const char *left_name(enum report_left left)
{
	static const char *const names[] = {"unknown", "yes", "no", "not touched"};

	return names[left];
}

void report_add_left(struct buf *out, const struct report_host *h)
{
	enum report_left left[LEFT_COUNT];
	bool any = false;

	left_of(h, left);
	buf_adds(out, left_name(left_sum(h)));
	for (size_t i = 0; i < LEFT_COUNT; i++) {
		const char *word = left_word(i, left[i]);

		if (word == NULL)
			continue;
		buf_addf(out, "%s%s", any ? ", " : " (", word);
		any = true;
	}
	if (any)
		buf_addc(out, ')');
}

static const char *or_empty(const char *text)
{
	return text != NULL ? text : "";
}

/* Hosts that may share a line: everything that is said of them is equal. */
static bool same_end(const struct report_host *a, const struct report_host *b)
{
	enum report_left x[LEFT_COUNT], y[LEFT_COUNT];

	left_of(a, x);
	left_of(b, y);
	return a->state == b->state && a->owed == b->owed && memcmp(x, y, sizeof(x)) == 0 &&
	       strcmp(or_empty(a->at), or_empty(b->at)) == 0 && strcmp(or_empty(a->why), or_empty(b->why)) == 0;
}

struct gathered {
	const char **names;
	size_t n;
	int64_t slowest_ms, lag_bytes;
};

static void gather(const struct report *r, size_t from, bool *used, struct gathered *g)
{
	g->n = 0;
	g->slowest_ms = g->lag_bytes = -1;
	for (size_t i = from; i < r->n_hosts; i++) {
		const struct report_host *h = &r->hosts[i];

		if (used[i] || !same_end(h, &r->hosts[from]))
			continue;
		used[i] = true;
		g->names[g->n++] = h->name;
		g->slowest_ms = h->took_ms > g->slowest_ms ? h->took_ms : g->slowest_ms;
		g->lag_bytes = h->lag_bytes > g->lag_bytes ? h->lag_bytes : g->lag_bytes;
	}
}

/* The row's words out of "3/9 unprotect key". */
static const char *row_of(const struct report_host *h)
{
	const char *blank = strchr(or_empty(h->at), ' ');

	return blank != NULL ? blank + 1 : NULL;
}

static void put_end(struct buf *line, const struct report_host *h, const struct gathered *g)
{
	char text[TEXT_NUMBER];

	nodeset_fold(line, g->names, g->n);
	buf_addf(line, "  %s", progress_state_name(h->state));
	if (*or_empty(h->at) && h->state != PROGRESS_GOOD)
		buf_addf(line, " at %s", h->at);
	if (g->slowest_ms >= 0)
		buf_addf(line, "%s %s", g->n > 1 ? ", slowest" : " after", text_duration(text, g->slowest_ms));
	if (g->lag_bytes >= 0)
		buf_addf(line, ", lag %s%s", g->n > 1 ? "at most " : "", text_size(text, g->lag_bytes));
	if (*or_empty(h->why))
		buf_addf(line, ": %s", text_without(h->why, row_of(h)));
}

static void put_line(const struct report *r, struct buf *out, const struct buf *line)
{
	(void)r;
	printable_add(out, line->bytes, line->used, PRINTABLE_LINE);
	buf_addc(out, '\n');
}

static void put_group(const struct report *r, const struct report_host *h, const struct gathered *g, struct buf *out)
{
	enum report_left left = left_sum(h);
	enum paint paint = left == REPORT_LEFT_NO      ? PAINT_BAD :
			   left == REPORT_LEFT_UNKNOWN ? PAINT_ATTENTION :
							 PAINT_PLAIN;
	scoped_buf line;

	buf_init(&line, REPORT_LINE_MOST);
	paint_on(out, paint_of(h->state), r->color);
	buf_addf(out, "%s %zu", paint_symbol(h->state, r->utf8), g->n);
	paint_off(out, paint_of(h->state), r->color);
	buf_addc(out, ' ');
	put_end(&line, h, g);
	put_line(r, out, &line);
	buf_clear(&line);
	buf_adds(&line, "    left as found: ");
	report_add_left(&line, h);
	if (h->owed)
		buf_adds(&line, "; OWED: pgresync recover");
	paint_on(out, paint, r->color);
	printable_add(out, line.bytes, line.used, PRINTABLE_LINE);
	paint_off(out, paint, r->color);
	buf_addc(out, '\n');
}

static size_t count(const struct report *r, enum progress_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_hosts; i++)
		n += r->hosts[i].state == state;
	return n;
}

static void put_head(const struct report *r, struct buf *out)
{
	static const enum progress_state counted[] = {PROGRESS_GOOD,	PROGRESS_FAILED,    PROGRESS_UNREACHABLE,
						      PROGRESS_REFUSED, PROGRESS_CANCELLED, PROGRESS_GIVING_BACK,
						      PROGRESS_RUNNING, PROGRESS_WAITING};
	const char *separator = ":";
	char text[TEXT_NUMBER];

	buf_addf(out, "%s", r->what);
	if (r->run > 0)
		buf_addf(out, " (run %lld)", (long long)r->run);
	buf_addf(out, " ended after %s", text_duration(text, r->took_ms));
	for (size_t i = 0; i < sizeof(counted) / sizeof(*counted); i++) {
		size_t n = count(r, counted[i]);

		if (n == 0)
			continue;
		buf_addf(out, "%s %zu %s", separator, n, progress_state_name(counted[i]));
		separator = ",";
	}
	buf_addf(out, " (exit %d)\n", r->exit_status);
}

/* What the operator would type next. */
static void put_next(const struct report *r, struct buf *out)
{
	const struct report_host *bad = NULL;
	bool owed = false;

	for (size_t i = 0; i < r->n_hosts; i++) {
		if (bad == NULL && r->hosts[i].state != PROGRESS_GOOD)
			bad = &r->hosts[i];
		owed = owed || r->hosts[i].owed;
	}
	if (owed)
		buf_adds(out, "next: pgresync recover\n");
	if (bad != NULL && r->run > 0)
		buf_addf(out, "next: pgresync runs log %lld %s\n", (long long)r->run, bad->name);
	else if (r->run > 0)
		buf_addf(out, "more: pgresync runs show %lld\n", (long long)r->run);
}

void report_render(const struct report *r, struct buf *out)
{
	bool *used = mem_alloc((r->n_hosts + 1) * sizeof(*used));
	struct gathered g = {.names = mem_alloc((r->n_hosts + 1) * sizeof(*g.names))};

	put_head(r, out);
	for (size_t s = 0; s < sizeof(order) / sizeof(*order); s++) {
		for (size_t i = 0; i < r->n_hosts; i++) {
			if (used[i] || r->hosts[i].state != order[s])
				continue;
			gather(r, i, used, &g);
			put_group(r, &r->hosts[i], &g, out);
		}
	}
	put_next(r, out);
	free(g.names);
	free(used);
}

static void json_host(struct json *j, const struct report_host *h)
{
	enum report_left left[LEFT_COUNT];

	left_of(h, left);
	json_open_object(j);
	json_put_string(j, "host", h->name);
	json_put_string(j, "state", progress_state_name(h->state));
	json_put_bool(j, "owed", h->owed);
	json_put_string(j, "at", or_empty(h->at));
	json_put_string(j, "why", or_empty(h->why));
	if (h->took_ms >= 0)
		json_put_number(j, "took_ms", h->took_ms);
	if (h->lag_bytes >= 0)
		json_put_number(j, "lag_bytes", h->lag_bytes);
	json_key(j, "left_as_found");
	json_open_object(j);
	json_put_string(j, "all", left_name(left_sum(h)));
	for (size_t i = 0; i < LEFT_COUNT; i++)
		json_put_string(j, left_words[i].key, left_name(left[i]));
	json_close_object(j);
	json_close_object(j);
}

void report_json(const struct report *r, struct buf *out)
{
	struct json j;

	json_begin(&j, out);
	json_open_object(&j);
	json_put_number(&j, "schema", 1);
	json_put_string(&j, "event", "summary");
	json_put_number(&j, "run", r->run);
	json_put_string(&j, "what", r->what);
	json_put_number(&j, "took_ms", r->took_ms);
	json_put_number(&j, "exit_status", r->exit_status);
	json_key(&j, "hosts");
	json_open_array(&j);
	for (size_t i = 0; i < r->n_hosts; i++)
		json_host(&j, &r->hosts[i]);
	json_close_array(&j);
	json_close_object(&j);
	json_end(&j);
	buf_addc(out, '\n');
}
