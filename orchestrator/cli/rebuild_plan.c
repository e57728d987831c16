#include "cli/rebuild_plan.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/context.h"
#include "cli/measured.h"
#include "cli/owed.h"
#include "cli/selected.h"
#include "inventory/inventory.h"
#include "inventory/schedule.h"
#include "resync/look.h"
#include "resync/method.h"

enum { REASON_MOST = 500 };

static bool set_method(struct rebuild_plan *plan, const char *name, struct error *why)
{
	plan->method = method_find(name && *name ? name : "wal-e");
	return plan->method || error_set(why, ERROR_USAGE, "there is no method \"%s\": wal-e or pg_resync_slave", name);
}

struct taking {
	struct rebuild_plan *plan;
	bool good;
	struct error *why;
};

static bool take_schedule(void *ctx, const struct schedule *s)
{
	struct taking *t = ctx;
	struct rebuild_plan *plan = t->plan;

	plan->schedule_id = s->id;
	snprintf(plan->schedule, sizeof(plan->schedule), "%s", s->name);
	snprintf(plan->by.behalf, sizeof(plan->by.behalf), "schedule %s of %s", s->name, s->created_by);
	plan->selection = mem_strdup(s->selection);
	plan->reason = mem_strdup(s->reason);
	t->good = set_method(plan, s->method, t->why) && stale_policy_read(&plan->policy, s->policy, t->why) &&
		  stale_policy_read(&plan->policy, s->limits, t->why);
	return false;
}

static bool read_schedule(struct command_context *context, struct rebuild_plan *plan, const char *name,
			  struct error *why)
{
	struct taking t = {plan, false, why};

	if (context->n_arguments)
		return error_set(why, ERROR_USAGE, "the schedule says which standbys: name none");
	if (!schedule_load(context->store, name, take_schedule, &t, why))
		return false;
	return t.good || error_in(why, "schedule %s", name);
}

static bool read_options(struct command_context *context, struct rebuild_plan *plan, struct error *why)
{
	static const char *const names[] = {"lag-bytes", "lag-seconds", "for", "cool-down", "most", "jobs", "down"};
	const char *reason = context_value(context, "reason");

	if (!reason || !reason[strspn(reason, " \t")])
		reason = "stale by policy";
	if (strlen(reason) > REASON_MOST || strpbrk(reason, "\n\r"))
		return error_set(why, ERROR_USAGE, "the reason must be one line of at most %d bytes", REASON_MOST);
	plan->reason = mem_strdup(reason);
	if (context->settings.jobs)
		plan->policy.jobs = context->settings.jobs;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = context_value(context, names[i]);

		if (value && !stale_policy_set(&plan->policy, names[i], value, why))
			return error_in(why, "--%s", names[i]);
	}
	return set_method(plan, context_value(context, "method"), why);
}

/* All standbys of the primaries that are touched: whether one is the last healthy shows only beside the others. */
static void add_neighbours(const struct inventory *inventory, const struct selected *chosen, struct selected *all)
{
	for (size_t i = 0; i < inventory->pair_count; i++) {
		const struct pair *pair = &inventory->pairs[i];

		for (size_t k = 0; k < chosen->n; k++)
			if (chosen->pairs[k]->primary == pair->primary) {
				all->pairs = mem_grow(all->pairs, all->n + 1, sizeof(*all->pairs));
				all->pairs[all->n++] = pair;
				break;
			}
	}
}

static bool complete_case(struct command_context *context, struct rebuild_plan *plan, struct stale_case *c,
			  const struct held_list *owed, bool dry_run, struct error *why)
{
	const char *name = c->pair->standby->name;
	const struct judgement *j = &c->judgement;
	int64_t lag_ms = j->lag_seconds < 0 ? -1 : (int64_t)(j->lag_seconds * 1000);

	c->owed = owed_has_host(owed, name);
	if (!owed_run_at_work(context->store, name, &c->at_work, why))
		return false;
	if (dry_run || !c->selected)
		return sample_load(context->store, name, &c->sample, why);
	return sample_note(context->store, name, j->lag_bytes, lag_ms, stale_is_above(&plan->policy, j), &c->sample,
			   why);
}

static bool weigh(struct command_context *context, struct rebuild_plan *plan, const struct selected *selected,
		  const struct selected *all, struct measured *measured, struct error *why)
{
	bool dry_run = context_flag(context, "dry-run"), good = true;
	struct held_list owed;

	if (!measured_read(context, all->pairs, all->n, measured, why))
		return false;
	if (!owed_read(context->store, &owed, why))
		return false;
	for (size_t i = 0; good && i < all->n; i++) {
		struct stale_case *c = &plan->cases[i];

		stale_case_take(c, measured[i].look, &measured[i].judgement, plan->method->name);
		/* The look does not outlive the measuring, the pair does. */
		c->pair = all->pairs[i];
		c->selected = selected_has(selected, all->pairs[i]);
		good = complete_case(context, plan, c, &owed, dry_run, why);
	}
	held_list_done(&owed);
	if (good)
		stale_choose(&plan->policy, plan->method->name, clock_wall_us(), plan->cases, plan->n, plan->choices);
	return good;
}

static bool measure(struct command_context *context, struct rebuild_plan *plan, struct error *why)
{
	struct selected selected = {0}, all = {0};
	struct measured *measured;
	bool good = plan->selection ? selected_read_words(context, plan->selection, &selected, why) :
				      selected_read(context, context->arguments, context->n_arguments, &selected, why);

	if (good) {
		add_neighbours(context->inventory, &selected, &all);
		plan->n = all.n;
		plan->cases = mem_alloc((all.n + 1) * sizeof(*plan->cases));
		plan->choices = mem_alloc((all.n + 1) * sizeof(*plan->choices));
		measured = mem_alloc((all.n + 1) * sizeof(*measured));
		good = weigh(context, plan, &selected, &all, measured, why);
		measured_done(measured, all.n);
		free(measured);
	}
	selected_done(&selected);
	selected_done(&all);
	return good;
}

bool rebuild_plan_make(struct command_context *context, struct rebuild_plan *plan, struct error *why)
{
	const char *schedule = context_value(context, "schedule");

	*plan = (struct rebuild_plan){0};
	audit_actor_here(&plan->by);
	stale_policy_init(&plan->policy);
	if (!context_store(context, STORE_WRITE, why))
		return false;
	if (schedule ? !read_schedule(context, plan, schedule, why) : !read_options(context, plan, why))
		return false;
	return measure(context, plan, why);
}

void rebuild_plan_done(struct rebuild_plan *plan)
{
	free(plan->selection);
	free(plan->reason);
	free(plan->cases);
	free(plan->choices);
	*plan = (struct rebuild_plan){0};
}
