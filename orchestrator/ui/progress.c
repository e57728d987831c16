#include "ui/progress.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/printable.h"
#include "base/redact.h"
#include "ui/progress_lines.h"
#include "ui/progress_render.h"
#include "ui/repaint.h"
#include "ui/tty.h"

enum {
	TEXT_MOST = 4096,
	OUTPUT_MOST = 8 * 1024 * 1024,
	WRITE_WITHIN_MS = 1000,
	PLAIN_EVERY_MS = 10 * 1000,
	PLAIN_EVERY_PERCENT = 5,
	EVENT_EVERY_MS = 1000
};

/* What was last said of a host in plain lines or events. */
struct said {
	int64_t at_ms;
	int percent;
};

struct progress {
	int fd;
	enum progress_mode mode;
	bool closed; /* nobody reads any more */
	char *title, *hint;
	struct progress_model model;
	struct progress_host *hosts;
	struct said *said;
	int64_t seq, drawn_ms;
	struct buf above; /* lines that go above the block with the next frame */
	struct repaint repaint;
	volatile bool redraw;
};

enum progress_mode progress_choose_mode(int out_fd, bool json, bool quiet)
{
	if (json)
		return PROGRESS_JSON;
	if (quiet)
		return PROGRESS_QUIET;
	return tty_can_rewrite(out_fd) ? PROGRESS_LIVE : PROGRESS_PLAIN;
}

struct progress *progress_new(int out_fd, enum progress_mode mode, size_t n_hosts)
{
	struct progress *p = mem_new(struct progress);

	p->fd = out_fd;
	p->mode = mode;
	p->title = mem_strdup("");
	p->hosts = mem_alloc((n_hosts + 1) * sizeof(*p->hosts));
	p->said = mem_alloc((n_hosts + 1) * sizeof(*p->said));
	for (size_t i = 0; i < n_hosts; i++)
		progress_host_init(&p->hosts[i], mem_strdup(""));
	p->model = (struct progress_model){
		.title = p->title,
		.started_ms = clock_monotonic_ms(),
		.hosts = p->hosts,
		.n_hosts = n_hosts,
		.utf8 = printable_utf8(),
	};
	p->drawn_ms = p->model.started_ms - PROGRESS_TICK_MS;
	buf_init(&p->above, OUTPUT_MOST);
	repaint_init(&p->repaint);
	if (mode == PROGRESS_LIVE)
		tty_cursor_hide(out_fd, &p->redraw);
	return p;
}

void progress_set_color(struct progress *p, bool color)
{
	p->model.color = color;
}

void progress_set_run(struct progress *p, int64_t run, const char *title)
{
	free(p->title);
	p->title = mem_strdup(title);
	p->model.title = p->title;
	p->model.run = run;
}

void progress_set_hint(struct progress *p, const char *hint)
{
	free(p->hint);
	p->hint = mem_strdup(hint);
	p->model.hint = p->hint;
}

/* Whole, in one write where the other side takes it. A reader that is gone, or that does not read for long, must not
 * hold up the run. */
static void put_out(struct progress *p, const char *bytes, size_t n)
{
	while (n > 0 && !p->closed) {
		ssize_t done = write(p->fd, bytes, n);
		struct pollfd ready = {.fd = p->fd, .events = POLLOUT};

		if (done >= 0) {
			bytes += done;
			n -= (size_t)done;
		} else if (errno == EAGAIN) {
			p->closed = poll(&ready, 1, WRITE_WITHIN_MS) == 0;
		} else if (errno != EINTR) {
			p->closed = true;
		}
	}
}

static bool is_live(const struct progress *p)
{
	return p->mode == PROGRESS_LIVE && tty_get_size(p->fd).columns >= PROGRESS_NARROWEST;
}

/* A line: above the block when there is one, at once elsewhere. */
static void put_line(struct progress *p, const struct buf *line)
{
	if (is_live(p))
		buf_add(&p->above, line->bytes, line->used);
	else
		put_out(p, line->bytes, line->used);
}

static void replace(const char **text, const char *with)
{
	scoped_buf clean;

	buf_init(&clean, TEXT_MOST * 4);
	if (with != NULL)
		redact_text(&clean, with, strnlen(with, TEXT_MOST));
	*text = with != NULL ? buf_steal(&clean) : NULL;
}

static void forget_texts(struct progress_host *h)
{
	const char *const texts[] = {h->name, h->row_name, h->last_line, h->waiting_for, h->why};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		mem_free_at(&(const char *){texts[i]});
}

static void copy_host(struct progress_host *to, const struct progress_host *from)
{
	*to = *from;
	replace(&to->name, from->name ? from->name : "");
	replace(&to->row_name, from->row_name);
	replace(&to->last_line, from->last_line);
	replace(&to->waiting_for, from->waiting_for);
	replace(&to->why, from->why);
}

/* Whether a host whose figures moved has earned a line of its own. */
static bool is_due(const struct progress *p, const struct said *s, const struct progress_host *h, int64_t now_ms)
{
	if (p->mode == PROGRESS_JSON)
		return now_ms - s->at_ms >= EVENT_EVERY_MS;
	if (is_live(p) || now_ms - s->at_ms < PLAIN_EVERY_MS)
		return false;
	return h->percent < 0 || h->percent >= s->percent + PLAIN_EVERY_PERCENT || h->percent < s->percent;
}

/* Above the live block stands what will not change any more, and what goes wrong. */
static bool is_lasting(enum progress_state state)
{
	return progress_state_is_final(state) || state == PROGRESS_GIVING_BACK;
}

static bool deserves_line(const struct progress *p, size_t i, enum progress_change change, int64_t now_ms)
{
	const struct progress_host *h = &p->hosts[i];

	if (p->mode == PROGRESS_QUIET || change == PROGRESS_SAME)
		return false;
	if (change == PROGRESS_MOVED)
		return is_due(p, &p->said[i], h, now_ms);
	return !is_live(p) || (change == PROGRESS_NEXT_STATE && is_lasting(h->state));
}

static void note(struct progress *p, size_t i, enum progress_change change)
{
	const struct progress_host *h = &p->hosts[i];
	int64_t now_ms = clock_monotonic_ms();
	scoped_buf line;

	buf_init(&line, TEXT_MOST * 16);
	if (!deserves_line(p, i, change, now_ms))
		return;
	p->said[i] = (struct said){now_ms, h->percent};
	if (p->mode == PROGRESS_JSON)
		progress_line_event(&line, h, p->model.run, ++p->seq, clock_wall_us());
	else
		progress_line_text(&line, h, now_ms - p->model.started_ms);
	put_line(p, &line);
}

void progress_set_host(struct progress *p, size_t i, const struct progress_host *host)
{
	struct progress_host before = p->hosts[i];
	enum progress_change change = progress_compare(&before, host);

	copy_host(&p->hosts[i], host);
	note(p, i, change);
	forget_texts(&before);
}

void progress_say(struct progress *p, const char *line)
{
	scoped_buf clean, out;

	buf_init(&clean, TEXT_MOST * 4);
	buf_init(&out, TEXT_MOST * 16);
	redact_text(&clean, line, strnlen(line, TEXT_MOST));
	progress_line_said(&out, clean.bytes, p->model.run, p->mode == PROGRESS_JSON ? ++p->seq : 0, clock_wall_us());
	put_line(p, &out);
}

static void draw(struct progress *p, int64_t now_ms)
{
	struct tty_size size = tty_get_size(p->fd);
	scoped_buf block, out;

	buf_init(&block, OUTPUT_MOST);
	buf_init(&out, OUTPUT_MOST);
	/* One column stays free: some terminals wrap when the last one is written. */
	if (size.columns >= PROGRESS_NARROWEST)
		progress_render(&p->model, size.columns - 1, size.rows - 1, now_ms, &block);
	if (p->redraw)
		repaint_forget(&p->repaint);
	p->redraw = false;
	repaint_draw(&p->repaint, &p->above, &block, size.columns, &out);
	buf_clear(&p->above);
	put_out(p, out.bytes, out.used);
	p->drawn_ms = now_ms;
}

void progress_tick(struct progress *p)
{
	int64_t now_ms = clock_monotonic_ms();

	if (p->mode == PROGRESS_LIVE && now_ms - p->drawn_ms >= PROGRESS_TICK_MS)
		draw(p, now_ms);
}

void progress_end(struct progress *p)
{
	scoped_buf nothing, out;

	buf_init(&nothing, 1);
	buf_init(&out, OUTPUT_MOST);
	if (p->mode == PROGRESS_LIVE) {
		repaint_draw(&p->repaint, &p->above, &nothing, tty_get_size(p->fd).columns, &out);
		put_out(p, out.bytes, out.used);
		tty_cursor_show();
	}
	for (size_t i = 0; i < p->model.n_hosts; i++)
		forget_texts(&p->hosts[i]);
	repaint_done(&p->repaint);
	buf_done(&p->above);
	free(p->said);
	free(p->hosts);
	free(p->hint);
	free(p->title);
	free(p);
}
