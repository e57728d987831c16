#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000)
/* 2019-12-06 10:11:12.345678 UTC */
#define THEN (INT64_C(1575627072) * SECOND + 345678)

static int in_london(void **state)
{
	(void)state;
	setenv("TZ", "Europe/London", 1);
	tzset();
	clock_fake(THEN, 5000);
	return 0;
}

static int real_again(void **state)
{
	(void)state;
	clock_fake(-1, -1);
	return 0;
}

static int64_t parsed(const char *text)
{
	int64_t us = -1;

	if (!clock_parse(text, &us))
		return -2;
	return us;
}

static void both_clocks_stand_still_when_faked(void **state)
{
	(void)state;
	assert_true(clock_wall_us() == THEN && clock_monotonic_ms() == 5000);
	clock_fake(-1, -1);
	assert_true(clock_wall_us() > THEN && clock_monotonic_ms() > 0);
	clock_fake(THEN, 5000);
}

static void times_are_written_in_utc_and_in_the_local_zone(void **state)
{
	char text[32];

	(void)state;
	assert_string_equal(clock_format_utc(text, sizeof(text), THEN), "2019-12-06T10:11:12.345678Z");
	assert_string_equal(clock_format_utc(text, sizeof(text), 0), "1970-01-01T00:00:00.000000Z");
	assert_string_equal(clock_format_utc(text, sizeof(text), -1), "1969-12-31T23:59:59.999999Z");
	assert_string_equal(clock_format_local(text, sizeof(text), INT64_C(1561974000) * SECOND),
			    "2019-07-01 10:40:00");
}

static void what_is_written_in_utc_is_read_back_to_the_second(void **state)
{
	char text[32];

	(void)state;
	for (int64_t s = 0; s < INT64_C(4000000000); s += 9876543) {
		clock_format_utc(text, sizeof(text), s * SECOND);
		assert_true(parsed(text) == s * SECOND);
	}
}

static void dates_and_times_are_read(void **state)
{
	(void)state;
	assert_true(parsed("2019-12-06") == INT64_C(1575590400) * SECOND);
	assert_true(parsed("2019-12-06 10:11") == INT64_C(1575627060) * SECOND);
	assert_true(parsed("2019-12-06 10:11:12") == INT64_C(1575627072) * SECOND);
	assert_true(parsed("2019-12-06T10:11:12Z") == INT64_C(1575627072) * SECOND);
	/* in summer London is an hour ahead of UTC */
	assert_true(parsed("2019-07-01 10:40") == INT64_C(1561974000) * SECOND);
	assert_true(parsed("2019-07-01T10:40:00Z") == INT64_C(1561977600) * SECOND);
}

static void words_and_spans_are_read(void **state)
{
	(void)state;
	assert_true(parsed("now") == THEN);
	assert_true(parsed("today") == INT64_C(1575590400) * SECOND);
	assert_true(parsed("45s") == THEN - 45 * SECOND);
	assert_true(parsed("30m") == THEN - 1800 * SECOND);
	assert_true(parsed("2h") == THEN - 7200 * SECOND);
	assert_true(parsed("7d") == THEN - 7 * 86400 * SECOND);
	assert_true(parsed("1w") == THEN - 7 * 86400 * SECOND);
}

static void anything_else_is_refused(void **state)
{
	static const char *const bad[] = {"",
					  "x",
					  "7",
					  "d",
					  "-1d",
					  "7dd",
					  "7 d",
					  "2019-13-01",
					  "2019-12-06 ",
					  "2019-12-06 10",
					  "2019-12-06 25:00",
					  "2019-12-06T10:11:12+01",
					  "yesterday",
					  "99999999999999d",
					  "2019-12-06 10:11x"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (parsed(bad[i]) != -2)
			fail_msg("%s was read", bad[i]);
}

static void durations_are_short(void **state)
{
	char text[16];

	(void)state;
	assert_string_equal(clock_format_duration(text, sizeof(text), 7999), "00:07");
	assert_string_equal(clock_format_duration(text, sizeof(text), 252000), "04:12");
	assert_string_equal(clock_format_duration(text, sizeof(text), 3852000), "1:04:12");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_clocks_stand_still_when_faked),
		cmocka_unit_test(times_are_written_in_utc_and_in_the_local_zone),
		cmocka_unit_test(what_is_written_in_utc_is_read_back_to_the_second),
		cmocka_unit_test(dates_and_times_are_read),
		cmocka_unit_test(words_and_spans_are_read),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(durations_are_short),
	};

	return cmocka_run_group_tests(tests, in_london, real_again);
}
