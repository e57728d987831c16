#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/owed.h"
#include "inventory/actor.h"
#include "inventory/journal.h"
#include "inventory/lease.h"
#include "inventory/run.h"
#include "inventory/store.h"

struct fixture {
	char dir[64], db[96];
	struct store *store;
	struct actor by;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct error why;

	snprintf(f->dir, sizeof(f->dir), "/tmp/pgresync-owed-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->db, sizeof(f->db), "%s/pgresync.db", f->dir);
	f->store = store_open(f->db, STORE_CREATE, &why);
	assert_non_null(f->store);
	audit_actor_here(&f->by);
	*state = f;
	return 0;
}

static int end(void **state)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	struct fixture *f = *state;
	char path[120];

	store_close(f->store);
	for (int i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", f->db, suffixes[i]);
		unlink(path);
	}
	rmdir(f->dir);
	free(f);
	return 0;
}

static void note(struct store *s, const struct actor *by, int64_t run, const char *hold, enum journal_kind kind)
{
	struct journal_entry entry = {.run = run,
				      .host = "standby-1",
				      .row_name = hold,
				      .kind = kind,
				      .phase = JOURNAL_ENDED,
				      .outcome = JOURNAL_OK,
				      .exit_status = 0,
				      .duration_ms = 1};
	struct error why;

	if (!journal_write(s, by, &entry, &why))
		fail_msg("%s", why.text);
}

/* A run that works on standby-1 and holds its key open. */
static int64_t hold_something(struct store *s, const struct actor *by)
{
	struct run_spec spec = {.kind = "resync", .method = "wal-e", .reason = "x", .limits = "", .by = by};
	struct run_target target = {.host = "standby-1", .primary = "primary-1"};
	struct journal_entry begun = {.host = "standby-1",
				      .row_name = "GPG key open",
				      .kind = JOURNAL_TAKE,
				      .phase = JOURNAL_BEGUN,
				      .exit_status = JOURNAL_NO_STATUS,
				      .duration_ms = -1};
	struct error why;
	int64_t run;

	if (!run_begin(s, &spec, &target, 1, &run, &why) || !run_set_state(s, run, RUN_RUNNING, NULL, &why) ||
	    !lease_take_standby(s, "standby-1", run, by, &why))
		fail_msg("%s", why.text);
	begun.run = run;
	if (!journal_write(s, by, &begun, &why))
		fail_msg("%s", why.text);
	return run;
}

static size_t count_owed(struct fixture *f)
{
	struct held_list owed;
	struct error why;
	size_t n;

	assert_true(owed_read(f->store, &owed, &why));
	n = owed.count;
	assert_int_equal(owed_has_host(&owed, "standby-1"), n > 0);
	assert_false(owed_has_host(&owed, "standby-2"));
	held_list_done(&owed);
	return n;
}

static void what_a_living_run_holds_is_not_owed(void **state)
{
	struct fixture *f = *state;
	int64_t run = hold_something(f->store, &f->by), at_work;
	struct error why;

	assert_int_equal(count_owed(f), 0);
	assert_true(owed_run_at_work(f->store, "standby-1", &at_work, &why));
	assert_int_equal(at_work, run);
	assert_true(owed_run_at_work(f->store, "standby-2", &at_work, &why));
	assert_int_equal(at_work, 0);
}

static void what_an_ended_run_holds_is_owed_until_it_is_given_back(void **state)
{
	struct fixture *f = *state;
	int64_t run = hold_something(f->store, &f->by);
	struct error why;

	assert_true(run_set_state(f->store, run, RUN_FAILED, NULL, &why));
	assert_int_equal(count_owed(f), 1);
	note(f->store, &f->by, run, "GPG key open", JOURNAL_GIVE);
	assert_int_equal(count_owed(f), 0);
}

/* The process that did it is gone without a word. */
static void what_a_dead_run_holds_is_owed(void **state)
{
	struct fixture *f = *state;
	int64_t at_work;
	struct error why;
	pid_t pid;
	int status;

	store_close(f->store);
	pid = fork();
	if (pid == 0) {
		struct store *s = store_open(f->db, STORE_WRITE, &why);

		hold_something(s, &f->by);
		store_close(s);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	f->store = store_open(f->db, STORE_WRITE, &why);
	assert_int_equal(count_owed(f), 1);
	assert_true(owed_run_at_work(f->store, "standby-1", &at_work, &why));
	assert_int_equal(at_work, 0);
}

static void an_open_key_is_loud(void **state)
{
	struct held held = {.run = 42, .host = (char[]){"standby-1"}, .hold = (char[]){"GPG key open"}, .since_us = 1};
	char text[OWED_LINE];

	(void)state;
	assert_non_null(strstr(owed_line(text, &held), "standby-1: GPG KEY UNPROTECTED since"));
	assert_non_null(strstr(text, "(run 42)"));
	held.hold = (char[]){"puppet off"};
	held.last_error = (char[]){"no route to host"};
	assert_non_null(strstr(owed_line(text, &held), "standby-1: puppet off since"));
	assert_non_null(strstr(text, ": no route to host"));
}

#define ANEW(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ANEW(what_a_living_run_holds_is_not_owed),
		ANEW(what_an_ended_run_holds_is_owed_until_it_is_given_back),
		ANEW(what_a_dead_run_holds_is_owed),
		cmocka_unit_test(an_open_key_is_loud),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
