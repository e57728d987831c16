/*
 * The bytes that an audit record's hash is made of, for this folder's own use.
 */
#ifndef INVENTORY_AUDIT_CANONICAL_H
#define INVENTORY_AUDIT_CANONICAL_H

#include "base/buf.h"
#include "inventory/audit.h"

enum { AUDIT_CANONICAL_MOST = 1 << 20, AUDIT_TEXT_MOST = 1 << 16 };

/* What the first record names as its predecessor. */
extern const char audit_no_hash[65];

/* The record's texts are not NULL; prev_hash is among the fields. */
void audit_canonical(struct buf *out, const struct audit_record *r);
/* Reads the columns of "select " AUDIT_COLUMNS " from audit …" into *ret; texts are borrowed from the statement. */
struct sqlite3_stmt;
void audit_read_columns(struct sqlite3_stmt *st, struct audit_record *ret);

#define AUDIT_COLUMNS                                                                                              \
	"audit.seq, audit.wall_us, user, sudo_user, tty, from_address, controller, behalf, pid, event, audit.run," \
	" audit.host, audit.row, audit.kind, audit.attempt, audit.outcome, audit.exit_status, audit.duration_ms,"  \
	" reason, audit.command, detail, audit.output_sha256, audit.output_dropped, entry_sha256, audit.journal, prev_hash, hash"
enum { AUDIT_COLUMN_COUNT = 27 };

#endif
