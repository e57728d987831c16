/*
 * The engine. It knows rows and holds; what an action does is the step's business.
 */
#include "resync/walk_inner.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inventory/held.h"
#include "inventory/inventory.h"
#include "inventory/journal.h"
#include "loop/timer.h"
#include "remote/remote.h"
#include "resync/memory.h"
#include "resync/reach.h"
#include "resync/tidy.h"

enum { STOP_RETRY_MS = 5000, STOP_TOTAL_MS = 10 * 60 * 1000, STOP_RECOVER_MS = 30 * 1000 };

static void walk_go_on(struct walk *w);
static void give_back(struct walk *w);
static void step_ended(void *ctx, enum answer answer, const struct error *why);

static void tell(struct walk *w, const char *name, bool begun, const struct step_news *step)
{
	struct walk_news news = {.phase = w->phase, .row = w->at + 1, .name = name, .begun = begun};

	news.rows = (int)method_rows(w->method);
	if (w->phase == WALK_CHECKING)
		for (news.rows = 0; w->method->checks[news.rows];)
			news.rows++;
	news.step = step ? *step : (struct step_news){.percent = -1, .bytes = -1, .total_bytes = -1, .lag_bytes = -1};
	w->news(w->ctx, &news);
}

static const struct row *row_now(const struct walk *w)
{
	return &w->method->rows[w->at];
}

/* The action that runs now: a check, a row's, or a part of a give. */
static const struct action *action_now(const struct walk *w)
{
	if (w->phase == WALK_CHECKING)
		return w->method->checks[w->at];
	if (w->phase == WALK_GIVING_BACK)
		return w->held[w->n_held - 1]->give[w->part];
	switch (row_now(w)->kind) {
	case ROW_TAKE:
		return row_now(w)->hold->take;
	case ROW_GIVE:
		return row_now(w)->hold->give[w->part];
	case ROW_DO:
	case ROW_END:
		break;
	}
	return row_now(w)->action;
}

static bool is_giving(const struct walk *w)
{
	return w->phase == WALK_GIVING_BACK || (w->phase == WALK_WALKING && row_now(w)->kind == ROW_GIVE);
}

static int table_row(const struct walk *w)
{
	return w->phase == WALK_GIVING_BACK ? w->held_row[w->n_held - 1] : w->phase == WALK_WALKING ? w->at : -1;
}

static void step_told(void *ctx, const struct step_news *news)
{
	struct walk *w = ctx;

	tell(w, action_now(w)->name, false, news);
}

static void begin_step(struct walk *w)
{
	const struct action *a = action_now(w);
	bool take = w->phase == WALK_WALKING && row_now(w)->kind == ROW_TAKE;
	struct step_spec spec = {.action = a,
				 .kind = w->phase == WALK_CHECKING ? JOURNAL_CHECK :
					 take			   ? JOURNAL_TAKE :
								     JOURNAL_DO,
				 .name = take ? row_now(w)->hold->name : a->name,
				 .row = table_row(w),
				 .giving = is_giving(w),
				 .part = w->part + (w->phase == WALK_GIVING_BACK ? HOLD_GIVES : 0)};

	if (take) { /* held from here on: it may have taken effect whatever the answer will be */
		w->held[w->n_held] = row_now(w)->hold;
		w->held_row[w->n_held++] = w->at;
	}
	if (w->phase != WALK_CHECKING)
		w->touched = true;
	tell(w, a->name, true, NULL);
	w->step = step_begin(&w->env, &spec, step_told, step_ended, w);
}

/* The hold's own record, around those of the actions that give it back. */
static void note_give(struct walk *w, enum journal_phase phase, enum journal_outcome outcome, const struct error *why)
{
	struct journal_entry e = {.run = w->env.run,
				  .of_run = w->env.of_run,
				  .host = w->env.pair->standby->name,
				  .row = table_row(w),
				  .row_name = w->held[w->n_held - 1]->name,
				  .kind = JOURNAL_GIVE,
				  .attempt = 1,
				  .phase = phase,
				  .outcome = outcome,
				  .exit_status = JOURNAL_NO_STATUS,
				  .duration_ms = -1,
				  .error = why ? why->text : NULL};

	journal_note(w->env.journal, &e, NULL, w);
}

static void stop_first(void *ctx);

/* What cannot be ended may still change the host behind our back: nothing is given back, all of it stays owed. */
static void remote_work_stopped(void *ctx, const struct error *why)
{
	struct walk *w = ctx;

	w->tidy = NULL;
	if (!why) {
		w->n_stops--;
		give_back(w);
		return;
	}
	if (error_may_retry(why->code) && clock_monotonic_ms() < w->stop_until_ms) {
		timer_after(&w->later, STOP_RETRY_MS, stop_first);
		return;
	}
	error_set(&w->owed, ERROR_OWED, "%s and all since: %.300s", w->held[0]->name, why->text);
	walk_end_now(w);
}

static void stop_first(void *ctx)
{
	struct walk *w = ctx;

	w->tidy = tidy_stop(&w->env, w->stop_runs[w->n_stops - 1], remote_work_stopped, w);
}

static void give_back(struct walk *w)
{
	w->phase = WALK_GIVING_BACK;
	w->part = 0;
	if (w->n_stops && w->n_held) {
		stop_first(w);
		return;
	}
	if (w->n_held == 0) {
		walk_finish(w);
		return;
	}
	note_give(w, JOURNAL_BEGUN, JOURNAL_NONE, NULL);
	begin_step(w);
}

/* The newest hold is done with, one way or the other. */
static void drop_hold(struct walk *w)
{
	w->n_held--;
	w->part = 0;
}

static void gave(struct walk *w, enum answer answer, const struct error *why)
{
	const struct hold *hold = w->held[w->n_held - 1];
	bool more = w->part + 1 < HOLD_GIVES && hold->give[w->part + 1];

	if (answer == ANSWER_YES && more) {
		w->part++;
		begin_step(w);
		return;
	}
	note_give(w, JOURNAL_ENDED, answer == ANSWER_YES ? JOURNAL_OK : JOURNAL_FAILED,
		  answer == ANSWER_YES ? NULL : why);
	if (answer != ANSWER_YES && !w->owed.code)
		error_set(&w->owed, ERROR_OWED, "%s: %s", hold->name, why->text);
	drop_hold(w);
	if (w->phase == WALK_GIVING_BACK) {
		give_back(w);
		return;
	}
	if (answer != ANSWER_YES) {
		error_set(&w->why, ERROR_HOST, "row %d of %d could not be given back", w->at + 1,
			  (int)method_rows(w->method));
		give_back(w);
		return;
	}
	w->at++;
	walk_go_on(w);
}

static void failed(struct walk *w, const struct error *why)
{
	const struct row *row = w->phase == WALK_WALKING ? row_now(w) : NULL;

	w->why = *why;
	error_in(&w->why, "%s", action_now(w)->name);
	/* Only a refusal is sure to have left nothing at work there. */
	if (why->code != ERROR_REFUSED && !w->env.scripted) {
		w->stop_runs[0] = w->env.host_run;
		w->n_stops = 1;
		w->stop_until_ms = clock_monotonic_ms() + STOP_TOTAL_MS;
	}
	/* A TAKE that proved to have changed nothing is not held. */
	if (row && row->kind == ROW_TAKE && why->code == ERROR_REFUSED) {
		w->n_held--;
		w->touched = w->n_held > 0;
	}
	give_back(w);
}

static void step_ended(void *ctx, enum answer answer, const struct error *why)
{
	struct walk *w = ctx;

	w->step = NULL;
	if (is_giving(w)) {
		gave(w, answer, why);
		return;
	}
	if (answer != ANSWER_YES) {
		failed(w, why);
		return;
	}
	w->at++;
	walk_go_on(w);
}

static void walk_go_on(struct walk *w)
{
	if (w->cancelled && w->phase != WALK_GIVING_BACK) {
		error_set(&w->why, ERROR_CANCELLED, "cancelled");
		give_back(w);
		return;
	}
	if (w->phase == WALK_CHECKING && !w->method->checks[w->at]) {
		if (w->dry_run) {
			walk_end_now(w);
			return;
		}
		w->phase = WALK_WALKING;
		w->at = 0;
	}
	if (w->phase == WALK_WALKING && row_now(w)->kind == ROW_END) {
		walk_finish(w);
		return;
	}
	w->part = 0;
	if (is_giving(w))
		note_give(w, JOURNAL_BEGUN, JOURNAL_NONE, NULL);
	begin_step(w);
}

static void start(void *ctx)
{
	struct walk *w = ctx;

	if (w->recovering)
		give_back(w);
	else
		walk_go_on(w);
}

static const struct row *take_of(const struct method *m, const char *hold)
{
	for (const struct row *row = m->rows; row->kind != ROW_END; row++)
		if (row->kind == ROW_TAKE && strcmp(row->hold->name, hold) == 0)
			return row;
	return NULL;
}

/* The journal names the holds of an interrupted run; the table knows what gives them back. A hold that it does not know
 * (an older version's) stays owed, and what the run saved on the host stays there. */
static void adopt_held(struct walk *w, const struct held_list *held)
{
	for (const struct row *row = w->method->rows; row->kind != ROW_END; row++)
		for (size_t i = 0; row->kind == ROW_TAKE && i < held->count; i++)
			if (strcmp(held->held[i].hold, row->hold->name) == 0) {
				memory_read_text(w->env.memory, held->held[i].saved);
				w->held[w->n_held] = row->hold;
				w->held_row[w->n_held++] = (int)(row - w->method->rows);
				break;
			}
	for (size_t i = 0; i < held->count; i++)
		if (!take_of(w->method, held->held[i].hold))
			error_set(&w->owed, ERROR_OWED, "%.60s: unknown to this version, give it back by hand",
				  held->held[i].hold);
}

struct walk *walk_begin(const struct walk_spec *spec, walk_news_fn *news, walk_ended_fn *ended, void *ctx)
{
	struct walk *w = mem_new(struct walk);

	w->tag = mem_strdup(spec->tag);
	w->reason = mem_strdup(spec->reason);
	w->env = (struct step_env){.reach = spec->reach,
				   .journal = spec->journal,
				   .pair = spec->pair,
				   .remote = spec->reach->ops->remote(spec->reach, spec->pair->standby),
				   .memory = memory_new(),
				   .run = spec->run,
				   .of_run = spec->of_run,
				   .host_run = spec->host_run,
				   .scripted = spec->scripted,
				   .tag = w->tag,
				   .reason = w->reason,
				   .gpg_passphrase = spec->gpg_passphrase,
				   .standby_password = spec->standby_password};
	w->method = spec->method;
	w->dry_run = spec->dry_run;
	w->news = news;
	w->ended = ended;
	w->ctx = ctx;
	if (spec->held) {
		w->recovering = true;
		for (size_t i = 0; !spec->scripted && i < spec->n_stop_runs && i < WALK_STOPS; i++)
			w->stop_runs[w->n_stops++] = spec->stop_runs[i];
		w->n_interrupted = w->n_stops;
		w->stop_until_ms = clock_monotonic_ms() + STOP_RECOVER_MS;
		w->touched = true;
		adopt_held(w, spec->held);
	}
	timer_init(&w->later, spec->reach->loop, w);
	timer_after(&w->later, 0, start);
	return w;
}

void walk_cancel(struct walk *w)
{
	w->cancelled = true;
	if (w->step && !is_giving(w))
		step_cancel(w->step);
}
