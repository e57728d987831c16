/*
 * A terminal or a pipe with a display at its other end.
 */
#ifndef TESTS_UI_DISPLAY_H
#define TESTS_UI_DISPLAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <pty.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/redact.h"
#include "ui/progress.h"
#include "unit/ui/screen.h"

enum { ROWS = 16, COLUMNS = 100, BYTES_MOST = 1024 * 1024, WALL_US = 1000000 };

struct bench {
	struct screen screen;
	int ours, theirs; /* ends of a terminal or a pipe: we read, it writes */
	struct buf bytes;
	int64_t now_ms;
	struct progress *p;
};

static inline void set_time(struct bench *b, int64_t now_ms)
{
	b->now_ms = now_ms;
	clock_fake(WALL_US, now_ms);
}

static inline int open_terminal(void **state)
{
	static struct bench b;
	struct winsize size = {.ws_row = ROWS, .ws_col = COLUMNS};

	b = (struct bench){0};
	setenv("TERM", "xterm", 1);
	if (openpty(&b.ours, &b.theirs, NULL, NULL, &size) != 0)
		return -1;
	fcntl(b.ours, F_SETFL, O_NONBLOCK);
	screen_init(&b.screen, ROWS, COLUMNS);
	buf_init(&b.bytes, BYTES_MOST);
	set_time(&b, 1000000);
	*state = &b;
	return 0;
}

static inline int open_pipe(void **state)
{
	int ends[2];

	if (open_terminal(state) != 0 || pipe2(ends, O_NONBLOCK) != 0)
		return -1;
	struct bench *b = *state;

	close(b->ours);
	close(b->theirs);
	b->ours = ends[0];
	b->theirs = ends[1];
	return 0;
}

static inline int close_all(void **state)
{
	struct bench *b = *state;

	close(b->ours);
	if (b->theirs >= 0)
		close(b->theirs);
	buf_done(&b->bytes);
	screen_done(&b->screen);
	clock_fake(-1, -1);
	redact_forget();
	return 0;
}

/* Takes what was written since the last call; returns how much. */
static inline size_t take(struct bench *b)
{
	char piece[4096];
	ssize_t n;

	buf_clear(&b->bytes);
	while ((n = read(b->ours, piece, sizeof(piece))) > 0)
		buf_add(&b->bytes, piece, (size_t)n);
	screen_feed(&b->screen, b->bytes.bytes, b->bytes.used);
	return b->bytes.used;
}

static inline struct progress_host working(const char *name, int row, int percent)
{
	struct progress_host h;

	progress_host_init(&h, name);
	h.state = PROGRESS_RUNNING;
	h.row = row;
	h.rows = 9;
	h.row_name = "base backup";
	h.percent = percent;
	h.started_ms = h.row_started_ms = 1000000;
	return h;
}

static inline void begin(struct bench *b, enum progress_mode mode, size_t n)
{
	b->p = progress_new(b->theirs, mode, n);
	progress_set_run(b->p, 42, "resync staging");
}

static inline void set(struct bench *b, struct progress_host h)
{
	progress_set_host(b->p, 0, &h);
}

#endif
