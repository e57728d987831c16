#include "fleet/recover.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "fleet/run.h"
#include "inventory/held.h"
#include "inventory/inventory.h"
#include "inventory/journal.h"
#include "inventory/lease.h"
#include "inventory/owner.h"
#include "inventory/run.h"
#include "inventory/run_host.h"
#include "loop/timer.h"
#include "resync/reach.h"
#include "resync/walk.h"

/* One standby with something owed, of one run. */
struct part {
	struct fleet_recover *all;
	int64_t of_run, begun_us;
	char *host;
	const struct pair *pair;
	const struct method *method;
	struct held_list held;
	struct walk *walk;
	char tag[32];
	bool was_final; /* its run has ended before: nobody waits for its state */
	bool busy;	/* another recover is at it */
};

struct fleet_recover {
	struct fleet_recover_spec spec;
	struct fleet_recover_watch watch;
	struct part *parts;
	size_t n_parts, running, given, owed, skipped;
	int64_t run, begun_us;
	int64_t *interrupted; /* runs whose process died */
	size_t n_interrupted;
	struct journal *journal;
	struct timer later;
	struct error why;
};

static void recover_free(void *ctx)
{
	struct fleet_recover *r = ctx;

	for (size_t i = 0; i < r->n_parts; i++) {
		held_list_done(&r->parts[i].held);
		free(r->parts[i].host);
	}
	free(r->parts);
	free(r->interrupted);
	free(r);
}

struct leftover {
	char host[256];
	bool owed;
};

/* Finds one host at a time that is still under way: its state is changed outside of the listing. */
static bool under_way(void *ctx, const struct run_host *h)
{
	struct leftover *l = ctx;

	l->owed |= h->state == RUN_HOST_OWED;
	if (h->state == RUN_HOST_OWED || run_host_state_is_final(h->state))
		return true;
	snprintf(l->host, sizeof(l->host), "%s", h->host);
	return false;
}

/* Whether we know how to give back what is held there. */
static bool is_known(const struct part *p)
{
	return p->pair && p->method;
}

static bool is_busy(const struct fleet_recover *r, int64_t run)
{
	bool busy = false;

	for (size_t i = 0; i < r->n_parts; i++)
		busy |= r->parts[i].of_run == run && r->parts[i].busy;
	return busy;
}

/* Nothing is left for an interrupted run to do: its hosts and itself get their last state, its leases go. */
static void close_run(struct fleet_recover *r, int64_t run)
{
	struct store *store = r->spec.store;
	struct leftover l;
	struct error ignored;

	for (;;) {
		memset(&l, 0, sizeof(l));
		if (!run_host_list(store, run, under_way, &l, &ignored) || !l.host[0])
			break;
		if (!run_host_set_state(store, run, l.host, RUN_HOST_CANCELLED, "its run was interrupted", &ignored))
			break;
	}
	run_adopt(store, run, &ignored);
	run_set_state(store, run, l.owed ? RUN_FAILED : RUN_CANCELLED, "interrupted", &ignored);
	lease_release_run(store, run, &ignored);
}

static void end(void *ctx)
{
	struct fleet_recover *r = ctx;
	struct error ignored;

	for (size_t i = 0; i < r->n_interrupted; i++)
		if (!is_busy(r, r->interrupted[i]))
			close_run(r, r->interrupted[i]);
	if (r->run) {
		run_set_state(r->spec.store, r->run, r->owed ? RUN_FAILED : RUN_DONE, "", &ignored);
		lease_release_run(r->spec.store, r->run, &ignored);
	}
	journal_close(r->journal);
	r->watch.ended(r->watch.ctx, r->given, r->owed, r->skipped, r->why.code ? &r->why : NULL);
	timer_close(&r->later, recover_free);
}

/* The interrupted run's own record: this host is no longer under way. */
static void close_host(struct part *p, const struct walk_result *result)
{
	struct store *store = p->all->spec.store;
	struct error ignored;
	bool good = result->end == WALK_GOOD;

	run_host_set_left(store, p->all->run, p->host, &result->left, &ignored);
	run_host_set_state(store, p->all->run, p->host, good ? RUN_HOST_GOOD : RUN_HOST_OWED, result->why.text,
			   &ignored);
	run_host_set_left(store, p->of_run, p->host, &result->left, &ignored);
	if (good)
		run_host_set_state(store, p->of_run, p->host, RUN_HOST_FAILED, "interrupted; given back by recover",
				   &ignored);
	else if (!p->was_final)
		run_host_set_state(store, p->of_run, p->host, RUN_HOST_OWED, result->why.text, &ignored);
}

static void part_news(void *ctx, const struct walk_news *news)
{
	struct part *p = ctx;

	p->all->watch.host(p->all->watch.ctx, p->of_run, p->host, news, NULL);
}

static void part_ended(void *ctx, const struct walk_result *result)
{
	struct part *p = ctx;
	struct fleet_recover *r = p->all;

	struct error ignored;

	p->walk = NULL;
	journal_flush(r->journal, &ignored); /* its last row stands in the history before its end */
	close_host(p, result);
	if (result->end == WALK_GOOD)
		r->given++;
	else
		r->owed++;
	r->watch.host(r->watch.ctx, p->of_run, p->host, NULL, result);
	if (--r->running == 0)
		timer_after(&r->later, 0, end);
}

/* Also what an earlier recover, itself interrupted, may still be doing there. */
static size_t stops_of(const struct part *p, int64_t ret[WALK_STOPS])
{
	struct held_worker workers[WALK_STOPS - 1];
	struct error ignored;
	size_t n = 0, i = 0;

	if (!held_workers(p->all->spec.store, p->of_run, p->host, workers, WALK_STOPS - 1, &n, &ignored))
		n = 0;
	ret[0] = fleet_run_number(p->of_run, p->begun_us);
	for (size_t k = 0; k < n; k++)
		if (workers[k].run != p->of_run)
			ret[++i] = fleet_run_number(workers[k].run, workers[k].begun_us);
	return i + 1;
}

static void begin_part(struct part *p)
{
	struct fleet_recover *r = p->all;
	int64_t stops[WALK_STOPS];
	struct walk_spec spec = {.reach = r->spec.reach,
				 .journal = r->journal,
				 .pair = p->pair,
				 .method = p->method,
				 .run = r->run,
				 .of_run = p->of_run,
				 .host_run = fleet_run_number(r->run, r->begun_us),
				 .stop_runs = stops,
				 .n_stop_runs = stops_of(p, stops),
				 .tag = p->tag,
				 .reason = "recover",
				 .held = &p->held};
	struct error ignored;

	run_host_set_state(r->spec.store, r->run, p->host, RUN_HOST_RUNNING, "", &ignored);
	r->running++;
	p->walk = walk_begin(&spec, part_news, part_ended, p);
}

struct run_facts {
	const struct fleet_recover *all;
	int64_t begun_us;
	bool final, alive;
	const char *host;
	char method[64];
};

static bool read_run(void *ctx, const struct run *run)
{
	struct run_facts *f = ctx;
	enum owner_sign sign = owner_look(&run->owner);

	f->begun_us = run->begun_us;
	f->final = run_state_is_final(run->state);
	f->alive = !f->final && run->state != RUN_INTERRUPTED &&
		   (sign == OWNER_ALIVE || (sign == OWNER_ELSEWHERE && !f->all->spec.force));
	snprintf(f->method, sizeof(f->method), "%s", run->method);
	return false;
}

static bool read_method(void *ctx, const struct run_host *h)
{
	struct run_facts *f = ctx;

	if (strcmp(h->host, f->host) == 0 && h->method && h->method[0])
		snprintf(f->method, sizeof(f->method), "%s", h->method);
	return true;
}

static struct part *find_part(struct fleet_recover *r, int64_t run, const char *host)
{
	for (size_t i = 0; i < r->n_parts; i++)
		if (r->parts[i].of_run == run && strcmp(r->parts[i].host, host) == 0)
			return &r->parts[i];
	return NULL;
}

/* Adds the host of one hold, once; one that we cannot give back is left out, said, and no hindrance for the others. */
static bool add_part(struct fleet_recover *r, const struct held *held, struct error *why)
{
	struct run_facts f = {.all = r, .host = held->host};
	struct part *p;

	if (find_part(r, held->run, held->host))
		return true;
	if (!run_load(r->spec.store, held->run, read_run, &f, why) ||
	    !run_host_list(r->spec.store, held->run, read_method, &f, why))
		return false;
	if (f.alive) {
		r->skipped++;
		return true;
	}
	r->parts = mem_grow(r->parts, r->n_parts + 1, sizeof(*r->parts));
	p = &r->parts[r->n_parts++];
	*p = (struct part){.all = r, .of_run = held->run, .begun_us = f.begun_us, .host = mem_strdup(held->host)};
	p->was_final = f.final;
	p->method = method_find(f.method);
	p->pair = inventory_find_pair(r->spec.inventory, held->host);
	fleet_run_tag(p->tag, held->run, f.begun_us);
	if (!is_known(p)) {
		struct error ignored;

		r->owed++;
		error_set(&r->why, ERROR_OWED, "%s: run %lld still holds \"%s\", but %s", held->host,
			  (long long)held->run, held->hold,
			  p->pair ? "its method is unknown to this version" : "the inventory no longer has it");
		if (!p->was_final)
			run_host_set_state(r->spec.store, p->of_run, p->host, RUN_HOST_OWED, r->why.text, &ignored);
		return true;
	}
	return journal_held(r->spec.store, held->run, held->host, &p->held, why);
}

static bool collect(struct fleet_recover *r, struct error *why)
{
	struct held_list owed;
	bool ok = owed_list(r->spec.store, &owed, why);

	if (!ok)
		return false;
	for (size_t i = 0; ok && i < owed.count; i++)
		ok = add_part(r, &owed.held[i], why);
	held_list_done(&owed);
	return ok;
}

static bool begun_at(void *ctx, const struct run *run)
{
	struct fleet_recover *r = ctx;

	r->begun_us = run->begun_us;
	return false;
}

/* Each standby once, however many runs left something on it. */
static size_t list_targets(const struct fleet_recover *r, struct run_target *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_parts; i++) {
		bool named = !is_known(&r->parts[i]);

		for (size_t k = 0; k < n; k++)
			named |= strcmp(ret[k].host, r->parts[i].host) == 0;
		if (!named)
			ret[n++] = (struct run_target){r->parts[i].host, r->parts[i].pair->primary->name,
						       r->parts[i].method->name};
	}
	return n;
}

/* The lease of its run where that was interrupted, else one of our own: two recovers never give back the same. */
static void claim(struct part *p)
{
	struct fleet_recover *r = p->all;
	struct error why, ignored;

	if (!is_known(p) || (p->was_final ? lease_take_standby(r->spec.store, p->host, r->run, r->spec.by, &why) :
					    lease_take_over(r->spec.store, p->of_run, r->spec.force, r->spec.by, &why)))
		return;
	p->busy = true;
	r->skipped++;
	run_host_set_state(r->spec.store, r->run, p->host, RUN_HOST_REFUSED, why.text, &ignored);
}

/* A run of its own, so that the giving-back stands in the history like everything else. */
static bool record(struct fleet_recover *r, struct error *why)
{
	struct run_target *targets = mem_grow(NULL, r->n_parts + 1, sizeof(*targets));
	struct run_spec spec = {.kind = "recover",
				.method = "",
				.reason = "give back what interrupted runs left held",
				.limits = "",
				.by = r->spec.by};
	size_t n = list_targets(r, targets);
	bool ok = n == 0 || (run_begin(r->spec.store, &spec, targets, n, &r->run, why) &&
			     run_load(r->spec.store, r->run, begun_at, r, why) &&
			     run_set_state(r->spec.store, r->run, RUN_RUNNING, "", why));

	free(targets);
	for (size_t i = 0; ok && n && i < r->n_parts; i++)
		claim(&r->parts[i]);
	return ok;
}

static bool note_interrupted(void *ctx, const struct run *run)
{
	struct fleet_recover *r = ctx;
	struct error ignored;

	if (strcmp(run->kind, "recover") == 0) /* it holds nothing itself; its leases would be in our way */
		lease_release_run(r->spec.store, run->id, &ignored);
	r->interrupted = mem_grow(r->interrupted, r->n_interrupted + 1, sizeof(*r->interrupted));
	r->interrupted[r->n_interrupted++] = run->id;
	return true;
}

static void begin(void *ctx)
{
	struct fleet_recover *r = ctx;

	if (!run_list_interrupted(r->spec.store, note_interrupted, r, &r->why) || !collect(r, &r->why) ||
	    (r->n_parts && !record(r, &r->why))) {
		r->owed = r->n_parts ? r->n_parts : 1;
		r->n_interrupted = 0;
		end(r);
		return;
	}
	for (size_t i = 0; i < r->n_parts; i++)
		if (is_known(&r->parts[i]) && !r->parts[i].busy)
			begin_part(&r->parts[i]);
	if (r->running == 0)
		timer_after(&r->later, 0, end);
}

struct fleet_recover *fleet_recover_begin(const struct fleet_recover_spec *spec,
					  const struct fleet_recover_watch *watch)
{
	struct fleet_recover *r = mem_new(struct fleet_recover);

	r->spec = *spec;
	r->watch = *watch;
	r->journal = journal_new(spec->store, spec->reach->loop, spec->by);
	timer_init(&r->later, spec->reach->loop, r);
	timer_after(&r->later, 0, begin);
	return r;
}
