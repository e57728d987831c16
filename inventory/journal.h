/*
 * The journal of rows: what is noted here is durable before the command leaves.
 *
 * All notes of one turn of the loop go into one transaction; when it is committed the durable functions are called
 * in the order of the notes, each exactly once, never before journal_note() returns. Every entry is an audit record
 * in the same transaction. Command, output and error text pass the redactor on the way in.
 */
#ifndef INVENTORY_JOURNAL_H
#define INVENTORY_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "inventory/actor.h"
#include "inventory/journal_entry.h"
#include "inventory/store.h"

struct journal;

/* Borrows store and loop until journal_close(); what it writes is done by this actor. */
struct journal *journal_new(struct store *s, uv_loop_t *loop, const struct actor *by);
/* Writes what waits, calls its durable functions, and frees once the loop has closed its handles. */
void journal_close(struct journal *j);

/* failed is NULL when the note is durable; otherwise nothing of that turn was written. */
typedef void journal_durable_fn(void *ctx, const struct error *failed);

/* Copies the entry. durable may be NULL. */
void journal_note(struct journal *j, const struct journal_entry *entry, journal_durable_fn *durable, void *ctx);
/* Forgets the call of durable functions with this ctx (the notes are still written): after it they never come. */
void journal_forget(struct journal *j, const void *ctx);
/* Writes what waits now, so that records of others come after it; the waiting durable functions are called later. */
bool journal_flush(struct journal *j, struct error *why);
/* Writes now, together with what waits; the waiting durable functions are called later as always. */
bool journal_note_now(struct journal *j, const struct journal_entry *entry, struct error *why);

/* The same without a loop, for tools that work synchronously. */
bool journal_write(struct store *s, const struct actor *by, const struct journal_entry *entry, struct error *why);

#endif
