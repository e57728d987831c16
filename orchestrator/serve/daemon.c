#include "serve/daemon.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "fleet/notify.h"
#include "loop/timer.h"
#include "serve/child.h"
#include "serve/keeper.h"
#include "serve/systemd.h"

enum { TICK_MS = 10 * 1000, SOON_MS = 20, SIGNALS = 3, SUMMARY_MOST = 1 << 20, WORDS_MOST = 32, INTERRUPTED = 130 };

struct daemon {
	const struct daemon_spec *spec;
	uv_loop_t loop;
	uv_signal_t signals[SIGNALS];
	struct timer tick;
	struct keeper *keeper;
	struct child *recover; /* NULL: ended */
	int64_t watchdog_ms;
	bool stopping, settled, left, reloading;
	char status[200], trouble[480];
};

static void tick(void *ctx);

static void say_status(struct daemon *d, int64_t next_us)
{
	char text[200], when[32] = "";

	if (d->recover)
		snprintf(text, sizeof(text), "STATUS=giving back what interrupted runs left");
	else if (d->stopping)
		snprintf(text, sizeof(text), "STATUS=stopping; waiting for %zu run(s)", keeper_running(d->keeper));
	else
		snprintf(text, sizeof(text), "STATUS=%zu schedule(s), %zu running%s%.60s%s%s",
			 keeper_schedules(d->keeper), keeper_running(d->keeper), next_us < INT64_MAX ? "; next: " : "",
			 next_us < INT64_MAX ? keeper_next_name(d->keeper) : "", next_us < INT64_MAX ? " at " : "",
			 next_us < INT64_MAX ? clock_format_utc(when, sizeof(when), next_us) : "");
	if (strcmp(text, d->status) == 0)
		return;
	memcpy(d->status, text, sizeof(text));
	systemd_notify(text);
}

/* Said once, not at each tick. */
static void say_trouble(struct daemon *d, const struct error *why)
{
	if (strcmp(d->trouble, why ? why->text : "") == 0)
		return;
	snprintf(d->trouble, sizeof(d->trouble), "%s", why ? why->text : "");
	if (why)
		log_line(LOG_LEVEL_ERROR, "%s", why->text);
	else
		log_line(LOG_LEVEL_NOTICE, "all schedules are kept again");
}

static bool keep_schedules(struct daemon *d, int64_t now_us, int64_t *ret_next_us, struct error *why)
{
	*ret_next_us = INT64_MAX;
	if (!d->settled) {
		if (!keeper_settle(d->keeper, why))
			return false;
		d->settled = true;
	}
	return keeper_tick(d->keeper, now_us, ret_next_us, why);
}

static uint64_t pause_ms(const struct daemon *d, int64_t now_us, int64_t next_us)
{
	int64_t most = d->watchdog_ms && d->watchdog_ms / 3 < TICK_MS ? d->watchdog_ms / 3 : TICK_MS;
	int64_t ms = next_us == INT64_MAX ? most : (next_us - now_us) / 1000 + SOON_MS;

	if (ms > most)
		ms = most;
	return ms < SOON_MS ? SOON_MS : (uint64_t)ms;
}

static void tick(void *ctx)
{
	struct daemon *d = ctx;
	int64_t now_us = clock_wall_us(), next_us = INT64_MAX;
	struct error why;

	if (d->recover || d->stopping) {
		/* Runs end by themselves; the watchdog hears that the loop turns. */
		systemd_notify("WATCHDOG=1");
	} else if (keep_schedules(d, now_us, &next_us, &why)) {
		say_trouble(d, NULL);
		systemd_notify("WATCHDOG=1");
	} else {
		say_trouble(d, &why);
		if (why.code != ERROR_BUSY && why.code != ERROR_STORE && why.code != ERROR_FAILED)
			systemd_notify(
				"WATCHDOG=1"); /* the store answered: one schedule is wrong, no reason to be killed */
	}
	say_status(d, next_us);
	if (d->reloading) {
		d->reloading = false;
		systemd_notify("READY=1");
	}
	timer_after(&d->tick, pause_ms(d, now_us, next_us), tick);
}

static void close_all(struct daemon *d)
{
	timer_close(&d->tick, NULL);
	for (int i = 0; i < SIGNALS; i++)
		uv_close((uv_handle_t *)&d->signals[i], NULL);
}

static void idle(void *ctx)
{
	close_all(ctx);
}

static void told(void *ctx, const struct error *why)
{
	const struct daemon *d = ctx;

	if (why)
		log_line(LOG_LEVEL_ERROR, "the notify program %s: %s", d->spec->notify, why->text);
}

static void tell_of_recover(struct daemon *d, int status)
{
	struct notify_about about = {
		.what = "recover", .exit_status = status, .text = "something is still owed, or could not be looked at"};
	struct buf summary;

	notify_syslog(&about);
	if (!d->spec->notify)
		return;
	buf_init(&summary, SUMMARY_MOST);
	notify_summary(&summary, d->spec->store, &about);
	notify_send(&d->loop, d->spec->notify, &summary, told, d);
	buf_done(&summary);
}

static void recovered(void *ctx, const struct child_end *end)
{
	struct daemon *d = ctx;

	d->recover = NULL;
	if (end->signal || end->status) {
		log_line(LOG_LEVEL_ERROR, "recover ended with %s %d", end->signal ? "signal" : "exit status",
			 end->signal ? end->signal : end->status);
		tell_of_recover(d, end->signal ? 1 : end->status);
	}
	if (d->stopping)
		keeper_stop(d->keeper);
	else
		timer_after(&d->tick, 0, tick);
}

static bool start_recover(struct daemon *d, struct error *why)
{
	const char *argv[WORDS_MOST + 4];
	size_t n = 0;

	while (d->spec->program[n] && n < WORDS_MOST) {
		argv[n] = d->spec->program[n];
		n++;
	}
	argv[n++] = "recover";
	argv[n++] = "--no-input";
	argv[n] = NULL;
	d->recover = child_start(&d->loop, argv, recovered, d, why);
	return d->recover != NULL;
}

static void stop(struct daemon *d)
{
	if (d->stopping) {
		log_line(LOG_LEVEL_WARNING, "leaving at once; runs go on, pgresync recover gives back what they leave");
		d->left = true;
		uv_stop(&d->loop);
		return;
	}
	d->stopping = true;
	systemd_notify("STOPPING=1");
	log_line(LOG_LEVEL_NOTICE, "stopping: %zu run(s) finish their rows and give back", keeper_running(d->keeper));
	if (d->recover)
		child_stop(d->recover);
	else
		keeper_stop(d->keeper);
	say_status(d, INT64_MAX);
}

static void signalled(uv_signal_t *handle, int number)
{
	struct daemon *d = handle->data;

	if (number != SIGHUP) {
		stop(d);
		return;
	}
	if (d->stopping)
		return;
	log_line(LOG_LEVEL_NOTICE, "looking at everything anew");
	d->reloading = true;
	systemd_notify_reloading();
	timer_after(&d->tick, 0, tick);
}

static void open_signals(struct daemon *d)
{
	static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP};

	for (int i = 0; i < SIGNALS; i++) {
		uv_signal_init(&d->loop, &d->signals[i]);
		d->signals[i].data = d;
		uv_signal_start(&d->signals[i], signalled, numbers[i]);
	}
}

int daemon_run(const struct daemon_spec *spec)
{
	struct daemon d = {.spec = spec, .watchdog_ms = systemd_watchdog_ms()};
	struct keeper_spec keeper = {
		.store = spec->store, .program = spec->program, .notify = spec->notify, .idle = idle, .ctx = &d};
	struct error why;

	uv_loop_init(&d.loop);
	keeper.loop = &d.loop;
	d.keeper = keeper_new(&keeper);
	open_signals(&d);
	timer_init(&d.tick, &d.loop, &d);
	if (!start_recover(&d, &why))
		log_line(LOG_LEVEL_ERROR, "%s", why.text);
	timer_after(&d.tick, 0, tick);
	systemd_notify("READY=1");
	log_line(LOG_LEVEL_NOTICE, "keeping schedules");
	uv_run(&d.loop, UV_RUN_DEFAULT);
	if (d.left)
		return INTERRUPTED;
	uv_loop_close(&d.loop);
	keeper_free(d.keeper);
	log_line(LOG_LEVEL_NOTICE, "stopped");
	return 0;
}
