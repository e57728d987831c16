/*
 * How a walk ends: what its end is called, what was left as found, and the tidying after it.
 */
#include <stdlib.h>
#include <string.h>

#include "inventory/journal.h"
#include "resync/memory.h"
#include "resync/tidy.h"
#include "resync/walk_inner.h"

static enum run_left left(const struct walk *w, const char *name)
{
	const char *value = memory_get(w->env.memory, name);

	if (!value)
		return RUN_LEFT_NOT_TOUCHED;
	return strcmp(value, "no") == 0 ? RUN_LEFT_NO : RUN_LEFT_YES;
}

static enum walk_end end_of(const struct walk *w)
{
	if (w->owed.code)
		return WALK_OWED;
	if (w->why.code == ERROR_NONE)
		return WALK_GOOD;
	if (w->why.code == ERROR_CANCELLED)
		return WALK_CANCELLED;
	if (!w->touched && (w->why.code == ERROR_REFUSED || w->why.code == ERROR_HOST_KEY))
		return WALK_REFUSED;
	if (!w->touched && (w->why.code == ERROR_UNREACHABLE || w->why.code == ERROR_AUTH))
		return WALK_UNREACHABLE;
	return WALK_FAILED;
}

static void walk_free(void *ctx)
{
	struct walk *w = ctx;

	memory_free(w->env.memory);
	free(w->tag);
	free(w->reason);
	free(w);
}

void walk_end_now(struct walk *w)
{
	const char *warning = memory_get(w->env.memory, "warning");
	struct walk_result r = {.end = end_of(w), .warning = warning ? warning : ""};

	r.why = w->why;
	if (w->owed.code)
		error_set(&r.why, ERROR_OWED, "%.220s%s%.220s", w->owed.text,
			  w->why.code ? "; it gave back because: " : "", w->why.code ? w->why.text : "");
	else if (w->why.code && warning)
		error_set(&r.why, w->why.code, "%.260s; %.220s", w->why.text, warning);
	r.left = (struct run_left_as){left(w, "key_protected"), left(w, "conf_reverted"), left(w, "puppet_on"),
				      left(w, "collectd_running")};
	journal_forget(w->env.journal, w);
	w->ended(w->ctx, &r);
	timer_close(&w->later, walk_free);
}

static void tidied(void *ctx)
{
	walk_end_now(ctx);
}

/* Everything is given back: what the run kept on the host for that is of no more use. */
void walk_finish(struct walk *w)
{
	if (w->touched && !w->owed.code)
		w->tidy = tidy_begin(&w->env, w->stop_runs, w->n_interrupted, tidied, w);
	else
		walk_end_now(w);
}
