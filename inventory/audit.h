/*
 * The audit history: append-only and hash-chained; what was written cannot be changed, dropped or re-ordered unseen.
 *
 * hash = SHA-256 of the record's canonical bytes, which hold the hash of the record before it and the SHA-256 of the
 * output that was captured.
 */
#ifndef INVENTORY_AUDIT_H
#define INVENTORY_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "inventory/actor.h"
#include "inventory/store.h"

/* Texts may be NULL in audit_append() and never are when read. */
struct audit_record {
	int64_t seq;	 /* set when read */
	int64_t wall_us; /* 0 when appended: now */
	struct actor by;
	const char *event; /* "run.begun", "row.ended", "inventory.import", "trust.add" … */
	int64_t run;	   /* 0: none */
	const char *host, *row, *kind, *outcome;
	int attempt;	     /* 0: does not apply */
	int exit_status;     /* -1: none */
	int64_t duration_ms; /* -1: none */
	const char *reason, *command, *detail;
	const char *output_sha256; /* "": nothing was captured */
	int64_t output_dropped;	   /* bytes of the output that were not kept */
	const char *entry_sha256;  /* of the whole journal entry; "" without one */
	int64_t journal;	   /* the journal entry that keeps the output; 0: none */
	const char *output;	   /* set when read, with its length */
	size_t output_length;
	const char *prev_hash, *hash; /* hexadecimal, set when read */
};

/* Appends inside the transaction that is open, else in one of its own. */
bool audit_append(struct store *s, const struct audit_record *record, struct error *why);

struct audit_filter {
	int64_t since_us, until_us; /* 0: open; until is not included */
	const char *host;	    /* NULL or "": any */
	const char *actor;	    /* user, sudo user or "on behalf" */
	const char *text;  /* words that must all occur; a word that ends with * stands for all that begin so */
	int64_t run;	   /* 0: any */
	int64_t after_seq; /* only later ones */
	size_t limit;	   /* 0: all; otherwise the newest that fit */
};

/* Borrowed until the function returns; false from it ends the list. */
typedef bool audit_record_fn(void *ctx, const struct audit_record *record);
/* Oldest first. */
bool audit_query(struct store *s, const struct audit_filter *f, audit_record_fn *each, void *ctx, struct error *why);

#endif
