/*
 * What keeper.c and keeper_run.c share.
 */
#ifndef SERVE_KEEPER_INNER_H
#define SERVE_KEEPER_INNER_H

#include "inventory/schedule.h"
#include "loop/timer.h"
#include "serve/child.h"
#include "serve/keeper.h"

struct slot {
	struct slot *next;
	struct keeper *keeper;
	int64_t id;
	char *name, *cron, *zone;
	enum schedule_missed missed;
	bool paused, seen; /* seen: in the store at this tick */
	int64_t from_us;   /* up to here everything is dealt with */
	struct child *child;
	int64_t fire, started_us;
};

struct keeper {
	struct keeper_spec spec;
	struct slot *slots;
	struct timer later;
	bool stopping, idle_said, later_open;
	char next_name[128];
};

/* Starts the schedule's run for that fire. */
void keeper_run_start(struct slot *s, int64_t due_us, bool late);
/* Has the schedule a living run, of this daemon or of another? */
bool keeper_run_is_busy(const struct slot *s, bool *ret_busy, struct error *why);
/* A run has ended while the keeper stops. */
void keeper_check_idle(struct keeper *k);

#endif
