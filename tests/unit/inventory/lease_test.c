#include "inventory/lease.h"

#include "scratch.h"

#include <signal.h>
#include <sys/wait.h>

static bool count_one(void *ctx, const struct lease *l)
{
	(void)l;
	++*(int *)ctx;
	return true;
}

static int leases(struct scratch *s)
{
	struct error why;
	int n = 0;

	assert_ok(lease_list(s->store, count_one, &n, &why));
	return n;
}

static void one_run_per_standby(void **state)
{
	struct scratch *s = *state;
	struct error why;

	assert_ok(lease_take_standby(s->store, "s1", 7, &s->by, &why));
	assert_false(lease_take_standby(s->store, "s1", 8, &s->by, &why));
	assert_int_equal(why.code, ERROR_BUSY);
	assert_non_null(strstr(why.text, "s1: run 7 of "));
	assert_non_null(strstr(why.text, s->by.user));
	assert_non_null(strstr(why.text, "since 20"));
	assert_ok(lease_take_standby(s->store, "s2", 8, &s->by, &why));
}

static void taking_it_again_is_fine(void **state)
{
	struct scratch *s = *state;
	struct error why;

	assert_ok(lease_take_standby(s->store, "s1", 7, &s->by, &why));
	assert_ok(lease_take_standby(s->store, "s1", 7, &s->by, &why));
	assert_int_equal(leases(s), 1);
}

static void released_it_is_free(void **state)
{
	struct scratch *s = *state;
	struct error why;

	assert_ok(lease_take_standby(s->store, "s1", 7, &s->by, &why));
	assert_ok(lease_release_standby(s->store, "s1", 9, &why));
	assert_int_equal(leases(s), 1);
	assert_ok(lease_release_standby(s->store, "s1", 7, &why));
	assert_ok(lease_take_standby(s->store, "s1", 8, &s->by, &why));
}

static void so_many_per_primary(void **state)
{
	struct scratch *s = *state;
	struct error why;

	assert_ok(lease_take_primary(s->store, "p1", 7, "s1", 2, &s->by, &why));
	assert_ok(lease_take_primary(s->store, "p1", 7, "s1", 2, &s->by, &why));
	assert_ok(lease_take_primary(s->store, "p1", 7, "s2", 2, &s->by, &why));
	assert_false(lease_take_primary(s->store, "p1", 8, "s3", 2, &s->by, &why));
	assert_int_equal(why.code, ERROR_BUSY);
	assert_ok(lease_take_primary(s->store, "p2", 8, "s3", 1, &s->by, &why));
	assert_ok(lease_release_primary(s->store, "p1", 7, "s1", &why));
	assert_ok(lease_take_primary(s->store, "p1", 8, "s3", 2, &s->by, &why));
	/* A primary's lease says nothing about a standby of that name. */
	assert_ok(lease_take_standby(s->store, "p1", 9, &s->by, &why));
	assert_ok(lease_release_run(s->store, 8, &why));
	assert_int_equal(leases(s), 2);
}

/* A process of its own takes the lease and stays until its pipe is closed. */
static pid_t holder(struct scratch *s, int64_t run, int *ret_end)
{
	int ready[2], stay[2];
	char c;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(stay), 0);
	child = fork();
	if (child == 0) {
		struct error why;
		struct store *store = store_open(s->path, STORE_WRITE, &why);
		bool ok = store && lease_take_standby(store, "s1", run, &s->by, &why);

		close(stay[1]);
		if (write(ready[1], ok ? "y" : "n", 1) != 1 || read(stay[0], &c, 1) != 0)
			_exit(2);
		_exit(ok ? 0 : 1);
	}
	close(ready[1]);
	close(stay[0]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(c, 'y');
	close(ready[0]);
	*ret_end = stay[1];
	return child;
}

static bool remember_stale(void *ctx, const struct lease *l)
{
	*(bool *)ctx = l->stale;
	return true;
}

static bool is_stale(struct scratch *s)
{
	struct error why;
	bool stale = false;

	assert_ok(lease_list(s->store, remember_stale, &stale, &why));
	return stale;
}

static void a_living_process_keeps_its_lease(void **state)
{
	struct scratch *s = *state;
	struct error why;
	int end, status;
	pid_t child = holder(s, 7, &end);

	assert_false(lease_take_standby(s->store, "s1", 8, &s->by, &why));
	assert_non_null(strstr(why.text, "at work"));
	assert_false(is_stale(s));
	assert_false(lease_take_over(s->store, 7, true, &s->by, &why));
	assert_int_equal(why.code, ERROR_BUSY);
	close(end);
	waitpid(child, &status, 0);
}

static void a_dead_process_leaves_it_to_recover(void **state)
{
	struct scratch *s = *state;
	struct error why;
	int end, status;
	pid_t child = holder(s, 7, &end);

	kill(child, SIGKILL);
	waitpid(child, &status, 0);
	close(end);
	assert_true(is_stale(s));
	assert_false(lease_take_standby(s->store, "s1", 8, &s->by, &why));
	assert_int_equal(why.code, ERROR_BUSY);
	assert_non_null(strstr(why.text, "pgresync recover"));
	assert_ok(lease_take_over(s->store, 7, false, &s->by, &why));
	assert_false(is_stale(s));
	assert_int_equal(scratch_count(s, "select count(*) from audit where event = 'lease.taken-over'"), 1);
}

static void a_reused_process_number_is_not_the_owner(void **state)
{
	struct scratch *s = *state;
	struct error why;

	assert_ok(lease_take_standby(s->store, "s1", 7, &s->by, &why));
	assert_false(is_stale(s));
	assert_string_equal(scratch_raw(s, "update lease set owner_start = owner_start + 1"), "");
	assert_true(is_stale(s));
	assert_string_equal(scratch_raw(s, "update lease set owner_start = owner_start - 1, owner_boot = 'x'"), "");
	assert_true(is_stale(s));
}

static void another_machines_lease_is_not_judged(void **state)
{
	struct scratch *s = *state;
	struct error why;

	assert_ok(lease_take_standby(s->store, "s1", 7, &s->by, &why));
	assert_string_equal(scratch_raw(s, "update lease set owner_controller = 'elsewhere', owner_pid = 1"), "");
	assert_false(is_stale(s));
	assert_false(lease_take_over(s->store, 7, false, &s->by, &why));
	assert_int_equal(why.code, ERROR_REFUSED);
	assert_non_null(strstr(why.text, "elsewhere"));
	assert_ok(lease_take_over(s->store, 7, true, &s->by, &why));
}

enum { RACERS = 8 };

static void of_many_processes_one_gets_it(void **state)
{
	struct scratch *s = *state;
	int status, winners = 0;
	char *path = s->path;

	for (int64_t run = 1; run <= RACERS; run++)
		if (fork() == 0) {
			struct error why;
			struct store *store = store_open(path, STORE_WRITE, &why);

			if (!store)
				_exit(9);
			if (lease_take_standby(store, "s1", run, &s->by, &why))
				_exit(1);
			_exit(why.code == ERROR_BUSY ? 0 : 8);
		}
	for (int i = 0; i < RACERS; i++) {
		wait(&status);
		assert_true(WEXITSTATUS(status) <= 1);
		winners += WEXITSTATUS(status);
	}
	assert_int_equal(winners, 1);
	assert_int_equal(leases(s), 1);
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		WITH_STORE(one_run_per_standby),
		WITH_STORE(taking_it_again_is_fine),
		WITH_STORE(released_it_is_free),
		WITH_STORE(so_many_per_primary),
		WITH_STORE(a_living_process_keeps_its_lease),
		WITH_STORE(a_dead_process_leaves_it_to_recover),
		WITH_STORE(a_reused_process_number_is_not_the_owner),
		WITH_STORE(another_machines_lease_is_not_judged),
		WITH_STORE(of_many_processes_one_gets_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
