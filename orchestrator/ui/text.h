/*
 * Words and numbers of the display: fitted to columns, sizes in PostgreSQL's units (1 kB is 1024 bytes).
 *
 * Everything that is added here has been made harmless for a terminal.
 */
#ifndef UI_TEXT_H
#define UI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Columns that the text takes once it has been made harmless. */
size_t text_width(const char *text);
/* Appends the text, cut to `columns` with an ellipsis when it is longer. Returns the columns used. */
size_t text_add_cut(struct buf *out, const char *text, size_t columns);
/* The same, filled with spaces up to `columns`: on the right, or with right true on the left. */
void text_add_fitted(struct buf *out, const char *text, size_t columns, bool right);
void text_add_spaces(struct buf *out, size_t n);

/* The text behind "name: " when it begins so, else all of it: what was said once need not be said twice. */
const char *text_without(const char *text, const char *name);

enum { TEXT_NUMBER = 32 };
/* "16 kB", "1.2 GB"; "-" for a negative number. Return text. */
char *text_size(char text[TEXT_NUMBER], int64_t bytes);
/* "58.1/92.0 GB" */
char *text_size_of(char text[TEXT_NUMBER], int64_t bytes, int64_t total);
/* "31 MB/s" */
char *text_rate(char text[TEXT_NUMBER], int64_t bytes_per_s);
/* "04:12", "1:04:12"; "-" for a negative number. */
char *text_duration(char text[TEXT_NUMBER], int64_t ms);

#endif
