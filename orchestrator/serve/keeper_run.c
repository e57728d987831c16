/* The runs of the keeper: started as processes, their ends noted. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "fleet/notify.h"
#include "inventory/run.h"
#include "serve/keeper_inner.h"

enum { RUNS_LOOKED_AT = 200, SUMMARY_MOST = 4 * 1024 * 1024, WORDS_MOST = 32 };

struct search {
	int64_t schedule, since_us, run;
	bool alive;
};

static bool look_at_run(void *ctx, const struct run *r)
{
	struct search *s = ctx;

	if (r->schedule != s->schedule)
		return true;
	if (!run_state_is_final(r->state) && r->state != RUN_INTERRUPTED && owner_look(&r->owner) != OWNER_DEAD)
		s->alive = true;
	if (s->run == 0 && r->begun_us >= s->since_us)
		s->run = r->id;
	return true;
}

bool keeper_run_is_busy(const struct slot *s, bool *ret_busy, struct error *why)
{
	struct search search = {.schedule = s->id, .since_us = INT64_MAX};
	bool good = run_list(s->keeper->spec.store, RUNS_LOOKED_AT, look_at_run, &search, why);

	*ret_busy = s->child || search.alive;
	return good;
}

static const char *outcome_of(const struct child_end *end, char text[40])
{
	static const struct {
		int status;
		const char *name;
	} names[] = {
		{0, "good"},   {2, "failed"}, {4, "unreachable"}, {5, "refused"},
		{6, "failed"}, {7, "owed"},   {75, "busy"},	  {130, "cancelled"},
	};

	for (size_t i = 0; !end->signal && i < sizeof(names) / sizeof(*names); i++)
		if (names[i].status == end->status)
			return names[i].name;
	snprintf(text, 40, end->signal ? "killed by signal %d" : "exit status %d",
		 end->signal ? end->signal : end->status);
	return text;
}

static void told(void *ctx, const struct error *why)
{
	const struct keeper *k = ctx;

	if (why)
		log_line(LOG_LEVEL_ERROR, "the notify program %s: %s", k->spec.notify, why->text);
}

/* A run that ends by itself tells of its failure; one that was killed cannot. */
static void tell_of_the_dead(const struct slot *s, int64_t run, const char *outcome)
{
	struct keeper *k = s->keeper;
	struct notify_about about = {
		.what = "rebuild-stale", .schedule = s->name, .run = run, .exit_status = 1, .text = outcome};
	struct buf summary;

	notify_syslog(&about);
	if (!k->spec.notify)
		return;
	buf_init(&summary, SUMMARY_MOST);
	notify_summary(&summary, k->spec.store, &about);
	notify_send(k->spec.loop, k->spec.notify, &summary, told, k);
	buf_done(&summary);
}

static void ended(void *ctx, const struct child_end *end)
{
	struct slot *s = ctx;
	struct search search = {.schedule = s->id, .since_us = s->started_us};
	char text[40];
	const char *outcome = outcome_of(end, text);
	struct error why;

	s->child = NULL;
	if (!run_list(s->keeper->spec.store, RUNS_LOOKED_AT, look_at_run, &search, &why) ||
	    !schedule_fire_end(s->keeper->spec.store, s->fire, search.run, outcome, &why))
		log_line(LOG_LEVEL_ERROR, "schedule %s: its end cannot be noted: %s", s->name, why.text);
	log_line(end->signal || notify_is_due(end->status) ? LOG_LEVEL_ERROR : LOG_LEVEL_NOTICE,
		 "schedule %s: run %lld: %s", s->name, (long long)search.run, outcome);
	if (end->signal)
		tell_of_the_dead(s, search.run, outcome);
	keeper_check_idle(s->keeper);
}

void keeper_run_start(struct slot *s, int64_t due_us, bool late)
{
	struct keeper *k = s->keeper;
	const char *argv[WORDS_MOST + 8],
		*rest[] = {"rebuild-stale", "--schedule", s->name, "--yes", "--json", "--no-input", NULL};
	size_t n = 0;
	char when[32];
	struct error why;

	while (k->spec.program[n] && n < WORDS_MOST) {
		argv[n] = k->spec.program[n];
		n++;
	}
	memcpy(argv + n, rest, sizeof(rest));
	/* Another daemon may have been quicker. */
	if (!schedule_fire_begin(k->spec.store, s->id, due_us, late, &s->fire, &why)) {
		log_line(why.code == ERROR_BUSY ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR, "schedule %s: %s", s->name,
			 why.text);
		return;
	}
	s->started_us = clock_wall_us();
	s->child = child_start(k->spec.loop, argv, ended, s, &why);
	if (!s->child) {
		log_line(LOG_LEVEL_ERROR, "schedule %s: %s", s->name, why.text);
		schedule_fire_end(k->spec.store, s->fire, 0, "not started", &why);
		return;
	}
	log_line(LOG_LEVEL_NOTICE, "schedule %s: due %s%s, process %d", s->name,
		 clock_format_utc(when, sizeof(when), due_us), late ? " (missed, made up for)" : "",
		 child_pid(s->child));
}
