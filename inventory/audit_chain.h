/*
 * Walks the chain of records, in the store or in an export; for this folder's own use.
 */
#ifndef INVENTORY_AUDIT_CHAIN_H
#define INVENTORY_AUDIT_CHAIN_H

#include "inventory/audit_verify.h"

void audit_chain_begin(struct audit_verdict *v);
/* Each record in order; false when it does not fit, *v then says why. */
bool audit_chain_add(struct audit_verdict *v, const struct audit_record *r);
/* Notes that a record does not fit; returns false. */
bool audit_chain_fail(struct audit_verdict *v, int64_t seq, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
