/*
 * Reads CSV (RFC 4180) cell by cell, for this folder's own use. The apostrophe that guards a cell is taken off.
 */
#ifndef INVENTORY_CSV_H
#define INVENTORY_CSV_H

#include <stdbool.h>

#include "base/buf.h"

/* Begin with {.at = text, .end = text + length}. */
struct csv {
	const char *at, *end;
	struct buf cell; /* the cell that was read */
	bool row_ends;	 /* it is the last of its row */
	bool broken;	 /* the text ends inside quotes or inside a row */
};

/* False at the end. */
bool csv_next(struct csv *c);
void csv_done(struct csv *c);

#endif
