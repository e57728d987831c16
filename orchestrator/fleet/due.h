/*
 * Which times of a schedule have come: a pure function of its expression, the last time that was dealt with, and now.
 *
 * A time is on time for a minute. Older ones were missed (nobody was there, or the run before was still at work): the
 * schedule says whether they are passed over, or made up for by one run.
 */
#ifndef FLEET_DUE_H
#define FLEET_DUE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "fleet/cron.h"
#include "inventory/schedule.h"

enum { DUE_SKIPPED = 32 };

struct due_ask {
	const struct cron *cron;
	const char *zone;
	int64_t from_us; /* the last time that was dealt with, or when the schedule was made */
	int64_t now_us;
	bool busy; /* a run of this schedule is at work */
	enum schedule_missed missed;
};

struct due {
	int64_t at_us;			 /* to be run now; 0: nothing */
	bool late;			 /* at_us was missed and is made up for */
	int64_t skipped_us[DUE_SKIPPED]; /* to be noted as missed, oldest first; of very many the newest */
	int n_skipped;
	int64_t next_us; /* the first time after now */
};

/* Times more than a week old are not looked at. False: the zone is unknown. */
bool due_find(const struct due_ask *ask, struct due *ret, struct error *why);

#endif
