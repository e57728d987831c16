/*
 * The full-text index over the audit history, for this folder's own use. It can be made again from the records at any
 * time, so it is not part of the schema.
 */
#ifndef INVENTORY_AUDIT_WORDS_H
#define INVENTORY_AUDIT_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "inventory/store_sql.h"

/* Makes the index when it is missing and the store may be written. */
bool audit_words_prepare(struct store *s, struct error *why);
/* Adds one record; call in the transaction that appends it, after its journal entry is there. */
bool audit_words_add(struct store *s, int64_t seq, struct error *why);
/* Turns what a person typed into a query that finds records with all of its words. */
void audit_words_query(struct buf *out, const char *text);

#endif
