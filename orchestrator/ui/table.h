/*
 * A table of text: aligned, cut to the window where its columns allow it, coloured by row.
 *
 * Cells are copied and made harmless for a terminal.
 */
#ifndef UI_TABLE_H
#define UI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "ui/paint.h"

struct table;

struct table_column {
	const char *title;
	bool right; /* numbers */
	/* When the window is narrow. 0 (false): stays whole. 1 (true): may be cut. More: stays whole, or is left out when
	 * cutting does not help, the highest number first. */
	unsigned char cut;
};

/* Columns are borrowed during the call. width 0: as wide as it gets. */
struct table *table_new(const struct table_column *columns, size_t n_columns, unsigned width, bool color);
/* As many cells as columns; NULL counts as "". */
void table_add_row(struct table *t, enum paint paint, const char *const *cells);
size_t table_rows(const struct table *t);
/* Appends the table (nothing when it has no rows) and frees it. */
void table_end(struct table *t, struct buf *out);

#endif
