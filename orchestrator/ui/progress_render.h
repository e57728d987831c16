/*
 * The live block as text: a pure function of the model, the window and the time.
 *
 * First line: the run as a whole. Then one line per host: failed ones, those that give back, running ones (longest
 * first), waiting ones with the reason; the good ones stand folded in one line. Columns go by rank when the window is
 * narrow; lines fold when it is low, never those of failures before the others.
 */
#ifndef UI_PROGRESS_RENDER_H
#define UI_PROGRESS_RENDER_H

#include "base/buf.h"
#include "ui/progress_model.h"

enum { PROGRESS_NARROWEST = 60 }; /* below it the caller prints plain lines */

/* Appends at most `height` lines of at most `width` columns, each ended by a line feed. No cursor movement. */
void progress_render(const struct progress_model *m, unsigned width, unsigned height, int64_t now_ms, struct buf *out);

#endif
