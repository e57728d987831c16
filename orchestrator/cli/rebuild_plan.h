/*
 * What one pass of rebuild-stale would do: measured, weighed by the policy, with a reason for every standby.
 */
#ifndef CLI_REBUILD_PLAN_H
#define CLI_REBUILD_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "fleet/stale.h"
#include "inventory/actor.h"

struct command_context;
struct method;

struct rebuild_plan {
	const struct method *method;
	struct stale_policy policy;
	char schedule[128]; /* "" or its name */
	int64_t schedule_id;
	char *selection, *reason; /* selection: the schedule's words, NULL: the arguments */
	struct actor by;
	struct stale_case *cases;
	struct stale_choice *choices;
	size_t n;
};

/* Reads options or the schedule, measures, notes the samples (not in a dry run), chooses. rebuild_plan_done() in any
 * case. */
bool rebuild_plan_make(struct command_context *context, struct rebuild_plan *plan, struct error *why);
void rebuild_plan_done(struct rebuild_plan *plan);

#endif
