#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <locale.h>
#include <signal.h>
#include <cmocka.h>

#include "unit/ui/display.h"

static void plain_lines_tell_rows_and_ends(void **state)
{
	struct bench *b = *state;
	struct progress_host h = working("pg-standby-2", 5, 63);

	begin(b, PROGRESS_PLAIN, 1);
	h.bytes = 62385278157;
	h.total = 98784247808;
	h.rate = 32505856;
	h.eta_ms = 100000;
	set_time(b, 1252000);
	set(b, h);
	take(b);
	assert_string_equal(b->bytes.bytes, "04:12 pg-standby-2 5/9 base-backup 63% 58.1/92.0GB 31MB/s eta 01:40\n");
	progress_host_init(&h, "pg-standby-2");
	h.state = PROGRESS_GOOD;
	h.started_ms = 1000000;
	h.ended_ms = 1301000;
	h.lag_bytes = 16384;
	set_time(b, 1301000);
	set(b, h);
	take(b);
	assert_string_equal(b->bytes.bytes, "05:01 pg-standby-2 good after 05:01 lag 16kB\n");
	progress_end(b->p);
}

static void plain_progress_is_sparse(void **state)
{
	struct bench *b = *state;
	int lines = 0;

	begin(b, PROGRESS_PLAIN, 1);
	for (int s = 0; s <= 100; s++) {
		set_time(b, 1000000 + 1000 * s);
		set(b, working("pg-standby-1", 5, s));
		lines += take(b) > 0;
	}
	assert_int_equal(lines, 11);
	/* Time alone earns no line: the percentage must have moved, too. */
	set_time(b, 1200000);
	struct progress_host h = working("pg-standby-1", 5, 100);

	h.last_line = "still at it";
	set(b, h);
	assert_int_equal(take(b), 0);
	progress_end(b->p);
}

static void hosts_bytes_are_harmless_in_plain_lines(void **state)
{
	struct bench *b = *state;
	struct progress_host h = working("pg-standby-1", 3, -1);

	begin(b, PROGRESS_PLAIN, 1);
	h.state = PROGRESS_FAILED;
	h.why = "\033]52;c;cm0gLXJm\a two\nlines";
	set(b, h);
	take(b);
	assert_null(strchr(b->bytes.bytes, '\033'));
	assert_ptr_equal(strchr(b->bytes.bytes, '\n'), b->bytes.bytes + b->bytes.used - 1);
	progress_end(b->p);
}

static void events_are_one_json_object_a_line(void **state)
{
	struct bench *b = *state;
	struct progress_host h = working("pg-standby-1", 5, 63);
	json_t *event;

	begin(b, PROGRESS_JSON, 1);
	h.last_line = "bytes \xff and \"quotes\"";
	set(b, h);
	progress_say(b->p, "a word\nand another");
	take(b);
	char *second = strchr(b->bytes.bytes, '\n') + 1;

	event = json_loadb(b->bytes.bytes, (size_t)(second - b->bytes.bytes), 0, NULL);
	assert_non_null(event);
	assert_int_equal(json_integer_value(json_object_get(event, "schema")), 1);
	assert_int_equal(json_integer_value(json_object_get(event, "seq")), 1);
	assert_int_equal(json_integer_value(json_object_get(event, "run")), 42);
	assert_int_equal(json_integer_value(json_object_get(event, "row")), 5);
	assert_int_equal(json_integer_value(json_object_get(event, "percent")), 63);
	assert_string_equal(json_string_value(json_object_get(event, "host")), "pg-standby-1");
	assert_string_equal(json_string_value(json_object_get(event, "phase")), "base backup");
	assert_null(json_object_get(event, "lag_bytes"));
	json_decref(event);
	event = json_loads(second, 0, NULL);
	assert_int_equal(json_integer_value(json_object_get(event, "seq")), 2);
	assert_string_equal(json_string_value(json_object_get(event, "text")), "a word");
	json_decref(event);
	progress_end(b->p);
}

static void closed_reader_does_not_stop_the_run(void **state)
{
	struct bench *b = *state;

	signal(SIGPIPE, SIG_IGN);
	begin(b, PROGRESS_PLAIN, 1);
	close(b->ours);
	for (int i = 0; i < 100; i++)
		progress_say(b->p, "nobody listens");
	progress_end(b->p);
	b->ours = open("/dev/null", O_RDONLY);
}

static void quiet_says_nothing(void **state)
{
	struct bench *b = *state;

	begin(b, PROGRESS_QUIET, 1);
	set(b, working("pg-standby-1", 5, 63));
	progress_tick(b->p);
	progress_end(b->p);
	assert_int_equal(take(b), 0);
}

static void reason_to_wait_is_told_once(void **state)
{
	struct bench *b = *state;
	struct progress_host h;

	begin(b, PROGRESS_PLAIN, 1);
	progress_host_init(&h, "pg-standby-5");
	h.waiting_for = "pg-primary-2 allows 1 base backup";
	set(b, h);
	take(b);
	assert_string_equal(b->bytes.bytes, "00:00 pg-standby-5 waiting: pg-primary-2 allows 1 base backup\n");
	set(b, h);
	assert_int_equal(take(b), 0);
	progress_end(b->p);
}

static void events_of_progress_come_once_a_second(void **state)
{
	struct bench *b = *state;
	int events = 0;

	begin(b, PROGRESS_JSON, 1);
	for (int i = 0; i < 50; i++) {
		set_time(b, 1000000 + 100 * i);
		set(b, working("pg-standby-1", 5, i));
		events += take(b) > 0;
	}
	assert_int_equal(events, 5);
	progress_end(b->p);
}

int main(void)
{
#define PIPED(test) cmocka_unit_test_setup_teardown(test, open_pipe, close_all)
	const struct CMUnitTest tests[] = {
		PIPED(plain_lines_tell_rows_and_ends),
		PIPED(plain_progress_is_sparse),
		PIPED(hosts_bytes_are_harmless_in_plain_lines),
		PIPED(events_are_one_json_object_a_line),
		PIPED(closed_reader_does_not_stop_the_run),
		PIPED(quiet_says_nothing),
		PIPED(reason_to_wait_is_told_once),
		PIPED(events_of_progress_come_once_a_second),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
