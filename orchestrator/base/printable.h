/*
 * Makes bytes that others wrote harmless for a terminal.
 *
 * Control characters (ESC among them) become visible escapes (\x1b), bidirectional and invisible ones \u{202e},
 * what is not UTF-8 becomes U+FFFD. In a locale that is not UTF-8 everything beyond ASCII is escaped.
 */
#ifndef BASE_PRINTABLE_H
#define BASE_PRINTABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum printable_form {
	PRINTABLE_LINE,	 /* \n, \r and \t become visible too */
	PRINTABLE_LINES, /* \n and \t stay; a CR, which would overwrite the line, begins a new one */
};

/* Appends the text to out, up to out's cap. */
void printable_add(struct buf *out, const char *text, size_t n, enum printable_form form);

/* The rest takes text that is printable already. */

/* How many columns it takes. */
size_t printable_width(const char *text);
/* Appends at most so many columns of it; what is cut is replaced by "…" ("..." where that cannot be shown). */
void printable_cut(struct buf *out, const char *text, size_t columns);
/* The same, and fills up with spaces. */
void printable_pad(struct buf *out, const char *text, size_t columns);

/* True when the locale (setlocale(LC_CTYPE, "") is the program's duty) can show UTF-8. */
bool printable_utf8(void);

#endif
