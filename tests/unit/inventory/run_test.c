#include "inventory/run.h"

#include "scratch.h"

#include <signal.h>
#include <sys/wait.h>

#include "inventory/run_host.h"
#include "inventory/sample.h"

static const struct run_target targets[] = {{"s2", "p1", NULL}, {"s1", "p1", "pg_resync_slave"}};

static int64_t begin(struct scratch *s)
{
	struct run_spec spec = {
		.kind = "resync", .method = "wal-e", .reason = "stale since Monday", .limits = "jobs 4", .by = &s->by};
	struct error why;
	int64_t run = 0;

	assert_ok(run_begin(s->store, &spec, targets, 2, &run, &why));
	return run;
}

struct seen {
	int count;
	int64_t last;
	enum run_state state;
	char text[256];
};

static bool see_run(void *ctx, const struct run *r)
{
	struct seen *seen = ctx;

	seen->count++;
	seen->last = r->id;
	seen->state = r->state;
	snprintf(seen->text, sizeof(seen->text), "%s %s %s %s %lld %lld", r->kind, r->method, r->reason, r->by.user,
		 (long long)r->hosts, (long long)r->good);
	return true;
}

static bool see_host(void *ctx, const struct run_host *h)
{
	struct seen *seen = ctx;
	size_t n = strlen(seen->text);

	seen->count++;
	snprintf(seen->text + n, sizeof(seen->text) - n, "%s %s %s %s;", h->host, h->method,
		 run_host_state_name(h->state), h->why);
	return true;
}

static void a_run_and_its_hosts_are_found_again(void **state)
{
	struct scratch *s = *state;
	struct seen seen = {0};
	struct error why;
	int64_t run = begin(s);
	char expected[256];

	snprintf(expected, sizeof(expected), "resync wal-e stale since Monday %s 2 0", s->by.user);
	assert_ok(run_load(s->store, run, see_run, &seen, &why));
	assert_string_equal(seen.text, expected);
	assert_int_equal(seen.state, RUN_QUEUED);
	memset(&seen, 0, sizeof(seen));
	assert_ok(run_host_list(s->store, run, see_host, &seen, &why));
	assert_string_equal(seen.text, "s2 wal-e waiting ;s1 pg_resync_slave waiting ;");
}

static void a_reason_and_a_target_are_required(void **state)
{
	struct scratch *s = *state;
	struct run_spec spec = {.kind = "resync", .method = "", .reason = " \t", .limits = "", .by = &s->by};
	struct error why;
	int64_t run;

	assert_false(run_begin(s->store, &spec, targets, 2, &run, &why));
	assert_int_equal(why.code, ERROR_USAGE);
	spec.reason = NULL;
	assert_false(run_begin(s->store, &spec, targets, 2, &run, &why));
	spec.reason = "x";
	assert_false(run_begin(s->store, &spec, targets, 0, &run, &why));
	assert_int_equal(scratch_count(s, "select count(*) from run") + scratch_count(s, "select count(*) from audit"),
			 0);
}

static void the_same_host_twice_makes_no_run(void **state)
{
	struct scratch *s = *state;
	struct run_target twice[] = {{"s1", "p1", NULL}, {"s1", "p1", NULL}};
	struct run_spec spec = {.kind = "resync", .method = "", .reason = "x", .limits = "", .by = &s->by};
	struct error why;
	int64_t run;

	assert_false(run_begin(s->store, &spec, twice, 2, &run, &why));
	assert_int_equal(scratch_count(s, "select count(*) from run"), 0);
}

/* The table, checked against the rules in words. */
static void states_follow_each_other(void **state)
{
	(void)state;
	for (enum run_state a = RUN_QUEUED; a < RUN_STATES; a++) {
		assert_false(run_state_may_follow(a, a));
		assert_false(run_state_may_follow(a, RUN_QUEUED));
		assert_int_equal(run_state_by_name(run_state_name(a)), a);
		assert_int_equal(run_state_is_final(a), a == RUN_DONE || a == RUN_FAILED || a == RUN_CANCELLED);
		assert_int_equal(run_state_may_follow(a, RUN_INTERRUPTED),
				 !run_state_is_final(a) && a != RUN_INTERRUPTED);
	}
	for (enum run_host_state a = RUN_HOST_WAITING; a < RUN_HOST_STATES; a++) {
		assert_false(run_host_state_may_follow(a, a));
		assert_int_equal(run_host_state_by_name(run_host_state_name(a)), a);
	}
	assert_true(run_host_state_may_follow(RUN_HOST_GIVING_BACK, RUN_HOST_OWED));
	assert_false(run_host_state_may_follow(RUN_HOST_WAITING, RUN_HOST_OWED));
	assert_false(run_host_state_may_follow(RUN_HOST_WAITING, RUN_HOST_GOOD));
	assert_false(run_host_state_is_final(RUN_HOST_OWED));
	assert_int_equal(run_state_by_name("nonsense"), RUN_STATES);
	assert_int_equal(run_host_state_by_name("nonsense"), RUN_HOST_STATES);
}

static void a_wrong_successor_is_refused(void **state)
{
	struct scratch *s = *state;
	struct error why;
	int64_t run = begin(s);

	assert_false(run_set_state(s->store, run, RUN_DONE, "", &why));
	assert_non_null(strstr(why.text, "queued and cannot become done"));
	assert_ok(run_set_state(s->store, run, RUN_RUNNING, "", &why));
	assert_ok(run_set_state(s->store, run, RUN_DONE, "all good", &why));
	assert_false(run_set_state(s->store, run, RUN_FAILED, "", &why));
	assert_false(run_host_set_state(s->store, run, "s1", RUN_HOST_GOOD, "", &why));
	assert_false(run_host_set_state(s->store, run, "s9", RUN_HOST_RUNNING, "", &why));
	assert_false(run_set_state(s->store, 99, RUN_RUNNING, "", &why));
	assert_int_equal(scratch_count(s, "select count(*) from audit where event = 'run.state'"), 2);
	assert_int_equal(scratch_count(s, "select count(*) from run where ended_us > 0 and note = 'all good'"), 1);
}

static void a_host_goes_its_way(void **state)
{
	struct scratch *s = *state;
	struct run_left_as left = {RUN_LEFT_YES, RUN_LEFT_NO, RUN_LEFT_NOT_TOUCHED, RUN_LEFT_UNKNOWN};
	struct seen seen = {0};
	struct error why;
	int64_t run = begin(s);

	assert_ok(run_host_set_state(s->store, run, "s1", RUN_HOST_RUNNING, "", &why));
	assert_ok(run_host_set_state(s->store, run, "s1", RUN_HOST_GIVING_BACK, "restart failed", &why));
	assert_ok(run_host_set_left(s->store, run, "s1", &left, &why));
	assert_ok(run_host_set_state(s->store, run, "s1", RUN_HOST_OWED, "", &why));
	assert_ok(run_host_history(s->store, "s1", 0, see_host, &seen, &why));
	assert_string_equal(seen.text, "s1 pg_resync_slave owed restart failed;");
	assert_int_equal(scratch_count(s, "select count(*) from run_host where key_protected = 'yes' and"
					  " conf_reverted = 'no' and puppet_on = 'not-touched' and"
					  " collectd_running = 'unknown' and ended_us >= begun_us and begun_us > 0"),
			 1);
}

static void an_unknown_run_is_named(void **state)
{
	struct scratch *s = *state;
	struct seen seen = {0};
	struct error why;

	assert_false(run_load(s->store, 12, see_run, &seen, &why));
	assert_int_equal(why.code, ERROR_USAGE);
	assert_non_null(strstr(why.text, "no run 12"));
}

static void runs_are_listed_newest_first(void **state)
{
	struct scratch *s = *state;
	struct seen seen = {0};
	struct error why;

	begin(s);
	begin(s);
	begin(s);
	assert_ok(run_list(s->store, 2, see_run, &seen, &why));
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.last, 2);
	memset(&seen, 0, sizeof(seen));
	assert_ok(run_list(s->store, 0, see_run, &seen, &why));
	assert_int_equal(seen.count, 3);
}

static void runs_of_dead_processes_are_interrupted(void **state)
{
	struct scratch *s = *state;
	struct seen seen = {0};
	struct error why;
	int64_t mine = begin(s), run = mine + 1;
	int status;

	if (fork() == 0) {
		s->store = store_open(s->path, STORE_WRITE, &why);
		if (s->store && begin(s) == run && run_set_state(s->store, run, RUN_RUNNING, "", &why))
			raise(SIGKILL); /* like a crash: nothing is closed, and nobody counts what was not freed */
		_exit(1);
	}
	wait(&status);
	assert_true(WIFSIGNALED(status));
	assert_ok(run_list_interrupted(s->store, see_run, &seen, &why));
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.last, run);
	/* Adopted it is at work again, and marked it stays listed. */
	assert_ok(run_adopt(s->store, run, &why));
	memset(&seen, 0, sizeof(seen));
	assert_ok(run_list_interrupted(s->store, see_run, &seen, &why));
	assert_int_equal(seen.count, 0);
	assert_ok(run_set_state(s->store, run, RUN_INTERRUPTED, "", &why));
	assert_ok(run_list_interrupted(s->store, see_run, &seen, &why));
	assert_int_equal(seen.count, 1);
	assert_ok(run_set_state(s->store, run, RUN_GIVING_BACK, "", &why));
	assert_ok(run_set_state(s->store, run, RUN_FAILED, "", &why));
}

static void samples_remember_since_when(void **state)
{
	struct scratch *s = *state;
	struct sample first, next;
	struct error why;
	int64_t run = begin(s);

	assert_ok(sample_load(s->store, "s1", &first, &why));
	assert_int_equal(first.taken_us + first.above_since_us + first.last_resync_us, 0);
	assert_ok(sample_note(s->store, "s1", 1000, 5, true, &first, &why));
	assert_int_equal(first.above_since_us, first.taken_us);
	assert_ok(sample_note(s->store, "s1", 2000, 6, true, &next, &why));
	assert_int_equal(next.above_since_us, first.above_since_us);
	assert_true(next.taken_us >= first.taken_us);
	assert_ok(sample_note(s->store, "s1", 10, 6, false, &next, &why));
	assert_int_equal(next.above_since_us, 0);
	assert_ok(run_host_set_state(s->store, run, "s1", RUN_HOST_RUNNING, "", &why));
	assert_ok(run_host_set_state(s->store, run, "s1", RUN_HOST_FAILED, "", &why));
	assert_ok(sample_load(s->store, "s1", &next, &why));
	assert_int_equal(next.last_resync_us, 0);
	assert_true(next.last_attempt_us > 0);
	assert_ok(run_host_set_state(s->store, run, "s2", RUN_HOST_RUNNING, "", &why));
	assert_ok(run_host_set_state(s->store, run, "s2", RUN_HOST_GOOD, "", &why));
	assert_ok(sample_load(s->store, "s2", &next, &why));
	assert_true(next.last_resync_us > 0);
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		WITH_STORE(a_run_and_its_hosts_are_found_again),
		WITH_STORE(a_reason_and_a_target_are_required),
		WITH_STORE(the_same_host_twice_makes_no_run),
		cmocka_unit_test(states_follow_each_other),
		WITH_STORE(a_wrong_successor_is_refused),
		WITH_STORE(a_host_goes_its_way),
		WITH_STORE(an_unknown_run_is_named),
		WITH_STORE(runs_are_listed_newest_first),
		WITH_STORE(runs_of_dead_processes_are_interrupted),
		WITH_STORE(samples_remember_since_when),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
