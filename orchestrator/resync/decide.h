/*
 * Judges a look at a pair: pure functions, no question is asked here. Every guard has a test that turns red
 * when its condition is negated.
 */
#ifndef RESYNC_DECIDE_H
#define RESYNC_DECIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct look;

enum verdict {
	VERDICT_UNKNOWN,     /* the host or its primary does not answer: nothing is claimed */
	VERDICT_STREAMING,   /* the primary streams to it and the lag is small */
	VERDICT_CATCHING_UP, /* replay moves, or streams with lag above the warning threshold */
	VERDICT_LAGGING,     /* streams, lag above the critical threshold */
	VERDICT_STALE,	     /* cannot catch up by itself: the WAL it needs is gone from the primary */
	VERDICT_DIVERGED,    /* its timeline forked off, or it was promoted, or it is another system */
	VERDICT_BROKEN,	     /* up but not receiving, and the reason is none of the above */
	VERDICT_DOWN,	     /* PostgreSQL does not answer on a host that does */
	VERDICTS
};

const char *verdict_name(enum verdict v);

struct judgement {
	enum verdict verdict;
	char reason[640];      /* one sentence with the figures, names both hosts where both matter */
	int64_t lag_bytes;     /* -1: unknown */
	double lag_seconds;    /* of replay; < 0: unknown */
	bool receiver_streams; /* the standby's own WAL receiver */
	bool sender_streams;   /* the primary's row for this standby, state streaming */
};

/* The standby's verdict from one look. */
void decide_verdict(const struct look *look, struct judgement *ret);

/* Role proof: target in recovery (or its control file says so), primary not, equal system identifiers, two different
 * machines, primary_conninfo names this primary, the look is fresh (30 s). False: ERROR_REFUSED and the sentence that
 * says which proof failed. A primary is never accepted as target. Timelines are decide_method_helps' question: a
 * standby that was promoted once is ahead of its primary, and only a base backup helps it. */
bool decide_role_proof(const struct look *look, int64_t now_ms, struct error *why);

/* Can this method help this standby at all?  method is "wal-e" or "pg_resync_slave"; the sentence names the one that would. */
bool decide_method_helps(const struct look *look, const char *method, struct error *why);

/* The primary's replication row of this standby; -1 when there is none. */
int decide_sender_row(const struct look *look);
/* Free WAL senders on the primary: limit less used; -1 unknown. */
int decide_free_senders(const struct look *look);
/* The WAL segment that the standby needs next, from its replay or receive LSN; false when unknown. */
bool decide_needed_segment(const struct look *look, char ret_segment[32]);

#endif
