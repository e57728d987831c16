/*
 * Replaces one block of lines at the bottom of a terminal by the next, writing only what differs.
 *
 * Between frames the cursor stands at the beginning of the line below the block.
 */
#ifndef UI_REPAINT_H
#define UI_REPAINT_H

#include "base/buf.h"

struct repaint {
	struct buf shown; /* the lines that stand there, each ended by a line feed */
};

void repaint_init(struct repaint *f);
void repaint_done(struct repaint *f);
/* The block that stands there is left alone; the next one is drawn below the cursor. */
void repaint_forget(struct repaint *f);

/* Appends the bytes that put the lines `above` (each ended by a line feed) over the block and make it `block`, which
 * is remembered. Nothing when nothing differs. `columns` is the window's width now: what was shown wider has been
 * wrapped by the terminal. */
void repaint_draw(struct repaint *f, const struct buf *above, const struct buf *block, unsigned columns,
		  struct buf *out);

#endif
