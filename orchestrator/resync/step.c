#include "resync/step.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inventory/host.h"
#include "inventory/inventory.h"
#include "inventory/journal.h"
#include "loop/timer.h"
#include "resync/attempt.h"
#include "resync/decide.h"
#include "resync/look.h"
#include "resync/memory.h"
#include "resync/reach.h"
#include "resync/values.h"

enum { RETRY_FIRST_MS = 1000, RETRY_MOST_MS = 15000, PROOFS_MOST = 4 };

struct step {
	struct step_env env;
	struct step_spec spec;
	step_news_fn *news;
	step_ended_fn *ended;
	void *ctx;
	struct timer pause;
	struct attempt *attempt;
	struct look_ask *proof;
	char *script; /* expanded; NULL: the action has none */
	struct row_watch watch;
	int64_t begun_ms;
	unsigned tries, retry_ms, proofs;
	bool cancelled, waiting;
	enum answer answer;
	struct error why;
};

static void ask(void *ctx);

static void step_free(void *ctx)
{
	struct step *s = ctx;

	free(s->script);
	free(s);
}

static void step_end(void *ctx)
{
	struct step *s = ctx;
	struct error why = s->why;
	enum answer answer = s->answer;

	if (s->attempt)
		attempt_free(s->attempt);
	s->attempt = NULL;
	s->ended(s->ctx, answer, answer == ANSWER_YES ? NULL : &why);
	timer_close(&s->pause, step_free);
}

static enum journal_outcome outcome(const struct step *s, bool is_lost)
{
	if (s->answer == ANSWER_YES)
		return JOURNAL_OK;
	if (s->why.code == ERROR_REFUSED)
		return JOURNAL_REFUSED;
	if (s->why.code == ERROR_CANCELLED)
		return JOURNAL_CANCELLED;
	if (is_lost)
		return JOURNAL_LOST;
	return s->why.code == ERROR_UNREACHABLE ? JOURNAL_UNKNOWN : JOURNAL_FAILED;
}

static void note(struct step *s, enum journal_phase phase, const struct attempt_result *result,
		 journal_durable_fn *durable)
{
	struct journal_entry e = {.run = s->env.run,
				  .of_run = s->env.of_run,
				  .host = s->env.pair->standby->name,
				  .row = s->spec.row,
				  .row_name = s->spec.name,
				  .kind = s->spec.kind,
				  .attempt = 1,
				  .phase = phase,
				  .exit_status = JOURNAL_NO_STATUS,
				  .duration_ms = -1,
				  .command = s->script};
	scoped_mem char *saved = NULL;

	if (phase == JOURNAL_ENDED) {
		saved = memory_text(s->env.memory);
		e.outcome = outcome(s, result && result->lost);
		e.duration_ms = clock_monotonic_ms() - s->begun_ms;
		e.saved = saved;
		e.error = s->answer == ANSWER_YES ? NULL : s->why.text;
		e.command = NULL;
	}
	if (phase == JOURNAL_ENDED && result) {
		e.exit_status = result->has_status ? result->reply.status : JOURNAL_NO_STATUS;
		e.output = result->transcript;
		e.output_length = result->transcript_size;
		e.output_dropped = (int64_t)result->reply.dropped;
	}
	journal_note(s->env.journal, &e, durable, s);
}

/* The answer is known: noted, and said on the next turn of the loop. */
static void conclude(struct step *s, enum answer answer, const struct attempt_result *result)
{
	s->answer = answer;
	note(s, JOURNAL_ENDED, result, NULL);
	timer_after(&s->pause, 0, step_end);
}

static unsigned total_ms(const struct step *s)
{
	return s->spec.action->total_ms ? s->spec.action->total_ms :
					  (unsigned)s->env.pair->standby->limits.recovery_total_s * 1000u;
}

static int64_t elapsed_ms(const struct step *s)
{
	return clock_monotonic_ms() - s->begun_ms;
}

static void pause_and_ask(struct step *s, unsigned ms)
{
	s->waiting = true;
	timer_after(&s->pause, s->env.scripted ? 1 : ms, ask);
}

static enum answer read_reply(struct step *s, const struct attempt_result *result)
{
	const struct action *a = s->spec.action;
	struct reading r = {.reply = s->script ? &result->reply : NULL,
			    .look = result->look,
			    .standby = s->env.pair->standby,
			    .primary = s->env.pair->primary,
			    .memory = s->env.memory,
			    .watch = &s->watch,
			    .now_ms = clock_monotonic_ms(),
			    .elapsed_ms = elapsed_ms(s)};

	if (s->script)
		memory_read_output(s->env.memory, result->reply.out, result->reply.out_size);
	if (a->reads)
		return a->reads(&r, &s->why);
	if (!s->script || result->reply.status == 0)
		return ANSWER_YES;
	error_set(&s->why, ERROR_HOST, "exit status %d%s%.300s", result->reply.status,
		  result->reply.err_size ? ": " : "", result->reply.err);
	return ANSWER_NO;
}

/* Not answered at all: the host is away. Polls and idempotent actions wait for it, within their time. */
static void unanswered(struct step *s, const struct attempt_result *result)
{
	bool again = s->spec.action->every_ms || (s->spec.action->flags & ACTION_RETRIED);

	s->why = *result->why;
	if (!again || !error_may_retry(s->why.code) || s->cancelled || elapsed_ms(s) > total_ms(s)) {
		conclude(s, ANSWER_NO, result);
		return;
	}
	s->retry_ms = s->retry_ms ? s->retry_ms * 2 : RETRY_FIRST_MS;
	if (s->retry_ms > RETRY_MOST_MS)
		s->retry_ms = RETRY_MOST_MS;
	pause_and_ask(s, s->retry_ms);
}

static void tell_watch(struct step *s)
{
	struct step_news news = {.percent = s->watch.percent,
				 .bytes = -1,
				 .total_bytes = -1,
				 .lag_bytes = s->watch.lag_bytes,
				 .line = s->watch.line[0] ? s->watch.line : NULL};

	s->news(s->ctx, &news);
}

static void attempted(void *ctx, const struct attempt_result *result)
{
	struct step *s = ctx;
	enum answer answer;

	if (result->why) {
		unanswered(s, result);
		return;
	}
	s->retry_ms = 0;
	answer = read_reply(s, result);
	tell_watch(s);
	if (answer != ANSWER_NOT_YET) {
		conclude(s, answer, result);
		return;
	}
	if (s->cancelled) {
		error_set(&s->why, ERROR_CANCELLED, "cancelled");
		conclude(s, ANSWER_NO, result);
		return;
	}
	if (elapsed_ms(s) > total_ms(s)) {
		error_in(&s->why, "not done after %lld s", (long long)(elapsed_ms(s) / 1000));
		s->why.code = ERROR_TIMEOUT;
		conclude(s, ANSWER_NO, result);
		return;
	}
	pause_and_ask(s, s->spec.action->every_ms);
}

static void attempt_news(void *ctx, const struct step_news *news)
{
	struct step *s = ctx;

	s->news(s->ctx, news);
}

static bool expand_script(struct step *s, struct error *why)
{
	const char *text = action_script(s->spec.action, s->env.pair->standby);
	struct values v = {.standby = s->env.pair->standby,
			   .primary = s->env.pair->primary,
			   .memory = s->env.memory,
			   .tag = s->env.tag,
			   .reason = s->env.reason};

	if (!text)
		return true;
	free(s->script);
	s->script = values_expand(&v, text, why);
	return s->script != NULL;
}

static void ask(void *ctx)
{
	struct step *s = ctx;

	s->waiting = false;
	if (s->cancelled && s->tries && s->spec.action->every_ms) {
		error_set(&s->why, ERROR_CANCELLED, "cancelled");
		conclude(s, ANSWER_NO, NULL);
		return;
	}
	if (s->attempt)
		attempt_free(s->attempt);
	/* A poll goes on from what the last one remembered: the place in the log, above all. */
	if (s->tries++ && !expand_script(s, &s->why)) {
		s->attempt = NULL;
		conclude(s, ANSWER_NO, NULL);
		return;
	}
	s->attempt = attempt_begin(&s->env, &s->spec, s->script, attempt_news, attempted, s);
}

static void prove(void *ctx);

/* A connection that broke in the middle of a look proves nothing, either way: nothing was changed by looking. */
static bool was_away(const struct look *l)
{
	return (!l->standby.reached && error_may_retry(l->standby.unreached.code)) ||
	       (!l->primary.reached && error_may_retry(l->primary.unreached.code));
}

static void proved(void *ctx, const struct look *look)
{
	struct step *s = ctx;

	s->proof = NULL;
	if (was_away(look) && !s->cancelled && ++s->proofs < PROOFS_MOST) {
		timer_after(&s->pause, s->env.scripted ? 1 : RETRY_FIRST_MS * s->proofs, prove);
		return;
	}
	if (!decide_role_proof(look, clock_monotonic_ms(), &s->why)) {
		error_in(&s->why, "role proof");
		conclude(s, ANSWER_NO, NULL);
		return;
	}
	ask(s);
}

static void prove(void *ctx)
{
	struct step *s = ctx;

	s->proof = look_at(s->env.reach, s->env.pair, proved, s);
}

static void begun_is_durable(void *ctx, const struct error *failed)
{
	struct step *s = ctx;

	if (failed && !s->spec.giving) {
		s->why = *failed;
		s->answer = ANSWER_NO;
		timer_after(&s->pause, 0, step_end);
		return;
	}
	if (s->spec.action->flags & ACTION_DESTRUCTIVE)
		prove(s);
	else
		ask(s);
}

struct step *step_begin(const struct step_env *env, const struct step_spec *spec, step_news_fn *news,
			step_ended_fn *ended, void *ctx)
{
	struct step *s = mem_new(struct step);

	s->env = *env;
	s->spec = *spec;
	s->news = news;
	s->ended = ended;
	s->ctx = ctx;
	s->begun_ms = clock_monotonic_ms();
	s->watch.percent = -1;
	s->watch.lag_bytes = -1;
	s->watch.moved_ms = s->begun_ms;
	timer_init(&s->pause, env->reach->loop, s);
	if (!expand_script(s, &s->why))
		conclude(s, ANSWER_NO, NULL);
	else
		note(s, JOURNAL_BEGUN, NULL, begun_is_durable);
	return s;
}

void step_cancel(struct step *s)
{
	s->cancelled = true;
	if (s->waiting)
		timer_after(&s->pause, 0, ask);
}
