/*
 * What a walk remembers between its rows, and the journal keeps for recovery: short texts by name.
 *
 * A script remembers by printing lines `pgresync:NAME=VALUE` on stdout.
 */
#ifndef RESYNC_MEMORY_H
#define RESYNC_MEMORY_H

#include <stddef.h>

struct memory;

struct memory *memory_new(void);
void memory_free(struct memory *m);
void memory_set(struct memory *m, const char *name, const char *value);
/* Borrowed until the next memory_set of that name; NULL when there is none. */
const char *memory_get(const struct memory *m, const char *name);
/* Takes over every `pgresync:NAME=VALUE` line of a reply's stdout. */
void memory_read_output(struct memory *m, const char *out, size_t size);
/* All of it as NAME=VALUE lines; the caller frees with free(). */
char *memory_text(const struct memory *m);
/* Takes over NAME=VALUE lines. */
void memory_read_text(struct memory *m, const char *text);

#endif
