/* The ends that others make: deadline, stop, cleaning up. */
#include "detached_fixture.h"

static void the_host_keeps_the_deadline(void **state)
{
	struct fixture *f = *state;
	struct detached_spec spec = spec_of(f, "sleep 60");

	spec.within_ms = 1000;
	start_spec(f, &spec);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_ENDED);
	assert_true(f->end.late);
	assert_int_equal(f->end.status, 143);
}

static void a_watch_that_was_not_needed_is_ended(void **state)
{
	struct fixture *f = *state;
	scoped_mem char *text = mem_printf("ls -d %s", f->dir);
	struct detached_spec spec = spec_of(f, text);
	struct answer a = {0};

	spec.within_ms = 7777000;
	start_spec(f, &spec);
	finish(f);
	run_for(&f->loop, 200);
	remote_exec(f->remote,
		    &(struct remote_command){.text = "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c 'sleep [7]777'",
					     .within_ms = 9000},
		    answer_keep, &a);
	run_until(&f->loop, &a.count, 1, 9000);
	assert_string_equal(a.out, "0\n");
	answer_done(&a);
}

static void stopping_ends_it(void **state)
{
	struct fixture *f = *state;

	start(f, "sleep 60 & wait");
	pid_in(f, "child");
	detached_stop(f->d, 5000);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_ENDED);
	assert_int_equal(f->end.status, 143);
}

static bool is_empty(const char *path)
{
	FILE *in = fopen(path, "r");
	bool empty = !in || fgetc(in) == EOF;

	if (in)
		fclose(in);
	return empty;
}

static void who_ignores_term_is_killed_with_its_children(void **state)
{
	struct fixture *f = *state;
	int64_t before = clock_monotonic_ms();
	char path[64];

	start(f, "trap '' TERM; sleep 61 & echo $!; while :; do sleep 0.1; done");
	run_until(&f->loop, &f->outputs, 1, 9000);
	detached_stop(f->d, 600);
	finish(f);
	assert_int_equal(f->end.status, 137);
	assert_true(clock_monotonic_ms() - before < 9000);
	snprintf(path, sizeof(path), "/proc/%ld/cmdline", strtol(f->out.bytes, NULL, 10));
	run_for(&f->loop, 200);
	assert_true(is_empty(path)); /* gone, or a zombie that nobody has waited for yet */
}

static void a_whole_run_is_stopped(void **state)
{
	struct fixture *f = *state;
	struct detached_spec other = spec_of(f, "sleep 62");
	struct answer a = {0};

	start(f, "true");
	finish(f);
	other.row = 4;
	start_spec(f, &other);
	run_for(&f->loop, 500);
	detached_stop_run(f->remote, f->state, 12, 1000, answer_keep, &a);
	run_until(&f->loop, &a.count, 1, 9000);
	assert_int_equal(a.code, ERROR_NONE);
	assert_int_equal(a.status, 0);
	answer_done(&a);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_ENDED);
	assert_int_equal(f->end.status, 143);
}

static void a_supervisor_without_its_directory_goes_away(void **state)
{
	struct fixture *f = *state;
	char path[64];

	start(f, "sleep 1");
	pid_in(f, "child");
	snprintf(path, sizeof(path), "/proc/%ld/cmdline", pid_in(f, "pid"));
	remove_tree(f->state);
	for (int i = 0; i < 40 && !is_empty(path); i++)
		run_for(&f->loop, 100);
	assert_true(is_empty(path));
}

static void cleaning_spares_what_runs(void **state)
{
	struct fixture *f = *state;
	struct detached_spec other = spec_of(f, "sleep 30");
	struct answer a = {0};
	char path[128];

	start(f, "true");
	finish(f);
	other.row = 4;
	start_spec(f, &other);
	run_for(&f->loop, 500);
	detached_clean(f->remote, f->state, 12, answer_keep, &a);
	run_until(&f->loop, &a.count, 1, 9000);
	assert_string_equal(a.out, "removed 1 kept 1\n");
	detached_stop(f->d, 1000);
	finish(f);
	detached_clean(f->remote, f->state, 12, answer_keep, &a);
	run_until(&f->loop, &a.count, 2, 9000);
	assert_string_equal(a.out, "removed 1 kept 0\n");
	snprintf(path, sizeof(path), "%s/run-12", f->state);
	assert_int_equal(access(path, F_OK), -1);
	answer_done(&a);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		DETACHED_TEST(the_host_keeps_the_deadline),
		DETACHED_TEST(a_watch_that_was_not_needed_is_ended),
		DETACHED_TEST(stopping_ends_it),
		DETACHED_TEST(who_ignores_term_is_killed_with_its_children),
		DETACHED_TEST(a_whole_run_is_stopped),
		DETACHED_TEST(a_supervisor_without_its_directory_goes_away),
		DETACHED_TEST(cleaning_spares_what_runs),
	};

	return UNDER_EVERY_SHELL(tests, argc > 1 ? argv[1] : NULL);
}
