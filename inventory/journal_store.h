/*
 * Writing and reading single journal entries, for this folder's own use.
 */
#ifndef INVENTORY_JOURNAL_STORE_H
#define INVENTORY_JOURNAL_STORE_H

#include <stdbool.h>

#include "inventory/actor.h"
#include "inventory/digest.h"
#include "inventory/journal_entry.h"
#include "inventory/store_sql.h"

#define JOURNAL_COLUMNS                                                                                           \
	"id, wall_us, run, of_run, host, row, row_name, kind, attempt, phase, outcome, exit_status, duration_ms," \
	" command, output, output_dropped, output_sha256, saved, error"

/* Reads "select " JOURNAL_COLUMNS; texts are borrowed from the statement. */
void journal_read_columns(sqlite3_stmt *st, struct journal_entry *ret);
/* The hash over every field, which the audit record of the entry carries. */
void journal_entry_sha256(const struct journal_entry *e, char hex[DIGEST_HEX]);

#endif
