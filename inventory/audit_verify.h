/*
 * Checks the audit history, in the store and in an export, and writes exports.
 */
#ifndef INVENTORY_AUDIT_VERIFY_H
#define INVENTORY_AUDIT_VERIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "inventory/audit.h"

struct audit_verdict {
	int64_t records;  /* how many fit before the first that does not */
	int64_t bad_seq;  /* 0: all fit */
	int64_t head_seq; /* the last that fits, and its hash: keep them elsewhere to notice a cut-off tail */
	char head_hash[65];
	char problem[240]; /* "record 17: its hash is not that of its content" */
};

/* True when the check could be made and everything fits. A record that does not fit: ERROR_STORE, whose text is the
 * problem and names the first such record; *ret is filled in any case. */
bool audit_verify(struct store *s, struct audit_verdict *ret, struct error *why);
/* The same for a file written by audit_export (CSV or JSON, told apart by its first byte); needs no store. */
bool audit_verify_export(const char *path, struct audit_verdict *ret, struct error *why);

enum audit_format { AUDIT_CSV, AUDIT_JSON };
/* Writes every record that the filter lets through (f NULL: all) with every column. In CSV a cell that a spreadsheet
 * would take for a formula begins with an apostrophe. Only an export of all records can be verified. */
bool audit_export(struct store *s, const struct audit_filter *f, enum audit_format format, FILE *out,
		  struct error *why);

#endif
