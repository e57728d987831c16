#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>
#include <locale.h>
#include <cmocka.h>

#include "ui/report.h"
#include "unit/ui/golden.h"

#define AS_FOUND                                                                                          \
	.key_protected = REPORT_LEFT_YES, .conf_reverted = REPORT_LEFT_YES, .puppet_on = REPORT_LEFT_YES, \
	.collectd_running = REPORT_LEFT_YES

static const struct report_host hosts[] = {
	{.name = "pg-standby-1", .state = PROGRESS_GOOD, AS_FOUND, .took_ms = 240000, .lag_bytes = 16384},
	{.name = "pg-standby-2", .state = PROGRESS_GOOD, AS_FOUND, .took_ms = 301000, .lag_bytes = 0},
	{.name = "pg-standby-3",
	 .state = PROGRESS_FAILED,
	 AS_FOUND,
	 .at = "3/9 GPG key open",
	 .why = "gpg exit 2: Bad passphrase",
	 .took_ms = 7000,
	 .lag_bytes = -1},
	{.name = "pg-standby-4",
	 .state = PROGRESS_FAILED,
	 .owed = true,
	 .at = "4/9 restoring",
	 .why = "no answer",
	 .key_protected = REPORT_LEFT_NO,
	 .conf_reverted = REPORT_LEFT_UNKNOWN,
	 .puppet_on = REPORT_LEFT_NO,
	 .collectd_running = REPORT_LEFT_NOT_TOUCHED,
	 .took_ms = 8000,
	 .lag_bytes = -1},
	{.name = "pg-standby-5",
	 .state = PROGRESS_UNREACHABLE,
	 .why = "no route to host",
	 .key_protected = REPORT_LEFT_NOT_TOUCHED,
	 .conf_reverted = REPORT_LEFT_NOT_TOUCHED,
	 .puppet_on = REPORT_LEFT_NOT_TOUCHED,
	 .collectd_running = REPORT_LEFT_NOT_TOUCHED,
	 .took_ms = -1,
	 .lag_bytes = -1},
	{.name = "pg-standby-6",
	 .state = PROGRESS_UNREACHABLE,
	 .why = "no route to host",
	 .key_protected = REPORT_LEFT_NOT_TOUCHED,
	 .conf_reverted = REPORT_LEFT_NOT_TOUCHED,
	 .puppet_on = REPORT_LEFT_NOT_TOUCHED,
	 .collectd_running = REPORT_LEFT_NOT_TOUCHED,
	 .took_ms = -1,
	 .lag_bytes = -1},
};

static struct report sample(size_t n)
{
	return (struct report){.run = 42,
			       .what = "resync",
			       .took_ms = 401000,
			       .exit_status = 7,
			       .hosts = hosts,
			       .n_hosts = n,
			       .utf8 = true};
}

static void summary_looks_as_ever(void **state)
{
	struct report r = sample(6);
	scoped_buf text;

	(void)state;
	buf_init(&text, GOLDEN_MOST);
	report_render(&r, &text);
	golden_expect("ui/report.txt", &text);
}

static void equal_ends_share_a_line(void **state)
{
	struct report r = sample(6);
	scoped_buf text;

	(void)state;
	buf_init(&text, GOLDEN_MOST);
	report_render(&r, &text);
	assert_non_null(strstr(text.bytes, "2 pg-standby-[5-6]  unreachable: no route to host"));
	assert_non_null(strstr(text.bytes, "2 pg-standby-[1-2]  good, slowest 05:01, lag at most 16 kB"));
}

static void failures_come_first_and_apart_when_their_causes_differ(void **state)
{
	struct report r = sample(6);
	scoped_buf text;

	(void)state;
	buf_init(&text, GOLDEN_MOST);
	report_render(&r, &text);
	assert_non_null(strstr(text.bytes, "1 pg-standby-3  failed at 3/9 GPG key open after 00:07: gpg exit 2"));
	assert_non_null(strstr(text.bytes, "1 pg-standby-4  failed at 4/9 restoring"));
	assert_true(strstr(text.bytes, "pg-standby-3") < strstr(text.bytes, "pg-standby-[1-2]"));
}

/* What is gathered must be equal in all that is said of it. */
static void different_ends_stand_apart(void **state)
{
	struct report_host two[] = {hosts[4], hosts[5]};
	struct report r = {.run = 1, .what = "resync", .hosts = two, .n_hosts = 2};
	scoped_buf text;

	(void)state;
	buf_init(&text, GOLDEN_MOST);
	two[1].why = "connection refused";
	report_render(&r, &text);
	assert_non_null(strstr(text.bytes, "connection refused"));
	assert_non_null(strstr(text.bytes, "no route to host"));
	two[1] = hosts[5];
	two[1].puppet_on = REPORT_LEFT_NO;
	buf_clear(&text);
	report_render(&r, &text);
	assert_non_null(strstr(text.bytes, "puppet still off"));
	assert_non_null(strstr(text.bytes, "not touched"));
}

static void expect_left(const struct report_host *h, const char *words)
{
	scoped_buf text;

	buf_init(&text, 4096);
	report_add_left(&text, h);
	assert_string_equal(text.bytes, words);
}

static void left_as_found_says_the_worst(void **state)
{
	(void)state;
	expect_left(&hosts[0], "yes (key protected, recovery.conf reverted, puppet on, collectd running)");
	expect_left(&hosts[3], "no (key still open, recovery.conf unknown, puppet still off)");
	expect_left(&hosts[4], "not touched");
	expect_left(&(struct report_host){0},
		    "unknown (key unknown, recovery.conf unknown, puppet unknown, collectd unknown)");
	/* Owed beats a "yes" in all four. */
	expect_left(&(struct report_host){.owed = true, AS_FOUND},
		    "no (key protected, recovery.conf reverted, puppet on, collectd running)");
}

static void what_is_owed_names_recover(void **state)
{
	struct report r = sample(6);
	scoped_buf all, good;

	(void)state;
	buf_init(&all, GOLDEN_MOST);
	buf_init(&good, GOLDEN_MOST);
	report_render(&r, &all);
	assert_non_null(strstr(all.bytes, "next: pgresync recover\n"));
	r = sample(3);
	report_render(&r, &good);
	assert_null(strstr(good.bytes, "pgresync recover"));
	assert_non_null(strstr(good.bytes, "pgresync runs log 42 pg-standby-3\n"));
}

static void json_is_one_line_with_everything(void **state)
{
	struct report r = sample(6);
	scoped_buf text;
	json_t *parsed, *host;

	(void)state;
	buf_init(&text, GOLDEN_MOST);
	report_json(&r, &text);
	assert_ptr_equal(strchr(text.bytes, '\n'), text.bytes + text.used - 1);
	parsed = json_loads(text.bytes, 0, NULL);
	assert_non_null(parsed);
	assert_int_equal(json_integer_value(json_object_get(parsed, "exit_status")), 7);
	assert_int_equal(json_array_size(json_object_get(parsed, "hosts")), 6);
	host = json_array_get(json_object_get(parsed, "hosts"), 3);
	assert_true(json_is_true(json_object_get(host, "owed")));
	assert_string_equal(json_string_value(json_object_get(json_object_get(host, "left_as_found"), "all")), "no");
	assert_string_equal(json_string_value(json_object_get(json_object_get(host, "left_as_found"), "puppet_on")),
			    "no");
	json_decref(parsed);
}

static void text_of_a_host_is_harmless(void **state)
{
	struct report_host h = {
		.name = "pg-1", .state = PROGRESS_FAILED, .why = "\033]52;c;x\a\nmore", .took_ms = -1, .lag_bytes = -1};
	struct report r = {.run = 1, .what = "resync", .hosts = &h, .n_hosts = 1};
	scoped_buf text;

	(void)state;
	buf_init(&text, GOLDEN_MOST);
	report_render(&r, &text);
	assert_null(strchr(text.bytes, '\033'));
	assert_null(strchr(text.bytes, '\a'));
	assert_non_null(strstr(text.bytes, "\\nmore\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(summary_looks_as_ever),
		cmocka_unit_test(equal_ends_share_a_line),
		cmocka_unit_test(failures_come_first_and_apart_when_their_causes_differ),
		cmocka_unit_test(different_ends_stand_apart),
		cmocka_unit_test(left_as_found_says_the_worst),
		cmocka_unit_test(what_is_owed_names_recover),
		cmocka_unit_test(json_is_one_line_with_everything),
		cmocka_unit_test(text_of_a_host_is_harmless),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
