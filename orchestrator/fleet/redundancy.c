#include "fleet/redundancy.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "fleet/run.h"
#include "inventory/inventory.h"
#include "inventory/lease.h"
#include "loop/timer.h"
#include "resync/decide.h"
#include "resync/look.h"
#include "resync/reach.h"

struct seen {
	struct redundancy *all;
	const struct pair *pair;
	struct look_ask *ask;
	bool taken, healthy; /* taken: this run resyncs it */
	bool leased;	     /* another run is at work on it, whatever it looks like now */
};

struct redundancy {
	const struct fleet_run_spec *spec;
	redundancy_fn *known;
	void *ctx;
	struct seen *seen;
	size_t n_seen, asked;
	struct timer later;
	struct error why;
};

static void redundancy_free(void *ctx)
{
	struct redundancy *r = ctx;

	free(r->seen);
	free(r);
}

static void end(struct redundancy *r)
{
	timer_close(&r->later, redundancy_free);
}

static bool is_target(const struct fleet_run_spec *spec, const struct pair *pair)
{
	for (size_t i = 0; i < spec->n_targets; i++)
		if (spec->targets[i].pair == pair)
			return true;
	return false;
}

static bool touches(const struct fleet_run_spec *spec, const struct host *primary)
{
	for (size_t i = 0; i < spec->n_targets; i++)
		if (spec->targets[i].pair->primary == primary)
			return true;
	return false;
}

/* A standby that is not healthy loses nothing by a resync; a healthy one needs another healthy one beside it. */
static bool primary_stays_safe(struct redundancy *r, const struct host *primary, struct error *why)
{
	const struct pair *last = NULL;
	size_t stay = 0, go = 0;

	for (size_t i = 0; i < r->n_seen; i++) {
		const struct seen *s = &r->seen[i];

		if (s->pair->primary != primary || !s->healthy)
			continue;
		stay += !s->taken && !s->leased;
		go += s->taken;
		if (s->taken)
			last = s->pair;
	}
	if (go == 0 || stay > 0)
		return true;
	return error_set(
		why, ERROR_REFUSED,
		go == 1 ? "%s is the last healthy standby of %s: say --allow-last-standby REASON if that must be" :
			  "%s is one of the last healthy standbys of %s: resync one at a time, or say "
			  "--allow-last-standby REASON",
		last->name, primary->name);
}

static bool note_lease(void *ctx, const struct lease *l)
{
	struct redundancy *r = ctx;

	for (size_t i = 0; i < r->n_seen; i++)
		if (l->kind == LEASE_STANDBY && strcmp(r->seen[i].pair->standby->name, l->host) == 0)
			r->seen[i].leased = true;
	return true;
}

/* Our own leases are taken by now; two runs that look at the same time see each other's. */
static void judge(void *ctx)
{
	struct redundancy *r = ctx;
	bool safe = lease_list(r->spec->store, note_lease, r, &r->why);

	for (size_t i = 0; safe && i < r->n_seen; i++)
		safe = primary_stays_safe(r, r->seen[i].pair->primary, &r->why);
	r->known(r->ctx, safe || r->spec->allow_last ? NULL : &r->why);
	end(r);
}

static void looked(void *ctx, const struct look *look)
{
	struct seen *s = ctx;
	struct redundancy *r = s->all;
	struct judgement j;

	s->ask = NULL;
	decide_verdict(look, &j);
	s->healthy = j.verdict == VERDICT_STREAMING || j.verdict == VERDICT_CATCHING_UP;
	if (--r->asked == 0)
		timer_after(&r->later, 0, judge);
}

struct redundancy *redundancy_ask(const struct fleet_run_spec *spec, redundancy_fn *known, void *ctx)
{
	struct redundancy *r = mem_new(struct redundancy);

	r->spec = spec;
	r->known = known;
	r->ctx = ctx;
	r->seen = mem_alloc((spec->inventory->pair_count + 1) * sizeof(*r->seen));
	timer_init(&r->later, spec->reach->loop, r);
	for (size_t i = 0; i < spec->inventory->pair_count; i++) {
		const struct pair *pair = &spec->inventory->pairs[i];
		struct seen *s = &r->seen[r->n_seen];

		if (!touches(spec, pair->primary))
			continue;
		*s = (struct seen){.all = r, .pair = pair, .taken = is_target(spec, pair)};
		r->n_seen++;
		r->asked++;
		s->ask = look_at(spec->reach, pair, looked, s);
	}
	if (r->asked == 0)
		timer_after(&r->later, 0, judge);
	return r;
}

void redundancy_cancel(struct redundancy *r)
{
	for (size_t i = 0; i < r->n_seen; i++)
		if (r->seen[i].ask)
			look_cancel(r->seen[i].ask);
	end(r);
}
