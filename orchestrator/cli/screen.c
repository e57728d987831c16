#include "cli/screen.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/printable.h"
#include "cli/context.h"
#include "cli/say.h"
#include "inventory/run_host.h"
#include "loop/timer.h"
#include "resync/walk.h"
#include "ui/progress.h"
#include "ui/report.h"

struct shown {
	char *name;
	enum run_host_state state;
	struct progress_host p;
	char row_name[64], line[200], waiting_for[160], why[480], at[96];
	char failed_name[64]; /* the newest row of the table, which giving back does not change */
	int failed_row, failed_rows;
	struct run_left_as left;
	bool ended;
};

struct screen {
	const struct command_context *context;
	char *what;
	struct progress *progress;
	struct shown *hosts;
	size_t n_hosts;
	int64_t run, begun_ms;
	struct timer tick;
	bool begun, json;
};

struct screen *screen_new(const struct command_context *context, uv_loop_t *loop, const char *what)
{
	struct screen *s = mem_new(struct screen);

	s->context = context;
	s->what = mem_strdup(what);
	s->json = context->json;
	timer_init(&s->tick, loop, s);
	return s;
}

void screen_add(struct screen *s, const char *name)
{
	s->hosts = mem_grow(s->hosts, s->n_hosts + 1, sizeof(*s->hosts));
	s->hosts[s->n_hosts] = (struct shown){.name = mem_strdup(name), .state = RUN_HOST_WAITING};
	progress_host_init(&s->hosts[s->n_hosts].p, s->hosts[s->n_hosts].name);
	s->n_hosts++;
}

static void ticked(void *ctx)
{
	struct screen *s = ctx;

	progress_tick(s->progress);
	timer_after(&s->tick, PROGRESS_TICK_MS, ticked);
}

void screen_begin(struct screen *s, int64_t run, const char *title)
{
	int fd = s->json ? STDOUT_FILENO : STDERR_FILENO;

	s->run = run;
	s->begun = true;
	s->begun_ms = clock_monotonic_ms();
	s->progress = progress_new(fd, progress_choose_mode(fd, s->json, s->context->quiet), s->n_hosts);
	progress_set_color(s->progress, context_color(s->context, fd));
	progress_set_run(s->progress, run, title);
	progress_set_hint(s->progress, "^C finishes the row and gives back");
	for (size_t i = 0; i < s->n_hosts; i++)
		progress_set_host(s->progress, i, &s->hosts[i].p);
	timer_after(&s->tick, PROGRESS_TICK_MS, ticked);
}

static enum progress_state shown_state(enum run_host_state state)
{
	static const enum progress_state states[RUN_HOST_STATES] = {[RUN_HOST_WAITING] = PROGRESS_WAITING,
								    [RUN_HOST_RUNNING] = PROGRESS_RUNNING,
								    [RUN_HOST_GIVING_BACK] = PROGRESS_GIVING_BACK,
								    [RUN_HOST_GOOD] = PROGRESS_GOOD,
								    [RUN_HOST_FAILED] = PROGRESS_FAILED,
								    [RUN_HOST_UNREACHABLE] = PROGRESS_UNREACHABLE,
								    [RUN_HOST_REFUSED] = PROGRESS_REFUSED,
								    [RUN_HOST_CANCELLED] = PROGRESS_CANCELLED,
								    [RUN_HOST_OWED] = PROGRESS_FAILED};

	return states[state];
}

static void take_news(struct shown *h, const struct walk_news *news, int64_t now)
{
	struct progress_host *p = &h->p;

	if (news->begun) {
		snprintf(h->row_name, sizeof(h->row_name), "%s", news->name);
		p->row = news->phase == WALK_GIVING_BACK ? 0 : news->row;
		p->rows = news->rows;
		if (p->row) {
			memcpy(h->failed_name, h->row_name, sizeof(h->failed_name));
			h->failed_row = p->row;
			h->failed_rows = p->rows;
		}
		p->row_started_ms = now;
		p->percent = -1;
		p->bytes = p->total = p->rate = p->eta_ms = -1;
		h->line[0] = '\0';
	}
	if (news->step.percent >= 0)
		p->percent = (int)news->step.percent;
	if (news->step.bytes >= 0) {
		int64_t took = now - p->row_started_ms;

		p->bytes = news->step.bytes;
		p->total = news->step.total_bytes;
		p->rate = took > 0 ? p->bytes * 1000 / took : -1;
	}
	if (news->step.lag_bytes >= 0)
		p->lag_bytes = news->step.lag_bytes;
	if (news->step.line) {
		snprintf(h->line, sizeof(h->line), "%s", news->step.line);
		p->last_output_ms = now;
	}
	if (p->percent > 2 && p->percent < 100 && now - p->row_started_ms > 5000)
		p->eta_ms = (now - p->row_started_ms) * (100 - p->percent) / p->percent;
}

static void take_result(struct shown *h, const struct walk_result *result)
{
	h->ended = true;
	h->left = result->left;
	snprintf(h->why, sizeof(h->why), "%s", result->end == WALK_GOOD ? result->warning : result->why.text);
	if (strcmp(h->why, run_host_state_name(RUN_HOST_CANCELLED)) == 0)
		h->why[0] = '\0'; /* the state says it */
	if (result->end == WALK_GOOD || !h->failed_row)
		return;
	memcpy(h->row_name, h->failed_name, sizeof(h->row_name));
	h->p.row = h->failed_row;
	h->p.rows = h->failed_rows;
	snprintf(h->at, sizeof(h->at), "%d/%d %s", h->p.row, h->p.rows, h->row_name);
}

void screen_set(struct screen *s, size_t i, enum run_host_state state, const char *waiting_for,
		const struct walk_news *news, const struct walk_result *result)
{
	struct shown *h = &s->hosts[i];
	int64_t now = clock_monotonic_ms();

	h->state = state;
	h->p.state = shown_state(state);
	if (h->p.started_ms < 0 && state != RUN_HOST_WAITING)
		h->p.started_ms = now;
	if (run_host_state_is_final(state) || state == RUN_HOST_OWED)
		h->p.ended_ms = now;
	if (state == RUN_HOST_RUNNING && h->p.row == 0)
		snprintf(h->row_name, sizeof(h->row_name), "connecting");
	if (waiting_for)
		snprintf(h->waiting_for, sizeof(h->waiting_for), "%s", waiting_for);
	if (news)
		take_news(h, news, now);
	if (result)
		take_result(h, result);
	h->p.row_name = h->row_name;
	h->p.last_line = h->line;
	h->p.waiting_for = h->waiting_for;
	h->p.why = h->why;
	if (s->progress)
		progress_set_host(s->progress, i, &h->p);
}

void screen_say(struct screen *s, const char *line)
{
	if (s->progress)
		progress_say(s->progress, line);
}

void screen_stopping(struct screen *s)
{
	screen_say(s, "stopping: running rows are finished and everything is given back; ^C again leaves at once");
	if (s->progress)
		progress_set_hint(s->progress, "stopping; ^C again leaves at once");
}

enum run_host_state screen_state(const struct screen *s, size_t i)
{
	return s->hosts[i].state;
}

static void fill(struct report_host *to, const struct shown *h)
{
	static const enum report_left lefts[] = {[RUN_LEFT_UNKNOWN] = REPORT_LEFT_UNKNOWN,
						 [RUN_LEFT_YES] = REPORT_LEFT_YES,
						 [RUN_LEFT_NO] = REPORT_LEFT_NO,
						 [RUN_LEFT_NOT_TOUCHED] = REPORT_LEFT_NOT_TOUCHED};

	*to = (struct report_host){
		.name = h->name,
		.state = h->p.state,
		.owed = h->state == RUN_HOST_OWED,
		.at = h->at,
		.why = h->why,
		.key_protected = lefts[h->left.key_protected],
		.conf_reverted = lefts[h->left.conf_reverted],
		.puppet_on = lefts[h->left.puppet_on],
		.collectd_running = lefts[h->left.collectd_running],
		.took_ms = h->p.started_ms >= 0 && h->p.ended_ms >= 0 ? h->p.ended_ms - h->p.started_ms : -1,
		.lag_bytes = h->p.lag_bytes};
	if (!h->ended) {
		to->key_protected = to->conf_reverted = to->puppet_on = to->collectd_running = REPORT_LEFT_NOT_TOUCHED;
		if (h->p.started_ms >= 0)
			to->key_protected = to->conf_reverted = to->puppet_on = to->collectd_running =
				REPORT_LEFT_UNKNOWN;
	}
}

static void summarize(const struct screen *s, int exit_status)
{
	int fd = STDOUT_FILENO;
	struct report r = {.run = s->run,
			   .what = s->what,
			   .took_ms = clock_monotonic_ms() - s->begun_ms,
			   .exit_status = exit_status,
			   .n_hosts = s->n_hosts,
			   .utf8 = printable_utf8(),
			   .color = context_color(s->context, fd)};
	struct report_host *hosts = mem_alloc((s->n_hosts + 1) * sizeof(*hosts));
	scoped_buf text;

	buf_init(&text, 4u << 20);
	for (size_t i = 0; i < s->n_hosts; i++)
		fill(&hosts[i], &s->hosts[i]);
	r.hosts = hosts;
	if (s->json)
		report_json(&r, &text);
	else
		report_render(&r, &text);
	say_data(&text);
	free(hosts);
}

static void screen_free(void *ctx)
{
	struct screen *s = ctx;

	for (size_t i = 0; i < s->n_hosts; i++)
		free(s->hosts[i].name);
	free(s->hosts);
	free(s->what);
	free(s);
}

void screen_drop(struct screen *s)
{
	s->begun = false;
	screen_end(s, STATUS_GOOD);
}

void screen_end(struct screen *s, int exit_status)
{
	if (s->progress) {
		progress_end(s->progress);
		s->progress = NULL;
	}
	if (s->begun)
		summarize(s, exit_status);
	timer_close(&s->tick, screen_free);
}
