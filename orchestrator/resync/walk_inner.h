/*
 * A walk's own state; for resync/walk*.c only.
 */
#ifndef RESYNC_WALK_INNER_H
#define RESYNC_WALK_INNER_H

#include "loop/timer.h"
#include "resync/walk.h"

enum { HOLDS = 16 };

struct walk {
	struct step_env env;
	const struct method *method;
	walk_news_fn *news;
	walk_ended_fn *ended;
	void *ctx;
	struct timer later; /* starts and ends the walk from the loop, so that nothing is answered too early */
	struct step *step;
	enum walk_phase phase;
	const struct hold *held[HOLDS]; /* begun and not given back, oldest first */
	int held_row[HOLDS];
	size_t n_held;
	int at;	  /* row of the table, or check */
	int part; /* which action of a hold's give */
	bool dry_run, recovering, cancelled, touched;
	struct error why;  /* why the walk gives back; ERROR_NONE: it goes on */
	struct error owed; /* the first give that failed */
	char *tag, *reason;
	struct tidy *tidy;
	int64_t stop_runs[WALK_STOPS]; /* whose remote work is ended before anything is given back, from the last */
	size_t n_stops;
	size_t n_interrupted;  /* recovery: how many of stop_runs, from the first, left something to tidy up */
	int64_t stop_until_ms; /* monotonic: when the host has been away for too long */
};

/* Removes what the run kept on the host, unless something is owed, and ends the walk. */
void walk_finish(struct walk *w);
/* Ends the walk as it stands. */
void walk_end_now(struct walk *w);

#endif
