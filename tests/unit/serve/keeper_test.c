#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "inventory/run.h"
#include "loop/timer.h"
#include "scratch.h"
#include "serve/keeper.h"

#define MINUTE_US (60 * 1000000LL)
/* 2026-11-23 03:00:00 UTC */
#define THREE_US 1795402800000000LL

struct fixture {
	struct scratch scratch;
	uv_loop_t loop;
	struct keeper *keeper;
	const char *program[4];
	int64_t next_us;
	size_t idle;
};

static void idle(void *ctx)
{
	struct fixture *f = ctx;

	f->idle++;
}

static void drop_line(void *ctx, const char *line)
{
	(void)ctx;
	(void)line;
}

static void new_keeper(struct fixture *f)
{
	struct keeper_spec spec = {.loop = &f->loop,
				   .store = f->scratch.store,
				   .program = f->program,
				   .notify = f->scratch.program,
				   .idle = idle,
				   .ctx = f};

	f->keeper = keeper_new(&spec);
}

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	log_divert(drop_line, NULL);
	clock_fake(THREE_US, 1000);
	scratch_begin(&f->scratch);
	f->program[0] = f->scratch.program;
	f->program[1] = "--db";
	f->program[2] = "x.db";
	uv_loop_init(&f->loop);
	new_keeper(f);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	uv_run(&f->loop, UV_RUN_DEFAULT);
	keeper_free(f->keeper);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	scratch_end(&f->scratch);
	clock_fake(-1, -1);
	free(f);
	return 0;
}

static void tick(struct fixture *f, int64_t now_us)
{
	struct error why;

	clock_fake(now_us, 1000);
	if (!keeper_tick(f->keeper, now_us, &f->next_us, &why))
		fail_msg("%s", why.text);
}

struct fires {
	char text[2000];
};

static bool add_fire(void *ctx, const struct schedule_fire *fire)
{
	struct fires *f = ctx;
	size_t n = strlen(f->text);

	snprintf(f->text + n, sizeof(f->text) - n, "%lld%s:%s%s ", (long long)(fire->due_us - THREE_US) / MINUTE_US,
		 fire->missed ? "m" : "", fire->finished_us ? "" : "open", fire->outcome);
	return true;
}

/* "MINUTES[m]:OUTCOME …", newest first. */
static void check_fires(struct fixture *f, int64_t schedule, const char *expected)
{
	struct fires fires = {""};
	struct error why;

	if (!schedule_fire_list(f->scratch.store, schedule, 0, add_fire, &fires, &why))
		fail_msg("%s", why.text);
	if (strcmp(fires.text, expected) != 0)
		fail_msg("fires: '%s', expected '%s'", fires.text, expected);
}

static void a_schedule_fires_when_it_is_due(void **state)
{
	struct fixture *f = *state;
	int64_t id = scratch_schedule(&f->scratch, "nightly", "30 3 * * *", SCHEDULE_SKIP);

	scratch_program(&f->scratch, "exit 0");
	tick(f, THREE_US + MINUTE_US);
	assert_int_equal(keeper_running(f->keeper), 0);
	assert_true(f->next_us == THREE_US + 30 * MINUTE_US);
	assert_string_equal(keeper_next_name(f->keeper), "nightly");
	tick(f, THREE_US + 30 * MINUTE_US + 5);
	assert_int_equal(keeper_running(f->keeper), 1);
	check_fires(f, id, "30:open ");
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(keeper_running(f->keeper), 0);
	check_fires(f, id, "30:good ");
	assert_string_equal(scratch_calls(&f->scratch),
			    "--db x.db rebuild-stale --schedule nightly --yes --json --no-input\n");
	tick(f, THREE_US + 30 * MINUTE_US + 10);
	assert_int_equal(keeper_running(f->keeper), 0);
}

static void each_end_has_its_name(void **state)
{
	static const struct {
		const char *does, *outcome;
	} ends[] = {
		{"exit 2", "1:failed "},      {"exit 4", "1:unreachable "},
		{"exit 5", "1:refused "},     {"exit 6", "1:failed "},
		{"exit 7", "1:owed "},	      {"exit 75", "1:busy "},
		{"exit 130", "1:cancelled "}, {"exit 78", "1:exit status 78 "},
	};
	struct fixture *f = *state;
	char name[32];

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		int64_t id;

		clock_fake(THREE_US, 1000);
		snprintf(name, sizeof(name), "s%zu", i);
		id = scratch_schedule(&f->scratch, name, "1 3 * * *", SCHEDULE_SKIP);
		scratch_program(&f->scratch, ends[i].does);
		tick(f, THREE_US + MINUTE_US);
		uv_run(&f->loop, UV_RUN_DEFAULT);
		check_fires(f, id, ends[i].outcome);
	}
	assert_int_equal(scratch_count(&f->scratch, "\"summary\""), 0); /* those tell for themselves */
}

static void a_run_that_was_killed_is_told_by_the_keeper(void **state)
{
	struct fixture *f = *state;
	int64_t id = scratch_schedule(&f->scratch, "nightly", "1 3 * * *", SCHEDULE_SKIP);

	scratch_program(&f->scratch, "kill -9 $$");
	tick(f, THREE_US + MINUTE_US);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	check_fires(f, id, "1:killed by signal 9 ");
	assert_int_equal(scratch_count(&f->scratch, "\"event\":\"summary\""), 1);
	assert_int_equal(scratch_count(&f->scratch, "\"schedule\":\"nightly\""), 1);
}

static void one_run_a_schedule_at_a_time(void **state)
{
	struct fixture *f = *state;
	int64_t skip = scratch_schedule(&f->scratch, "skip", "* * * * *", SCHEDULE_SKIP);
	int64_t once = scratch_schedule(&f->scratch, "once", "* * * * *", SCHEDULE_ONCE);

	scratch_program(&f->scratch, "sleep 0.3");
	tick(f, THREE_US + MINUTE_US);
	assert_int_equal(keeper_running(f->keeper), 2);
	tick(f, THREE_US + 2 * MINUTE_US);
	tick(f, THREE_US + 3 * MINUTE_US);
	assert_int_equal(keeper_running(f->keeper), 2);
	check_fires(f, skip, "3m:skipped 2m:skipped 1:open ");
	check_fires(f, once, "2m:skipped 1:open ");
	uv_run(&f->loop, UV_RUN_DEFAULT);
	tick(f, THREE_US + 3 * MINUTE_US + 30000000);
	assert_int_equal(keeper_running(f->keeper), 1);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	check_fires(f, once, "3:good 2m:skipped 1:good ");
}

static bool own_run(struct fixture *f, int64_t schedule, int64_t *ret_run)
{
	struct actor by;
	struct run_spec spec = {
		.kind = "rebuild", .method = "wal-e", .reason = "x", .limits = "", .schedule = schedule, .by = &by};
	struct run_target target = {.host = "standby-1", .primary = ""};
	struct error why;

	audit_actor_here(&by);
	return run_begin(f->scratch.store, &spec, &target, 1, ret_run, &why) &&
	       run_set_state(f->scratch.store, *ret_run, RUN_RUNNING, NULL, &why);
}

static void a_run_of_another_process_counts_too(void **state)
{
	struct fixture *f = *state;
	int64_t id = scratch_schedule(&f->scratch, "nightly", "1 3 * * *", SCHEDULE_SKIP), run;
	struct error why;

	scratch_program(&f->scratch, "exit 0");
	assert_true(own_run(f, id, &run));
	tick(f, THREE_US + MINUTE_US);
	assert_int_equal(keeper_running(f->keeper), 0);
	check_fires(f, id, "1m:skipped ");
	assert_true(run_set_state(f->scratch.store, run, RUN_DONE, NULL, &why));
	tick(f, THREE_US + 24 * 60 * MINUTE_US + MINUTE_US);
	assert_int_equal(keeper_running(f->keeper), 1);
}

static void times_while_nobody_was_there_are_noted(void **state)
{
	struct fixture *f = *state;
	int64_t skip = scratch_schedule(&f->scratch, "skip", "0 * * * *", SCHEDULE_SKIP);
	int64_t once = scratch_schedule(&f->scratch, "once", "0 * * * *", SCHEDULE_ONCE);

	scratch_program(&f->scratch, "exit 0");
	tick(f, THREE_US + 150 * MINUTE_US);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	check_fires(f, skip, "120m:skipped 60m:skipped ");
	check_fires(f, once, "120m:good 60m:skipped ");
	assert_int_equal(scratch_count(&f->scratch, "rebuild-stale"), 1);
}

static void a_schedule_that_rests_does_not_fire_and_is_not_made_up_for(void **state)
{
	struct fixture *f = *state;
	int64_t id = scratch_schedule(&f->scratch, "nightly", "0 * * * *", SCHEDULE_ONCE);
	struct actor by;
	struct error why;

	scratch_program(&f->scratch, "exit 0");
	audit_actor_here(&by);
	assert_true(schedule_set_paused(f->scratch.store, "nightly", true, &by, &why));
	tick(f, THREE_US + 150 * MINUTE_US);
	assert_int_equal(keeper_schedules(f->keeper), 0);
	assert_true(f->next_us == INT64_MAX);
	assert_true(schedule_set_paused(f->scratch.store, "nightly", false, &by, &why));
	tick(f, THREE_US + 151 * MINUTE_US);
	assert_int_equal(keeper_running(f->keeper), 0);
	check_fires(f, id, "");
	assert_true(f->next_us == THREE_US + 180 * MINUTE_US);
}

static void two_daemons_fire_once(void **state)
{
	struct fixture *f = *state;
	struct keeper *first = f->keeper;
	int64_t id = scratch_schedule(&f->scratch, "nightly", "1 3 * * *", SCHEDULE_ONCE), next;
	struct error why;

	scratch_program(&f->scratch, "exit 0");
	tick(f, THREE_US);
	new_keeper(f);
	tick(f, THREE_US);
	assert_true(keeper_tick(first, THREE_US + MINUTE_US, &next, &why));
	tick(f, THREE_US + MINUTE_US);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(scratch_count(&f->scratch, "rebuild-stale"), 1);
	check_fires(f, id, "1:good ");
	keeper_free(first);
}

static void what_a_dead_daemon_left_open_is_closed(void **state)
{
	struct fixture *f = *state;
	int64_t id = scratch_schedule(&f->scratch, "nightly", "1 3 * * *", SCHEDULE_SKIP), fire;
	struct error why;

	assert_true(schedule_fire_begin(f->scratch.store, id, THREE_US + MINUTE_US, false, &fire, &why));
	assert_true(keeper_settle(f->keeper, &why));
	check_fires(f, id, "1:interrupted ");
}

static void a_removed_schedule_is_forgotten(void **state)
{
	struct fixture *f = *state;
	struct actor by;
	struct error why;

	scratch_schedule(&f->scratch, "nightly", "1 3 * * *", SCHEDULE_SKIP);
	scratch_program(&f->scratch, "exit 0");
	tick(f, THREE_US);
	assert_int_equal(keeper_schedules(f->keeper), 1);
	audit_actor_here(&by);
	assert_true(schedule_remove(f->scratch.store, "nightly", &by, &why));
	tick(f, THREE_US + MINUTE_US);
	assert_int_equal(keeper_schedules(f->keeper), 0);
	assert_int_equal(keeper_running(f->keeper), 0);
}

static void a_wrong_schedule_does_not_stop_the_others(void **state)
{
	struct fixture *f = *state;
	struct error why;

	scratch_schedule(&f->scratch, "a-wrong", "1 3 * *", SCHEDULE_SKIP);
	scratch_schedule(&f->scratch, "good", "1 3 * * *", SCHEDULE_SKIP);
	scratch_program(&f->scratch, "exit 0");
	clock_fake(THREE_US + MINUTE_US, 1000);
	assert_false(keeper_tick(f->keeper, THREE_US + MINUTE_US, &f->next_us, &why));
	assert_non_null(strstr(why.text, "schedule a-wrong"));
	assert_int_equal(keeper_running(f->keeper), 1);
}

static void stop(void *ctx)
{
	struct fixture *f = ctx;

	keeper_stop(f->keeper);
	assert_int_equal(f->idle, 0);
}

static void stopping_asks_the_runs_and_waits(void **state)
{
	struct fixture *f = *state;
	int64_t id = scratch_schedule(&f->scratch, "nightly", "1 3 * * *", SCHEDULE_SKIP);
	struct timer timer;

	scratch_program(&f->scratch, "trap 'echo asked >>\"$0.asked\"; exit 130' TERM; sleep 30 & wait $!; exit 1");
	tick(f, THREE_US + MINUTE_US);
	timer_init(&timer, &f->loop, f);
	timer_after(&timer, 300, stop);
	while (f->idle == 0)
		uv_run(&f->loop, UV_RUN_ONCE);
	timer_close(&timer, NULL);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	check_fires(f, id, "1:cancelled ");
	assert_int_equal(f->idle, 1);
	tick(f, THREE_US + 2 * MINUTE_US);
	assert_int_equal(keeper_running(f->keeper), 0);
}

static void stopping_an_idle_keeper_says_so_later(void **state)
{
	struct fixture *f = *state;

	keeper_stop(f->keeper);
	assert_int_equal(f->idle, 0);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(f->idle, 1);
}

static void a_program_that_cannot_be_started_is_noted(void **state)
{
	struct fixture *f = *state;
	int64_t id = scratch_schedule(&f->scratch, "nightly", "1 3 * * *", SCHEDULE_SKIP);

	f->program[0] = "/nowhere/pgresync";
	tick(f, THREE_US + MINUTE_US);
	assert_int_equal(keeper_running(f->keeper), 0);
	check_fires(f, id, "1:not started ");
}

#define ANEW(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ANEW(a_schedule_fires_when_it_is_due),
		ANEW(each_end_has_its_name),
		ANEW(a_run_that_was_killed_is_told_by_the_keeper),
		ANEW(one_run_a_schedule_at_a_time),
		ANEW(a_run_of_another_process_counts_too),
		ANEW(times_while_nobody_was_there_are_noted),
		ANEW(a_schedule_that_rests_does_not_fire_and_is_not_made_up_for),
		ANEW(two_daemons_fire_once),
		ANEW(what_a_dead_daemon_left_open_is_closed),
		ANEW(a_removed_schedule_is_forgotten),
		ANEW(a_wrong_schedule_does_not_stop_the_others),
		ANEW(stopping_asks_the_runs_and_waits),
		ANEW(stopping_an_idle_keeper_says_so_later),
		ANEW(a_program_that_cannot_be_started_is_noted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
