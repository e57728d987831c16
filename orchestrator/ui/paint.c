#include "ui/paint.h"

#include <string.h>

static const char *const codes[] = {
	[PAINT_PLAIN] = "",	   [PAINT_BAD] = "\033[31m",  [PAINT_ATTENTION] = "\033[33m",
	[PAINT_GOOD] = "\033[32m", [PAINT_FAINT] = "\033[2m",
};

static const struct {
	const char *utf8, *ascii;
	enum paint paint;
} symbols[PROGRESS_STATES] = {
	[PROGRESS_WAITING] = {"·", ".", PAINT_FAINT},
	[PROGRESS_RUNNING] = {"▶", ">", PAINT_PLAIN},
	[PROGRESS_GIVING_BACK] = {"◀", "<", PAINT_ATTENTION},
	[PROGRESS_GOOD] = {"✔", "+", PAINT_GOOD},
	[PROGRESS_FAILED] = {"✘", "x", PAINT_BAD},
	[PROGRESS_UNREACHABLE] = {"✘", "x", PAINT_BAD},
	[PROGRESS_REFUSED] = {"✘", "x", PAINT_BAD},
	[PROGRESS_CANCELLED] = {"✘", "x", PAINT_BAD},
};

void paint_on(struct buf *out, enum paint p, bool color)
{
	if (color)
		buf_adds(out, codes[p]);
}

void paint_off(struct buf *out, enum paint p, bool color)
{
	if (color && p != PAINT_PLAIN)
		buf_adds(out, "\033[0m");
}

const char *paint_symbol(enum progress_state s, bool utf8)
{
	return utf8 ? symbols[s].utf8 : symbols[s].ascii;
}

enum paint paint_of(enum progress_state s)
{
	return symbols[s].paint;
}

static void moving_bar(struct buf *out, unsigned columns, int64_t now_ms, bool utf8)
{
	unsigned block = columns < 6 ? 1 : 3, way = columns - block;
	unsigned at = way == 0 ? 0 : (unsigned)(now_ms / 250 % (2 * way));

	if (at > way)
		at = 2 * way - at;
	for (unsigned i = 0; i < columns; i++) {
		bool inside = i >= at && i < at + block;

		if (utf8)
			buf_adds(out, inside ? "▒" : "░");
		else
			buf_addc(out, inside ? '#' : '.');
	}
}

void paint_bar(struct buf *out, unsigned columns, int percent, int64_t now_ms, bool utf8)
{
	static const char *const eighths[] = {"░", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	unsigned filled; /* in eighths of a column */

	if (percent < 0) {
		moving_bar(out, columns, now_ms, utf8);
		return;
	}
	filled = columns * 8 * (unsigned)(percent > 100 ? 100 : percent) / 100;
	for (unsigned i = 0; i < columns; i++, filled -= filled < 8 ? filled : 8) {
		if (!utf8)
			buf_addc(out, filled >= 8 ? '#' : '.');
		else if (filled >= 8)
			buf_adds(out, "█");
		else
			buf_adds(out, eighths[filled]);
	}
}
