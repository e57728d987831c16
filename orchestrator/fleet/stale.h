/*
 * Which standbys a pass rebuilds: a pure function over measurements, what is remembered of each standby, and a policy.
 */
#ifndef FLEET_STALE_H
#define FLEET_STALE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "inventory/sample.h"
#include "resync/decide.h"

struct look;
struct pair;

struct stale_policy {
	int64_t lag_bytes;   /* rebuild above this; 0: bytes do not count */
	int64_t lag_seconds; /* rebuild above this; 0: seconds do not count */
	int64_t for_seconds; /* … when it has been above for so long */
	int64_t cool_down_s; /* never within this time of the last resync, however that ended */
	int64_t most;	     /* standbys of one pass; 0: any number */
	int64_t jobs;	     /* 0: not said */
	bool down;	     /* also a standby that is down, when the WAL it needs is gone */
};

/* Stale only, cool-down 6 h, no other limit. */
void stale_policy_init(struct stale_policy *p);
/* Takes over words "lag-bytes=1GB lag-seconds=600 for=30m cool-down=6h most=3 jobs=2 down=yes"; "--for 30m" will do.
 * False and ERROR_USAGE for anything else. */
bool stale_policy_read(struct stale_policy *p, const char *words, struct error *why);
/* One of them. */
bool stale_policy_set(struct stale_policy *p, const char *name, const char *value, struct error *why);
/* "stale; or lag above 1.0 GB for 30 min; cool-down 6 h". Returns text. */
char *stale_policy_describe(char *text, size_t size, const struct stale_policy *p);

struct stale_case {
	const struct pair *pair;
	bool selected;		 /* of the pass; others are measured only to keep a primary's last standby */
	bool runs_as_primary;	 /* it is not in recovery */
	bool needs_what_is_gone; /* the segment it needs is gone from the primary */
	bool owed;		 /* something of an earlier run is still changed on it */
	int64_t at_work;	 /* the run that has it now; 0: none */
	bool cannot_be_helped;	 /* by the method of the pass; `why_not` says why */
	struct error why_not;
	struct judgement judgement;
	struct sample sample;
};

struct stale_choice {
	bool chosen;
	char reason[680];
};

/* Fills the facts of a case that a look tells, for a pass by that method. */
void stale_case_take(struct stale_case *c, const struct look *look, const struct judgement *judgement,
		     const char *method);
/* Is its lag above one of the thresholds now? For sample_note(), before choosing. */
bool stale_is_above(const struct stale_policy *p, const struct judgement *j);
/* Decides for each of the n cases; ret has room for n. method is the one of the pass. */
void stale_choose(const struct stale_policy *p, const char *method, int64_t now_us, const struct stale_case *cases,
		  size_t n, struct stale_choice *ret);

#endif
