/*
 * The four colours and the symbols of the display; a word always stands beside them.
 */
#ifndef UI_PAINT_H
#define UI_PAINT_H

#include <stdbool.h>

#include "base/buf.h"
#include "ui/progress_model.h"

enum paint {
	PAINT_PLAIN,
	PAINT_BAD,	 /* failed: red */
	PAINT_ATTENTION, /* somebody should look: yellow */
	PAINT_GOOD,	 /* green */
	PAINT_FAINT,	 /* waits, or is of little worth now */
};

void paint_on(struct buf *out, enum paint p, bool color);
void paint_off(struct buf *out, enum paint p, bool color);

const char *paint_symbol(enum progress_state s, bool utf8);
enum paint paint_of(enum progress_state s);

/* A bar of that many columns; percent -1: a block that moves with the time. */
void paint_bar(struct buf *out, unsigned columns, int percent, int64_t now_ms, bool utf8);

#endif
