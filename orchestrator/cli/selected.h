/*
 * The standbys that an operator means: by name, by primary, by site (or alias), by environment; nothing: all of them.
 */
#ifndef CLI_SELECTED_H
#define CLI_SELECTED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct command_context;
struct pair;

struct selected {
	const struct pair **pairs; /* the pointers are owned, the pairs are the inventory's */
	size_t n;
};

/* Loads the inventory. ERROR_USAGE and the nearest names for what is unknown; an empty inventory is refused.
 * selected_done() in any case. */
bool selected_read(struct command_context *context, const char *const *names, size_t n, struct selected *ret,
		   struct error *why);
/* The same from words of one text. */
bool selected_read_words(struct command_context *context, const char *words, struct selected *ret, struct error *why);
void selected_done(struct selected *s);
bool selected_has(const struct selected *s, const struct pair *pair);

#endif
