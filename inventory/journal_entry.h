/*
 * One entry of the journal: a row that was begun or ended.
 */
#ifndef INVENTORY_JOURNAL_ENTRY_H
#define INVENTORY_JOURNAL_ENTRY_H

#include <stddef.h>
#include <stdint.h>

enum journal_kind { JOURNAL_TAKE, JOURNAL_DO, JOURNAL_GIVE, JOURNAL_CHECK, JOURNAL_KINDS };
enum journal_phase { JOURNAL_BEGUN, JOURNAL_ENDED, JOURNAL_PHASES };
enum journal_outcome {
	JOURNAL_NONE, /* begun, not ended */
	JOURNAL_OK,
	JOURNAL_FAILED,
	JOURNAL_NOT_YET,
	JOURNAL_REFUSED, /* proved to have changed nothing: a TAKE that ends so is not held */
	JOURNAL_CANCELLED,
	JOURNAL_LOST, /* the host was rebooted under it */
	JOURNAL_UNKNOWN,
	JOURNAL_OUTCOMES
};

enum { JOURNAL_OUTPUT_MOST = 65536, JOURNAL_NO_STATUS = -1 };

struct journal_entry {
	int64_t id;	 /* set when read */
	int64_t wall_us; /* 0 in a note: now */
	int64_t run;
	int64_t of_run; /* for a GIVE by `recover`: the run whose hold is given back; 0: run */
	const char *host;
	int row;	      /* index in the method's table, -1 when there is none */
	const char *row_name; /* a TAKE and its GIVE have the same: the hold's */
	enum journal_kind kind;
	int attempt;
	enum journal_phase phase;
	enum journal_outcome outcome;
	int exit_status;     /* JOURNAL_NO_STATUS when there is none */
	int64_t duration_ms; /* -1 when there is none */
	const char *command; /* NULL counts as "" in all texts */
	const char *output;  /* longer than JOURNAL_OUTPUT_MOST: head and tail are kept */
	size_t output_length;
	int64_t output_dropped; /* bytes that are missing already; what we cut is added */
	char output_sha256[65]; /* set when read: of the bytes kept */
	const char *saved;	/* for recovery: "key=value" lines (nonce, path of the saved file, start LSN) */
	const char *error;
};

const char *journal_kind_name(enum journal_kind k);
const char *journal_phase_name(enum journal_phase p);
const char *journal_outcome_name(enum journal_outcome o);

#endif
