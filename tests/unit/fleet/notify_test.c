#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>
#include <cmocka.h>

#include "fleet/notify.h"
#include "inventory/actor.h"
#include "inventory/run.h"
#include "inventory/run_host.h"
#include "inventory/store.h"

struct fixture {
	char dir[64], db[96], program[96], got[96];
	struct store *store;
	int told;
	struct error why;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct error why;

	snprintf(f->dir, sizeof(f->dir), "%s", "/tmp/pgresync-notify-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->db, sizeof(f->db), "%s/pgresync.db", f->dir);
	snprintf(f->program, sizeof(f->program), "%s/program", f->dir);
	snprintf(f->got, sizeof(f->got), "%s/got", f->dir);
	f->store = store_open(f->db, STORE_CREATE, &why);
	assert_non_null(f->store);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;
	char wal[110], shm[110];

	store_close(f->store);
	snprintf(wal, sizeof(wal), "%s-wal", f->db);
	snprintf(shm, sizeof(shm), "%s-shm", f->db);
	unlink(f->db);
	unlink(wal);
	unlink(shm);
	unlink(f->program);
	unlink(f->got);
	rmdir(f->dir);
	free(f);
	return 0;
}

static int64_t failed_run(struct fixture *f)
{
	struct actor by;
	struct run_spec spec = {.kind = "rebuild", .method = "wal-e", .reason = "a \"test\"", .limits = "", .by = &by};
	struct run_target target = {.host = "standby-1", .primary = "primary-1"};
	struct error why;
	int64_t run;

	audit_actor_here(&by);
	assert_true(run_begin(f->store, &spec, &target, 1, &run, &why));
	assert_true(run_set_state(f->store, run, RUN_RUNNING, NULL, &why));
	assert_true(run_host_set_state(f->store, run, "standby-1", RUN_HOST_RUNNING, NULL, &why));
	assert_true(
		run_host_set_state(f->store, run, "standby-1", RUN_HOST_FAILED, "the \x1b[2J archive is empty", &why));
	assert_true(run_set_state(f->store, run, RUN_FAILED, NULL, &why));
	return run;
}

static void the_summary_is_one_line_of_json(void **state)
{
	struct fixture *f = *state;
	struct notify_about about = {.what = "rebuild-stale",
				     .schedule = "nightly",
				     .run = failed_run(f),
				     .exit_status = 2,
				     .text = "failed"};
	const char *host, *why_text;
	json_error_t error;
	struct buf out;
	json_t *j, *h;

	buf_init(&out, 1 << 20);
	notify_summary(&out, f->store, &about);
	assert_ptr_equal(strchr(out.bytes, '\n'), out.bytes + out.used - 1);
	j = json_loads(out.bytes, 0, &error);
	assert_non_null(j);
	assert_string_equal(json_string_value(json_object_get(j, "event")), "summary");
	assert_string_equal(json_string_value(json_object_get(j, "schedule")), "nightly");
	assert_int_equal(json_integer_value(json_object_get(j, "exit_status")), 2);
	assert_string_equal(json_string_value(json_object_get(j, "state")), "failed");
	assert_int_equal(json_array_size(json_object_get(j, "owed")), 0);
	h = json_array_get(json_object_get(j, "hosts"), 0);
	host = json_string_value(json_object_get(h, "host"));
	why_text = json_string_value(json_object_get(h, "why"));
	assert_string_equal(host, "standby-1");
	assert_non_null(strstr(why_text, "archive is empty"));
	json_decref(j);
	buf_done(&out);
}

static void a_run_that_never_began_has_a_summary_too(void **state)
{
	struct fixture *f = *state;
	struct notify_about about = {.what = "rebuild-stale", .exit_status = 78, .text = "no such secret"};
	struct buf out;
	json_t *j;

	buf_init(&out, 1 << 20);
	notify_summary(&out, f->store, &about);
	j = json_loads(out.bytes, 0, NULL);
	assert_non_null(j);
	assert_null(json_object_get(j, "hosts"));
	assert_true(json_is_null(json_object_get(j, "schedule")));
	json_decref(j);
	buf_done(&out);
}

static void only_what_went_wrong_is_worth_telling(void **state)
{
	static const int due[] = {1, 2, 4, 5, 6, 7, 64, 77, 78}, not_due[] = {0, 75, 130};

	(void)state;
	for (size_t i = 0; i < sizeof(due) / sizeof(*due); i++)
		assert_true(notify_is_due(due[i]));
	for (size_t i = 0; i < sizeof(not_due) / sizeof(*not_due); i++)
		assert_false(notify_is_due(not_due[i]));
}

static void told(void *ctx, const struct error *why)
{
	struct fixture *f = ctx;

	f->told++;
	if (why)
		f->why = *why;
}

static void tell(struct fixture *f, const char *does)
{
	FILE *file = fopen(f->program, "w");
	struct buf summary;
	uv_loop_t loop;

	fprintf(file, "#!/bin/sh\n%s\n", does);
	fclose(file);
	chmod(f->program, 0700);
	buf_init(&summary, 1000);
	buf_adds(&summary, "{\"event\":\"summary\"}\n");
	uv_loop_init(&loop);
	f->told = 0;
	f->why = (struct error){0};
	notify_send(&loop, f->program, &summary, told, f);
	assert_int_equal(f->told, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	buf_done(&summary);
	assert_int_equal(f->told, 1);
}

static void the_program_gets_the_summary_on_stdin(void **state)
{
	struct fixture *f = *state;
	char does[200], text[100] = "";
	FILE *file;

	snprintf(does, sizeof(does), "cat >%s", f->got);
	tell(f, does);
	assert_int_equal(f->why.code, ERROR_NONE);
	file = fopen(f->got, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	fclose(file);
	assert_string_equal(text, "{\"event\":\"summary\"}\n");
}

static void a_program_that_fails_is_known(void **state)
{
	struct fixture *f = *state;

	tell(f, "echo no mail today >&2; exit 3");
	assert_non_null(strstr(f->why.text, "exit status 3: no mail today"));
}

#define ANEW(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ANEW(the_summary_is_one_line_of_json),
		ANEW(a_run_that_never_began_has_a_summary_too),
		cmocka_unit_test(only_what_went_wrong_is_worth_telling),
		ANEW(the_program_gets_the_summary_on_stdin),
		ANEW(a_program_that_fails_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
