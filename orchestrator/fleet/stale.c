#include "fleet/stale.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "inventory/inventory.h"
#include "resync/decide_match.h"
#include "resync/look.h"

/* What the rules below are given; a rule that settles the case says so in the choice. */
struct weighing {
	const struct stale_policy *policy;
	const char *method;
	int64_t now_us;
	const struct stale_case *c;
	struct stale_choice *choice;
};

static bool say(struct weighing *w, bool chosen, const char *format, ...) __attribute__((format(printf, 3, 4)));

static bool say(struct weighing *w, bool chosen, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(w->choice->reason, sizeof(w->choice->reason), format, ap);
	va_end(ap);
	w->choice->chosen = chosen;
	return true;
}

void stale_case_take(struct stale_case *c, const struct look *look, const struct judgement *judgement,
		     const char *method)
{
	char needed[32];
	bool known;

	c->pair = look->pair;
	c->judgement = *judgement;
	c->runs_as_primary = look->standby.up && !look->standby.facts.in_recovery;
	c->needs_what_is_gone = decide_segment_gone(look, &known, needed);
	c->cannot_be_helped = !decide_method_helps(look, method, &c->why_not);
}

bool stale_is_above(const struct stale_policy *p, const struct judgement *j)
{
	return (p->lag_bytes > 0 && j->lag_bytes > p->lag_bytes) ||
	       (p->lag_seconds > 0 && j->lag_seconds > (double)p->lag_seconds);
}

static bool in_other_hands(struct weighing *w)
{
	if (w->c->at_work)
		return say(w, false, "run %lld is at work on it", (long long)w->c->at_work);
	if (w->c->owed)
		return say(w, false, "something of an earlier run is still changed on it: pgresync recover");
	return false;
}

static bool by_verdict(struct weighing *w)
{
	const struct judgement *j = &w->c->judgement;

	switch (j->verdict) {
	case VERDICT_STALE:
		return say(w, true, "stale: %s", j->reason);
	case VERDICT_DIVERGED:
		if (w->c->runs_as_primary)
			return say(w, false, "diverged: %s. That needs a person", j->reason);
		if (strcmp(w->method, "pg_resync_slave") != 0)
			return say(w, false, "diverged: %s. %s cannot help, pg_resync_slave can", j->reason, w->method);
		return say(w, true, "diverged: %s", j->reason);
	case VERDICT_DOWN:
		if (w->policy->down && w->c->needs_what_is_gone)
			return say(w, true, "down: %s", j->reason);
		return say(w, false, "down: %s", j->reason);
	case VERDICT_BROKEN:
	case VERDICT_UNKNOWN:
		return say(w, false, "%s: %s", verdict_name(j->verdict), j->reason);
	case VERDICT_STREAMING:
	case VERDICT_CATCHING_UP:
	case VERDICT_LAGGING:
	case VERDICTS:
		break;
	}
	return false;
}

static bool by_lag(struct weighing *w)
{
	const struct judgement *j = &w->c->judgement;
	int64_t since_s = w->c->sample.is_above && w->c->sample.above_since_us ?
				  (w->now_us - w->c->sample.above_since_us) / 1000000 :
				  0;

	if (!stale_is_above(w->policy, j))
		return say(w, false, "%s: %s", verdict_name(j->verdict), j->reason);
	if (since_s < w->policy->for_seconds)
		return say(w, false, "its lag is too high, but only for %lld of %lld s: %s", (long long)since_s,
			   (long long)w->policy->for_seconds, j->reason);
	return say(w, true, "its lag is too high since %lld s: %s", (long long)since_s, j->reason);
}

static void cool_down(struct weighing *w)
{
	const struct sample *s = &w->c->sample;
	int64_t last_us = s->last_attempt_us > s->last_resync_us ? s->last_attempt_us : s->last_resync_us;
	int64_t ago_s = (w->now_us - last_us) / 1000000;

	if (w->choice->chosen && last_us && ago_s < w->policy->cool_down_s)
		say(w, false, "%s, but its last resync was %lld min ago (cool-down %lld min)",
		    verdict_name(w->c->judgement.verdict), (long long)(ago_s / 60),
		    (long long)(w->policy->cool_down_s / 60));
}

static void weigh(struct weighing *w)
{
	if (!w->c->selected) {
		say(w, false, "not selected");
		return;
	}
	if (in_other_hands(w))
		return;
	if (!by_verdict(w))
		by_lag(w);
	if (w->choice->chosen && w->c->cannot_be_helped)
		say(w, false, "%s, but %s", verdict_name(w->c->judgement.verdict), w->c->why_not.text);
	cool_down(w);
}

static bool is_healthy(const struct stale_case *c)
{
	return c->judgement.verdict == VERDICT_STREAMING || c->judgement.verdict == VERDICT_CATCHING_UP;
}

static bool another_healthy_stays(const struct stale_case *cases, const struct stale_choice *choices, size_t n,
				  size_t i)
{
	for (size_t k = 0; k < n; k++)
		if (k != i && cases[k].pair->primary == cases[i].pair->primary && is_healthy(&cases[k]) &&
		    !choices[k].chosen)
			return true;
	return false;
}

/* A standby that lags still answers reads: it is not taken when it is the last one that does. */
static void keep_the_last_healthy(const struct stale_case *cases, size_t n, struct stale_choice *choices)
{
	for (size_t i = 0; i < n; i++)
		if (choices[i].chosen && is_healthy(&cases[i]) && !another_healthy_stays(cases, choices, n, i)) {
			choices[i].chosen = false;
			snprintf(choices[i].reason, sizeof(choices[i].reason),
				 "%s, but it is the last healthy standby of %s",
				 verdict_name(cases[i].judgement.verdict), cases[i].pair->primary->name);
		}
}

/* Who has waited longest for a resync goes first; the rest wait for the next pass. */
static void keep_to_the_limit(const struct stale_case *cases, size_t n, int64_t most, struct stale_choice *choices)
{
	int64_t chosen = 0;

	for (size_t i = 0; i < n; i++)
		chosen += choices[i].chosen;
	while (most > 0 && chosen > most) {
		size_t last = n;

		for (size_t i = 0; i < n; i++)
			if (choices[i].chosen &&
			    (last == n || cases[i].sample.last_attempt_us >= cases[last].sample.last_attempt_us))
				last = i;
		choices[last].chosen = false;
		snprintf(choices[last].reason, sizeof(choices[last].reason), "%s, but the limit of a pass is %lld",
			 verdict_name(cases[last].judgement.verdict), (long long)most);
		chosen--;
	}
}

void stale_choose(const struct stale_policy *p, const char *method, int64_t now_us, const struct stale_case *cases,
		  size_t n, struct stale_choice *ret)
{
	for (size_t i = 0; i < n; i++) {
		struct weighing w = {p, method, now_us, &cases[i], &ret[i]};

		weigh(&w);
	}
	keep_the_last_healthy(cases, n, ret);
	keep_to_the_limit(cases, n, p->most, ret);
}
