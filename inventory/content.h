/*
 * What an inventory says, unresolved: a sorted list of (entity, key, value), for this folder's own use.
 *
 * Entities are "defaults", "environment X", "host X", "pair STANDBY" and "site X". Each has an item with the key "",
 * which says that it exists. Lists have one entry a line. The file, the store, the difference and the export all speak
 * this language.
 */
#ifndef INVENTORY_CONTENT_H
#define INVENTORY_CONTENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "inventory/arena.h"
#include "inventory/import.h"
#include "inventory/store.h"

struct item {
	const char *entity, *key, *value;
	size_t line, column; /* where the file says so; 0: it comes from the store */
};

struct content {
	struct arena *arena;
	const char *name; /* of the file, for messages */
	struct item *items;
	size_t count, room;
};

void content_init(struct content *c, const char *name);
void content_done(struct content *c);

/* Copies the texts. */
void content_add(struct content *c, const char *entity, const char *key, const char *value, size_t line, size_t column);
/* Once, before anything is looked up. */
void content_sort(struct content *c);

/* NULL when there is none. kind is "host", "site" …; name "" for defaults. */
const struct item *content_find(const struct content *c, const char *kind, const char *name, const char *key);
/* "" when there is none. */
const char *content_value(const struct content *c, const char *kind, const char *name, const char *key);
/* The items of an entity are neighbours: the first of them, *ret_count of them. NULL when there is none. */
const struct item *content_entity(const struct content *c, const char *entity, size_t *ret_count);
/* The name when the item belongs to an entity of that kind, otherwise NULL. */
const char *content_name(const struct item *item, const char *kind);

/* "file:line:column: text" at the item (NULL: the file as a whole); returns false. */
bool content_fail(const struct content *c, const struct item *at, struct error *why, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

void content_sha256(const struct content *c, char hex[65]);
/* Adds the lines to ret (host and pair counts too). */
void content_diff(const struct content *before, const struct content *after, struct diff *ret);

bool content_load(struct content *c, struct store *s, struct error *why);
/* Replaces what the store has; call inside a transaction. */
bool content_save(const struct content *c, struct store *s, struct error *why);

#endif
