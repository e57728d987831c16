/*
 * What the display knows of a run: one entry per standby. Plain data, filled by whoever runs it.
 */
#ifndef UI_PROGRESS_MODEL_H
#define UI_PROGRESS_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum progress_state {
	PROGRESS_WAITING,
	PROGRESS_RUNNING,
	PROGRESS_GIVING_BACK, /* after a failure or a cancel: what is held goes back */
	PROGRESS_GOOD,
	PROGRESS_FAILED,
	PROGRESS_UNREACHABLE,
	PROGRESS_REFUSED,
	PROGRESS_CANCELLED,
	PROGRESS_STATES
};

/* "running", "giving back" … */
const char *progress_state_name(enum progress_state s);
bool progress_state_is_final(enum progress_state s);

/* Texts may be NULL, which counts as "". Numbers that are not known are -1. Times are clock_monotonic_ms(). */
struct progress_host {
	const char *name;
	enum progress_state state;
	int row, rows;	      /* 5 of 9; row 0: none begun */
	const char *row_name; /* "base backup" */
	int percent;	      /* of the row; -1: unknown, a moving bar */
	int64_t bytes, total; /* done and to do in this row */
	int64_t rate;	      /* bytes per second */
	int64_t eta_ms;	      /* of the row */
	int64_t usual_ms;     /* what this row usually takes here; shown once it is passed */
	int64_t lag_bytes;
	int64_t started_ms; /* of the host's work; -1: not yet */
	int64_t row_started_ms;
	int64_t ended_ms;	 /* -1: not yet */
	int64_t last_output_ms;	 /* -1: never spoke */
	const char *last_line;	 /* from the host, shown harmless */
	const char *waiting_for; /* "pg-primary-2 allows 1 base backup (pg-standby-2)" */
	const char *why;	 /* of a failure */
};

/* All numbers unknown, no texts, waiting. */
void progress_host_init(struct progress_host *h, const char *name);

struct progress_model {
	int64_t run;	   /* 0: not known yet */
	const char *title; /* "resync staging" */
	int64_t started_ms;
	const char *hint; /* last words of the first line: "^C finishes the row and gives back" */
	const struct progress_host *hosts;
	size_t n_hosts;
	bool utf8, color;
};

#endif
