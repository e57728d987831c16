/*
 * The order in which a run can be refused: bad targets, something owed, secrets, leases, redundancy. Only then does
 * the first walk begin.
 */
#include "fleet/run.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "fleet/redundancy.h"
#include "fleet/run_part.h"
#include "fleet/secrets.h"
#include "inventory/held.h"
#include "inventory/inventory.h"
#include "inventory/journal.h"
#include "inventory/lease.h"
#include "inventory/run.h"
#include "inventory/run_host.h"
#include "resync/reach.h"

static void start_some(struct fleet_run *r);

void fleet_run_tag(char tag[32], int64_t run, int64_t begun_us)
{
	snprintf(tag, 32, "%lld-%06llx", (long long)run, (unsigned long long)begun_us & 0xffffff);
}

int64_t fleet_run_number(int64_t run, int64_t begun_us)
{
	return run << 24 | (begun_us & 0xffffff);
}

static void run_free(void *ctx)
{
	struct fleet_run *r = ctx;

	for (size_t i = 0; i < r->n_parts; i++)
		free(r->parts[i].why);
	free(r->parts);
	free(r->targets);
	free(r->reason);
	free(r->kind);
	free(r->allow_last);
	free(r);
}

static void finish(struct fleet_run *r, const struct error *refused)
{
	if (r->redundancy)
		redundancy_cancel(r->redundancy);
	if (r->secrets)
		fleet_secrets_free(r->secrets);
	if (r->journal)
		journal_close(r->journal);
	r->watch.ended(r->watch.ctx, r->run, refused);
	timer_close(&r->later, run_free);
}

static void tell_host(struct fleet_run *r, struct run_part *p, const struct walk_news *news,
		      const struct walk_result *result)
{
	struct fleet_host h = {.pair = p->pair,
			       .method = p->method,
			       .state = p->state,
			       .waiting_for = p->waiting_for,
			       .news = news,
			       .result = result};

	r->watch.host(r->watch.ctx, (size_t)(p - r->parts), &h);
}

/* A run that is refused after it was recorded leaves a record of that, and no lease. */
static void refuse(struct fleet_run *r, const struct error *why)
{
	struct error ignored;

	if (r->run) {
		for (size_t i = 0; i < r->n_parts; i++) {
			run_host_set_state(r->spec.store, r->run, r->parts[i].pair->standby->name, RUN_HOST_REFUSED,
					   why->text, &ignored);
			r->parts[i].state = RUN_HOST_REFUSED;
			tell_host(r, &r->parts[i], NULL, NULL);
		}
		run_set_state(r->spec.store, r->run, RUN_FAILED, why->text, &ignored);
		lease_release_run(r->spec.store, r->run, &ignored);
	}
	finish(r, why);
}

static void end_run(void *ctx)
{
	struct fleet_run *r = ctx;
	struct error why;

	run_set_state(r->spec.store, r->run, run_part_whole_state(r), "", &why);
	lease_release_run(r->spec.store, r->run, &why);
	finish(r, NULL);
}

/* The one door for a standby's state in a run. */
static void part_become(struct run_part *p, enum run_host_state next, const char *text,
			const struct walk_result *result)
{
	struct fleet_run *r = p->run;
	struct error why;

	if (p->state == next)
		return;
	if (!run_host_set_state(r->spec.store, r->run, p->pair->standby->name, next, text, &why) && !p->why)
		p->why = mem_strdup(why.text);
	p->state = next;
	tell_host(r, p, NULL, result);
}

static void part_news(void *ctx, const struct walk_news *news)
{
	struct run_part *p = ctx;

	if (news->phase == WALK_GIVING_BACK)
		part_become(p, RUN_HOST_GIVING_BACK, "", NULL);
	tell_host(p->run, p, news, NULL);
}

static void part_ended(void *ctx, const struct walk_result *result)
{
	static const enum run_host_state states[WALK_ENDS] = {
		[WALK_GOOD] = RUN_HOST_GOOD,	       [WALK_FAILED] = RUN_HOST_FAILED,
		[WALK_REFUSED] = RUN_HOST_REFUSED,     [WALK_UNREACHABLE] = RUN_HOST_UNREACHABLE,
		[WALK_CANCELLED] = RUN_HOST_CANCELLED, [WALK_OWED] = RUN_HOST_OWED};
	struct run_part *p = ctx;
	struct fleet_run *r = p->run;
	struct error why;

	p->walk = NULL;
	r->running--;
	r->left--;
	journal_flush(r->journal, &why); /* its last row stands in the history before its end */
	run_host_set_left(r->spec.store, r->run, p->pair->standby->name, &result->left, &why);
	lease_release_primary(r->spec.store, p->pair->primary->name, r->run, p->pair->standby->name, &why);
	part_become(p, states[result->end], result->end == WALK_GOOD ? result->warning : result->why.text, result);
	/* Never from within a walk's own end: what starts or ends here may answer at once. */
	timer_after(&r->later, 0, start_some_later);
}

static size_t backups_running(const struct fleet_run *r, const struct host *primary)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_parts; i++)
		if (r->parts[i].walk && r->parts[i].method->base_backup && r->parts[i].pair->primary == primary)
			n++;
	return n;
}

/* Why this standby may not start now; NULL when it may. */
static const char *part_waits(struct fleet_run *r, struct run_part *p)
{
	const struct host *primary = p->pair->primary;
	struct error why;

	if (r->running >= (size_t)r->spec.jobs) {
		snprintf(p->waiting_for, sizeof(p->waiting_for), "%d at once (--jobs)", r->spec.jobs);
		return p->waiting_for;
	}
	if (!p->method->base_backup || r->spec.dry_run)
		return NULL;
	if (backups_running(r, primary) >= (size_t)primary->limits.base_backups_per_primary) {
		snprintf(p->waiting_for, sizeof(p->waiting_for), "%s allows %lld base backup%s at once", primary->name,
			 (long long)primary->limits.base_backups_per_primary,
			 primary->limits.base_backups_per_primary == 1 ? "" : "s");
		return p->waiting_for;
	}
	if (!lease_take_primary(r->spec.store, primary->name, r->run, p->pair->standby->name,
				primary->limits.base_backups_per_primary, r->spec.by, &why)) {
		snprintf(p->waiting_for, sizeof(p->waiting_for), "%.150s", why.text);
		r->waits_for_others = true;
		return p->waiting_for;
	}
	return NULL;
}

static void part_start(struct run_part *p)
{
	struct fleet_run *r = p->run;
	const struct host_secrets *secrets = &p->pair->standby->secrets;
	struct walk_spec spec = {.reach = r->spec.reach,
				 .journal = r->journal,
				 .pair = p->pair,
				 .method = p->method,
				 .run = r->run,
				 .host_run = r->host_run,
				 .tag = r->tag,
				 .reason = r->reason,
				 .dry_run = r->spec.dry_run};

	spec.gpg_passphrase = fleet_secrets_find(r->secrets, &secrets->gpg_passphrase);
	spec.standby_password = fleet_secrets_find(r->secrets, &secrets->standby_password);
	p->waiting_for[0] = '\0';
	p->walk = walk_begin(&spec, part_news, part_ended, p);
	r->running++;
	part_become(p, RUN_HOST_RUNNING, "", NULL);
}

static void drop_waiting(struct fleet_run *r)
{
	const struct run_left_as untouched = {RUN_LEFT_NOT_TOUCHED, RUN_LEFT_NOT_TOUCHED, RUN_LEFT_NOT_TOUCHED,
					      RUN_LEFT_NOT_TOUCHED};
	struct error why;

	for (size_t i = 0; i < r->n_parts; i++)
		if (r->parts[i].state == RUN_HOST_WAITING) {
			run_host_set_left(r->spec.store, r->run, r->parts[i].pair->standby->name, &untouched, &why);
			r->left--;
			part_become(&r->parts[i], RUN_HOST_CANCELLED, "not started", NULL);
		}
}

void start_some_later(void *ctx)
{
	start_some(ctx);
}

static void start_some(struct fleet_run *r)
{
	r->waits_for_others = false;
	for (size_t i = 0; i < r->n_parts; i++) {
		struct run_part *p = &r->parts[i];
		char before[sizeof(p->waiting_for)];

		if (p->state != RUN_HOST_WAITING)
			continue;
		memcpy(before, p->waiting_for, sizeof(before));
		if (!part_waits(r, p))
			part_start(p);
		else if (strcmp(before, p->waiting_for) != 0)
			tell_host(r, p, NULL, NULL);
	}
	if (r->left == 0)
		timer_after(&r->later, 0, end_run);
	else if (r->waits_for_others)
		timer_after(&r->later, 5000, start_some_later);
}

static void redundancy_known(void *ctx, const struct error *why)
{
	struct fleet_run *r = ctx;
	struct error failed;

	r->redundancy = NULL;
	if (why) {
		refuse(r, why);
		return;
	}
	if (!run_set_state(r->spec.store, r->run, RUN_RUNNING, "", &failed)) {
		refuse(r, &failed);
		return;
	}
	r->started = true;
	if (r->cancelled)
		drop_waiting(r);
	start_some(r);
}

/* The run and its leases are one transaction: a busy standby leaves no half-made run behind. */
static bool record(struct fleet_run *r, struct error *why)
{
	struct run_target *targets = mem_grow(NULL, r->n_parts, sizeof(*targets));
	char limits[64];
	struct run_spec spec = {.kind = r->kind,
				.method = r->parts[0].method->name,
				.reason = r->reason,
				.limits = limits,
				.schedule = r->spec.schedule,
				.by = r->spec.by};
	bool ok = store_begin(r->spec.store, why);

	snprintf(limits, sizeof(limits), "jobs %d", r->spec.jobs);
	for (size_t i = 0; i < r->n_parts; i++)
		targets[i] = (struct run_target){r->parts[i].pair->standby->name, r->parts[i].pair->primary->name,
						 r->parts[i].method->name};
	if (ok) {
		ok = run_begin(r->spec.store, &spec, targets, r->n_parts, &r->run, why);
		for (size_t i = 0; ok && i < r->n_parts; i++)
			/* Once more, now that nobody else may take it: getting the secrets took its time. */
			ok = lease_take_standby(r->spec.store, r->parts[i].pair->standby->name, r->run, r->spec.by,
						why) &&
			     (r->spec.dry_run || run_part_nothing_owed(r, r->parts[i].pair->standby->name, why));
		ok = store_finish(r->spec.store, ok, why);
	}
	if (!ok)
		r->run = 0;
	free(targets);
	return ok;
}

static void secrets_ready(void *ctx, const struct error *why)
{
	struct fleet_run *r = ctx;
	struct error failed;

	if (why) {
		refuse(r, why);
		return;
	}
	if (!record(r, &failed) || !run_part_tag(r, &failed)) {
		refuse(r, &failed);
		return;
	}
	if (r->watch.begun)
		r->watch.begun(r->watch.ctx, r->run);
	r->redundancy = redundancy_ask(&r->spec, redundancy_known, r);
}

static void begin(void *ctx)
{
	struct fleet_run *r = ctx;
	const struct secret_ref **refs = mem_grow(NULL, r->n_parts, sizeof(*refs));
	struct error why;
	size_t n = 0;

	if (!run_part_acceptable(r, &why)) {
		free(refs);
		refuse(r, &why);
		return;
	}
	for (size_t i = 0; i < r->n_parts; i++)
		refs[n++] = run_part_secret(&r->parts[i]);
	r->secrets = fleet_secrets_get(r->spec.reach->loop, refs, n, secrets_ready, r);
	free(refs);
}

struct fleet_run *fleet_run_begin(const struct fleet_run_spec *spec, const struct fleet_run_watch *watch)
{
	struct fleet_run *r = mem_new(struct fleet_run);

	r->spec = *spec;
	r->watch = *watch;
	r->reason = mem_strdup(spec->reason);
	r->kind = mem_strdup(spec->kind);
	r->allow_last = mem_strdup(spec->allow_last);
	r->spec.allow_last = r->allow_last;
	r->n_parts = r->left = spec->n_targets;
	r->parts = mem_alloc((spec->n_targets ? spec->n_targets : 1) * sizeof(*r->parts));
	r->targets = mem_alloc((spec->n_targets ? spec->n_targets : 1) * sizeof(*r->targets));
	r->spec.targets = r->targets;
	for (size_t i = 0; i < spec->n_targets; i++) {
		r->targets[i] = spec->targets[i];
		r->parts[i].run = r;
		r->parts[i].pair = spec->targets[i].pair;
		r->parts[i].method = spec->targets[i].method;
		r->parts[i].state = RUN_HOST_WAITING;
	}
	r->journal = journal_new(spec->store, spec->reach->loop, spec->by);
	timer_init(&r->later, spec->reach->loop, r);
	timer_after(&r->later, 0, begin);
	return r;
}

void fleet_run_cancel(struct fleet_run *r)
{
	r->cancelled = true;
	if (!r->started)
		return; /* seen before the first walk begins */
	drop_waiting(r);
	for (size_t i = 0; i < r->n_parts; i++)
		if (r->parts[i].walk)
			walk_cancel(r->parts[i].walk);
	if (r->left == 0)
		timer_after(&r->later, 0, end_run);
}

int fleet_exit_status(const enum run_host_state *states, size_t n)
{
	size_t count[RUN_HOST_STATES] = {0};

	for (size_t i = 0; i < n; i++)
		count[states[i]]++;
	if (count[RUN_HOST_OWED])
		return 7;
	if (count[RUN_HOST_FAILED] && count[RUN_HOST_UNREACHABLE])
		return 6;
	if (count[RUN_HOST_FAILED])
		return 2;
	if (count[RUN_HOST_UNREACHABLE])
		return 4;
	if (count[RUN_HOST_CANCELLED])
		return 130;
	return count[RUN_HOST_REFUSED] ? 5 : 0;
}
