/*
 * Expands ${name} in a command template; every value is shell-quoted on the way in.
 *
 * "$${" stands for a literal "${". A name that the look-up does not know is an error: nothing is ever left
 * half expanded.
 */
#ifndef BASE_TEMPLATE_H
#define BASE_TEMPLATE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

/* The value of a name, borrowed until the next call; NULL when unknown. */
typedef const char *template_lookup_fn(void *ctx, const char *name);

/* Appends the expansion of text to out. */
bool template_expand(struct buf *out, const char *text, template_lookup_fn *lookup, void *ctx, struct error *why);
/* The same without quoting, for texts that no shell reads (secret references, messages). */
bool template_expand_plain(struct buf *out, const char *text, template_lookup_fn *lookup, void *ctx, struct error *why);

#endif
