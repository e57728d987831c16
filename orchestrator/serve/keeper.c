#include "serve/keeper.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "fleet/cron.h"
#include "fleet/due.h"
#include "serve/keeper_inner.h"

enum { FIRES_LOOKED_AT = 100 };

struct keeper *keeper_new(const struct keeper_spec *spec)
{
	struct keeper *k = mem_new(struct keeper);

	k->spec = *spec;
	return k;
}

static void free_slot(struct slot *s)
{
	free(s->name);
	free(s->cron);
	free(s->zone);
	free(s);
}

void keeper_free(struct keeper *k)
{
	while (k->slots) {
		struct slot *s = k->slots;

		k->slots = s->next;
		free_slot(s);
	}
	free(k);
}

static struct slot *slot_of(struct keeper *k, int64_t id)
{
	struct slot *s = k->slots;

	while (s && s->id != id)
		s = s->next;
	if (s)
		return s;
	s = mem_new(struct slot);
	s->keeper = k;
	s->id = id;
	s->next = k->slots;
	k->slots = s;
	return s;
}

static void take_text(char **to, const char *text)
{
	free(*to);
	*to = mem_strdup(text);
}

static void advance(struct slot *s, int64_t to_us)
{
	if (to_us > s->from_us)
		s->from_us = to_us;
}

static bool take_schedule(void *ctx, const struct schedule *plan)
{
	struct slot *s = slot_of(ctx, plan->id);

	take_text(&s->name, plan->name);
	take_text(&s->cron, plan->cron);
	take_text(&s->zone, plan->zone);
	s->missed = plan->missed;
	s->paused = plan->paused;
	s->seen = true;
	advance(s, plan->created_us);
	advance(s, plan->last_due_us);
	return true;
}

/* Schedules that were removed go, when their run has ended. */
static void drop_removed(struct keeper *k)
{
	struct slot **at = &k->slots;

	while (*at) {
		struct slot *s = *at;

		if (s->seen || s->child) {
			at = &s->next;
			continue;
		}
		*at = s->next;
		free_slot(s);
	}
}

static bool read_schedules(struct keeper *k, struct error *why)
{
	for (struct slot *s = k->slots; s; s = s->next)
		s->seen = false;
	if (!schedule_list(k->spec.store, take_schedule, k, why))
		return false;
	drop_removed(k);
	return true;
}

struct settling {
	struct keeper *k;
	int64_t open[FIRES_LOOKED_AT];
	size_t n;
};

static bool collect_open(void *ctx, const struct schedule_fire *fire)
{
	struct settling *s = ctx;

	if (fire->finished_us == 0 && s->n < FIRES_LOOKED_AT)
		s->open[s->n++] = fire->id;
	return true;
}

static bool settle_slot(struct slot *slot, struct error *why)
{
	struct settling s = {.k = slot->keeper};
	bool busy;

	if (!keeper_run_is_busy(slot, &busy, why))
		return false;
	if (busy)
		return true;
	if (!schedule_fire_list(slot->keeper->spec.store, slot->id, FIRES_LOOKED_AT, collect_open, &s, why))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!schedule_fire_end(slot->keeper->spec.store, s.open[i], 0, "interrupted", why))
			return false;
	return true;
}

bool keeper_settle(struct keeper *k, struct error *why)
{
	if (!read_schedules(k, why))
		return false;
	for (struct slot *s = k->slots; s; s = s->next)
		if (!settle_slot(s, why))
			return false;
	return true;
}

static bool note_missed(struct slot *s, const struct due *due, struct error *why)
{
	for (int i = 0; i < due->n_skipped; i++) {
		int64_t fire;

		advance(s, due->skipped_us[i]);
		if (!schedule_fire_begin(s->keeper->spec.store, s->id, due->skipped_us[i], true, &fire, why)) {
			if (why->code == ERROR_BUSY)
				continue;
			return false;
		}
		if (!schedule_fire_end(s->keeper->spec.store, fire, 0, "skipped", why))
			return false;
	}
	if (due->n_skipped)
		log_line(LOG_LEVEL_WARNING, "schedule %s: %d time(s) missed", s->name, due->n_skipped);
	return true;
}

static bool keep(struct slot *s, int64_t now_us, int64_t *ret_next_us, struct error *why)
{
	struct due_ask ask = {.zone = s->zone, .now_us = now_us, .missed = s->missed};
	struct cron cron;
	struct due due;

	*ret_next_us = INT64_MAX;
	/* What passes while it rests is not made up for. */
	if (s->paused) {
		advance(s, now_us);
		return true;
	}
	ask.cron = &cron;
	ask.from_us = s->from_us;
	if (!cron_parse(s->cron, &cron, why) || !keeper_run_is_busy(s, &ask.busy, why) || !due_find(&ask, &due, why))
		return false;
	*ret_next_us = due.next_us;
	if (!note_missed(s, &due, why))
		return false;
	if (due.at_us) {
		advance(s, due.at_us);
		keeper_run_start(s, due.at_us, due.late);
	}
	return true;
}

bool keeper_tick(struct keeper *k, int64_t now_us, int64_t *ret_next_us, struct error *why)
{
	bool good = true;

	*ret_next_us = INT64_MAX;
	k->next_name[0] = '\0';
	if (!read_schedules(k, why))
		return false;
	for (struct slot *s = k->slots; s && !k->stopping; s = s->next) {
		int64_t next_us;
		struct error one;

		if (!s->seen)
			continue;
		if (!keep(s, now_us, &next_us, &one)) {
			*why = one;
			good = error_in(why, "schedule %s", s->name);
		}
		if (next_us < *ret_next_us) {
			*ret_next_us = next_us;
			snprintf(k->next_name, sizeof(k->next_name), "%s", s->name);
		}
	}
	return good;
}

static void say_idle(void *ctx)
{
	struct keeper *k = ctx;

	timer_close(&k->later, NULL);
	k->spec.idle(k->spec.ctx);
}

void keeper_check_idle(struct keeper *k)
{
	if (!k->stopping || k->idle_said || keeper_running(k) > 0)
		return;
	k->idle_said = true;
	timer_init(&k->later, k->spec.loop, k);
	timer_after(&k->later, 0, say_idle);
}

void keeper_stop(struct keeper *k)
{
	k->stopping = true;
	for (struct slot *s = k->slots; s; s = s->next)
		if (s->child)
			child_stop(s->child);
	keeper_check_idle(k);
}

size_t keeper_running(const struct keeper *k)
{
	size_t n = 0;

	for (const struct slot *s = k->slots; s; s = s->next)
		n += s->child != NULL;
	return n;
}

size_t keeper_schedules(const struct keeper *k)
{
	size_t n = 0;

	for (const struct slot *s = k->slots; s; s = s->next)
		n += s->seen && !s->paused;
	return n;
}

const char *keeper_next_name(const struct keeper *k)
{
	return k->next_name;
}
