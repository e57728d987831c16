/*
 * Schedules and their fires. What the cron text means is not known here.
 */
#ifndef INVENTORY_SCHEDULE_H
#define INVENTORY_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "inventory/actor.h"
#include "inventory/store.h"

enum schedule_missed { SCHEDULE_SKIP, SCHEDULE_ONCE };

struct schedule {
	int64_t id; /* set by schedule_add */
	const char *name, *cron, *zone, *selection, *method, *policy, *limits, *reason;
	enum schedule_missed missed;
	bool paused;
	const char *created_by; /* set by schedule_add from the actor */
	int64_t created_us;
	int64_t last_due_us; /* the last fire, 0: never */
};

/* ERROR_USAGE for a name in use, a bad name, or no reason. Audited like every change. */
bool schedule_add(struct store *s, const struct schedule *plan, const struct actor *by, int64_t *ret_id,
		  struct error *why);
bool schedule_set_paused(struct store *s, const char *name, bool paused, const struct actor *by, struct error *why);
/* Its fires and runs stay. */
bool schedule_remove(struct store *s, const char *name, const struct actor *by, struct error *why);

/* Borrowed until the function returns; false from it ends the list. */
typedef bool schedule_fn(void *ctx, const struct schedule *plan);
bool schedule_list(struct store *s, schedule_fn *each, void *ctx, struct error *why);
/* ERROR_USAGE when there is none of that name. */
bool schedule_load(struct store *s, const char *name, schedule_fn *each, void *ctx, struct error *why);

struct schedule_fire {
	int64_t id, schedule;
	int64_t due_us, started_us, finished_us; /* 0: not yet */
	int64_t run;				 /* 0: none */
	bool missed;				 /* nobody was there at that time */
	const char *outcome;			 /* "", "good", "failed", "skipped" … */
};

/* Notes a time that came; ERROR_BUSY when another process has noted the same one before us. */
bool schedule_fire_begin(struct store *s, int64_t schedule, int64_t due_us, bool missed, int64_t *ret_fire,
			 struct error *why);
bool schedule_fire_end(struct store *s, int64_t fire, int64_t run, const char *outcome, struct error *why);

typedef bool schedule_fire_fn(void *ctx, const struct schedule_fire *fire);
/* Newest first; limit 0: all. */
bool schedule_fire_list(struct store *s, int64_t schedule, int limit, schedule_fire_fn *each, void *ctx,
			struct error *why);

#endif
