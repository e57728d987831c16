/*
 * The columns of an export, for this folder's own use: one list serves CSV, JSON and reading them back.
 */
#ifndef INVENTORY_AUDIT_COLUMNS_H
#define INVENTORY_AUDIT_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "inventory/audit.h"

/* number: written without quotes; text NULL: nothing to say (an empty cell, null). */
typedef void audit_column_fn(void *ctx, const char *name, const char *text, size_t length, bool number);
/* Tells of every column of the record, always in the same order. */
void audit_columns(const struct audit_record *r, audit_column_fn *column, void *ctx);

/* One record while it is read back; the texts it points to are owned here. */
struct audit_row {
	struct audit_record record;
	char *texts[40];
	const char *time, *canonical;
	size_t count, known; /* known: how many columns were ours */
	bool output_is_base64;
};

void audit_row_init(struct audit_row *row);
void audit_row_done(struct audit_row *row);
/* text NULL: nothing to say. */
void audit_row_set(struct audit_row *row, const char *name, const char *text, size_t length);
/* After the last column; false when it cannot be one of our records. */
bool audit_row_finish(struct audit_row *row);

#endif
