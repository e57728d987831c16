/*
 * One host's line of the live block: columns with a width and a worth; the least worthy leave when the window is narrow.
 */
#ifndef UI_PROGRESS_LINE_H
#define UI_PROGRESS_LINE_H

#include "base/buf.h"
#include "ui/progress_model.h"

enum line_column {
	LINE_NAME,
	LINE_PHASE,
	LINE_BAR,
	LINE_PERCENT,
	LINE_RATE,
	LINE_ELAPSED,
	LINE_ETA,
	LINE_LAG,
	LINE_LAST,
	LINE_COLUMNS
};

struct line_layout {
	unsigned width;
	size_t columns[LINE_COLUMNS]; /* 0: left out */
};

/* One layout for all lines of a frame, so that columns stand below each other. */
void line_layout_choose(struct line_layout *l, const struct progress_host *const *hosts, size_t n, unsigned width,
			bool utf8);
/* Appends the line and a line feed. */
void line_put(const struct line_layout *l, const struct progress_model *m, const struct progress_host *h,
	      int64_t now_ms, struct buf *out);

#endif
