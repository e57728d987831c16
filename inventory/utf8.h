/*
 * What is stored as text is valid UTF-8.
 */
#ifndef INVENTORY_UTF8_H
#define INVENTORY_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Bytes of the character that begins at s (1 to 4), 0 when there is none: overlong, a surrogate, cut off. */
size_t utf8_at(const char *s, size_t n);
/* Without NUL. */
bool utf8_is_text(const char *s, size_t n);
/* Adds the text with every byte that fits nowhere (and NUL) replaced by U+FFFD. */
void utf8_clean(struct buf *out, const char *s, size_t n);

#endif
