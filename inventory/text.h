/*
 * What is stored as text is valid UTF-8; for this folder's own use.
 */
#ifndef INVENTORY_TEXT_H
#define INVENTORY_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Bytes of the character that begins at s (1 to 4); 0 when there is none, or it is NUL. */
size_t text_character(const char *s, size_t n);
bool text_is_clean(const char *s, size_t n);
/* Adds the text with every byte that fits nowhere (and NUL) replaced by U+FFFD, up to out's cap. */
void text_add_clean(struct buf *out, const char *s, size_t n);

#endif
