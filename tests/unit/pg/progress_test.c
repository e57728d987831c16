#include "pg/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct progress fed(const char *text, size_t chunk)
{
	size_t n = strlen(text);
	struct progress p;

	progress_init(&p);
	for (size_t at = 0; at < n; at += chunk)
		progress_feed(&p, text + at, n - at < chunk ? n - at : chunk);
	return p;
}

static const char whole_run[] = "Password: "
				"    0/36237 kB (0%), 0/1 tablespace (...tgresql/9.3/main.sync/backup_label)\r"
				"18118/36237 kB (50%), 0/1 tablespace (/var/lib/postgresql/9.3/main.sync/base/1)\r"
				"36237/36237 kB (100%), 1/1 tablespace                                         \r\n"
				"NOTICE:  pg_stop_backup complete, all required WAL segments have been archived\n"
				"pg_basebackup: base backup completed\n";

static void a_whole_run_is_followed_however_it_is_cut(void **state)
{
	(void)state;
	for (size_t chunk = 1; chunk < sizeof(whole_run); chunk++) {
		struct progress p = fed(whole_run, chunk);

		assert_int_equal(p.prompts, 1);
		assert_true(p.seen && p.complete && !p.waits_for_archive);
		assert_int_equal(p.done_kb, 36237);
		assert_int_equal(p.total_kb, 36237);
		assert_int_equal(p.percent, 100);
		assert_int_equal(p.tablespaces_done, 1);
		assert_int_equal(p.tablespaces, 1);
	}
}

static void each_line_counts_when_its_cr_comes(void **state)
{
	struct progress p;

	(void)state;
	progress_init(&p);
	assert_false(progress_feed(&p, "18118/36237 kB (50%), 0/2 tablespaces", 37));
	assert_false(p.seen);
	assert_true(progress_feed(&p, "\r", 1));
	assert_int_equal(p.percent, 50);
	assert_int_equal(p.tablespaces, 2);
	assert_false(progress_feed(&p, "\r\r\n", 3));
}

static void prompts_are_seen_at_once_and_counted(void **state)
{
	struct progress p;

	(void)state;
	progress_init(&p);
	assert_false(progress_feed(&p, "Password:", 9));
	assert_int_equal(p.prompts, 0);
	assert_true(progress_feed(&p, " ", 1));
	assert_int_equal(p.prompts, 1);
	assert_true(progress_feed(&p, "\r\nPassword: ", 12));
	assert_int_equal(p.prompts, 2);
	for (int i = 0; i < 1000; i++)
		progress_feed(&p, "Password: ", 10);
	assert_int_equal(p.prompts, 1002);
}

static void a_prompt_in_the_middle_of_a_line_is_none(void **state)
{
	(void)state;
	assert_int_equal(fed("the word Password: is not asked\n", 3).prompts, 0);
	assert_int_equal(fed("xPassword: \n", 1).prompts, 0);
}

static void an_end_needs_its_line(void **state)
{
	(void)state;
	assert_false(fed("36237/36237 kB (100%), 1/1 tablespace\r\n", 9).complete);
	assert_false(fed("pg_basebackup: base backup completed", 9).complete);
	assert_true(fed("pg_basebackup: base backup completed\n", 9).complete);
}

static void waiting_for_the_archive_is_told(void **state)
{
	(void)state;
	assert_true(
		fed("WARNING:  pg_stop_backup still waiting for all required WAL segments to be archived (60 seconds "
		    "elapsed)\n",
		    7)
			.waits_for_archive);
	assert_true(
		fed("WARNING:  still waiting for all required WAL segments to be archived (60 seconds elapsed)\n", 7)
			.waits_for_archive);
}

static void hostile_output_does_no_harm(void **state)
{
	char *text = malloc(2000001);
	struct progress p;

	(void)state;
	memset(text, 'x', 2000000);
	text[2000000] = '\0';
	p = fed(text, 1000);
	assert_int_equal(p.prompts, 0);
	progress_feed(&p, "\n36237/36237 kB (100%), 1/1 tablespace\r", 39);
	assert_true(p.seen);
	free(text);
	p = fed("999999999999999999999999/99999999999999999999 kB (99999999999%), 1/1 tablespace\r", 5);
	assert_in_range(p.percent, 0, 100);
	p = fed("5/4 kB (125%), 1/1 tablespace\r-5/4 kB (-125%), 1/1 tablespace\r", 5);
	assert_int_equal(p.percent, 0);
	progress_init(&p);
	progress_feed(&p, "\0\0\0Password: \n", 14);
	assert_int_equal(p.prompts, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_run_is_followed_however_it_is_cut),
		cmocka_unit_test(each_line_counts_when_its_cr_comes),
		cmocka_unit_test(prompts_are_seen_at_once_and_counted),
		cmocka_unit_test(a_prompt_in_the_middle_of_a_line_is_none),
		cmocka_unit_test(an_end_needs_its_line),
		cmocka_unit_test(waiting_for_the_archive_is_told),
		cmocka_unit_test(hostile_output_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
