/*
 * The last words on a run: how each host ended and whether it was left as found. Equal ends are gathered under one
 * folded set of names.
 */
#ifndef UI_REPORT_H
#define UI_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "ui/progress_model.h"

enum report_left { REPORT_LEFT_UNKNOWN, REPORT_LEFT_YES, REPORT_LEFT_NO, REPORT_LEFT_NOT_TOUCHED };

struct report_host {
	const char *name;
	enum progress_state state;
	bool owed;	 /* something is still changed on it */
	const char *at;	 /* "3/9 unprotect key"; NULL or "": before the first row, or good */
	const char *why; /* of a failure; NULL or "": nothing to say */
	enum report_left key_protected, conf_reverted, puppet_on, collectd_running;
	int64_t took_ms, lag_bytes; /* -1: unknown */
};

struct report {
	int64_t run;	  /* 0: nothing was recorded (a dry run) */
	const char *what; /* "resync", "recover", "dry run" … */
	int64_t took_ms;
	int exit_status;
	const struct report_host *hosts;
	size_t n_hosts;
	bool utf8, color;
};

/* Appends the summary: the count line, the ends (failures first), what to do next. */
void report_render(const struct report *r, struct buf *out);
/* The same as one JSON object on one line. */
void report_json(const struct report *r, struct buf *out);

/* Appends "yes (key protected, recovery.conf reverted, puppet on, collectd running)", "no (puppet still off)" … */
void report_add_left(struct buf *out, const struct report_host *h);

#endif
