/*
 * The names that somebody who typed a wrong one probably meant.
 */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

#include "base/buf.h"

enum { SUGGEST_MOST = 3 };

/* Fills ret with up to SUGGEST_MOST of the n names, the nearest first (borrowed from names); returns how many. */
size_t suggest_nearest(const char *word, const char *const *names, size_t n, const char *ret[SUGGEST_MOST]);

/* Appends "; did you mean a, b or c?", or nothing when no name is near. */
void suggest_add(struct buf *out, const char *word, const char *const *names, size_t n);

#endif
