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

#include "base/clock.h"
#include "fleet/cron.h"

#ifndef SOURCE_DIR
#define SOURCE_DIR "."
#endif

static int64_t at(const char *utc)
{
	int64_t us;

	if (!clock_parse(utc, &us))
		fail_msg("bad time %s", utc);
	return us;
}

static void check_next(const char *text, const char *zone, const char *after, const char *expected)
{
	struct cron cron;
	struct error why;
	int64_t next = 0;
	char shown[32];

	if (!cron_parse(text, &cron, &why) || !cron_next(&cron, zone, at(after), &next, &why))
		fail_msg("%s in %s: %s", text, zone, why.text);
	clock_format_utc(shown, sizeof(shown), next);
	shown[19] = 'Z';
	shown[20] = '\0';
	if (strcmp(shown, expected) != 0)
		fail_msg("'%s' in %s after %s: %s, expected %s", text, zone, after, shown, expected);
}

static void next_is_after_and_never_at(void **state)
{
	(void)state;
	check_next("30 3 * * *", "UTC", "2026-11-23T03:29:59Z", "2026-11-23T03:30:00Z");
	check_next("30 3 * * *", "UTC", "2026-11-23T03:30:00Z", "2026-11-24T03:30:00Z");
	check_next("*/15 * * * *", "UTC", "2026-12-31T23:45:00Z", "2027-01-01T00:00:00Z");
	check_next("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z");
	check_next("0 0 29 2 */7", "UTC", "2026-01-01T00:00:00Z", "2032-02-29T00:00:00Z");
	check_next("0 12 * * 7", "UTC", "2026-11-23T00:00:00Z", "2026-11-29T12:00:00Z");
	check_next("0 12 * * fri-sun", "UTC", "2026-11-29T12:00:00Z", "2026-12-04T12:00:00Z");
	check_next("0 4 * JAN,jul Mon", "UTC", "2026-11-23T00:00:00Z", "2027-01-04T04:00:00Z");
}

static void either_day_field_fits_unless_one_begins_with_a_star(void **state)
{
	(void)state;
	check_next("0 0 13 * fri", "UTC", "2026-11-23T00:00:00Z", "2026-11-27T00:00:00Z");
	check_next("0 0 13 * fri", "UTC", "2026-12-12T00:00:00Z", "2026-12-13T00:00:00Z");
	check_next("0 0 */2 * fri", "UTC", "2026-11-28T00:00:00Z", "2026-12-11T00:00:00Z");
	check_next("0 0 13 * */5", "UTC", "2026-11-23T00:00:00Z", "2026-12-13T00:00:00Z");
}

static void shorthands_are_the_usual_ones(void **state)
{
	(void)state;
	check_next("@hourly", "UTC", "2026-11-23T02:10:00Z", "2026-11-23T03:00:00Z");
	check_next("@daily", "UTC", "2026-11-23T02:10:00Z", "2026-11-24T00:00:00Z");
	check_next("@WEEKLY", "UTC", "2026-11-23T02:10:00Z", "2026-11-29T00:00:00Z");
	check_next("@monthly", "UTC", "2026-11-23T02:10:00Z", "2026-12-01T00:00:00Z");
	check_next("@yearly", "UTC", "2026-11-23T02:10:00Z", "2027-01-01T00:00:00Z");
}

static void a_time_that_does_not_exist_fires_once_after_the_gap(void **state)
{
	(void)state;
	check_next("30 1 * * *", "Europe/London", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z");
	check_next("30 1 * * *", "Europe/London", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
	check_next("0,15,30 1 * * *", "Europe/London", "2026-03-29T00:59:00Z", "2026-03-29T01:00:00Z");
	check_next("0,15,30 1 * * *", "Europe/London", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z");
	check_next("30 2 * * *", "America/New_York", "2026-03-08T00:00:00Z", "2026-03-08T07:00:00Z");
	/* Half an hour only, and a whole day. */
	check_next("10 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", "2026-10-03T15:30:00Z");
	check_next("0 12 30 12 *", "Pacific/Apia", "2011-12-29T12:00:00Z", "2011-12-30T10:00:00Z");
}

static void a_time_that_exists_twice_fires_at_the_first(void **state)
{
	(void)state;
	check_next("30 1 * * *", "Europe/London", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z");
	check_next("30 1 * * *", "Europe/London", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
	check_next("30 1 * * *", "Europe/London", "2026-10-25T01:10:00Z", "2026-10-26T01:30:00Z");
	check_next("30 1 * * *", "America/New_York", "2026-11-01T00:00:00Z", "2026-11-01T05:30:00Z");
	/* A change of the standard time itself, which no daylight flag tells. */
	check_next("45 1 7 12 *", "America/Caracas", "2007-12-07T00:00:00Z", "2007-12-07T05:45:00Z");
}

static void every_hour_follows_elapsed_time(void **state)
{
	(void)state;
	check_next("30 * * * *", "Europe/London", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z");
	check_next("30 * * * *", "Europe/London", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00Z");
	check_next("30 * * * *", "Europe/London", "2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z");
}

static void the_zone_of_the_process_is_left_alone(void **state)
{
	(void)state;
	setenv("TZ", "Asia/Tokyo", 1);
	check_next("0 9 * * *", "UTC", "2026-11-23T02:10:00Z", "2026-11-23T09:00:00Z");
	assert_string_equal(getenv("TZ"), "Asia/Tokyo");
	unsetenv("TZ");
	check_next("0 9 * * *", "Asia/Tokyo", "2026-11-23T02:10:00Z", "2026-11-24T00:00:00Z");
	assert_null(getenv("TZ"));
}

static void bad_expressions_are_refused_with_their_column(void **state)
{
	static const struct {
		const char *text, *says;
	} bad[] = {
		{"", "column 1: the minute is missing"},
		{"   ", "column 4: the minute is missing"},
		{"* * * *", "column 8: the day of week is missing"},
		{"60 * * * *", "column 1: minute must be from 0 to 59"},
		{"* 24 * * *", "column 3: hour must be from 0 to 23"},
		{"* * 0 * *", "column 5: day of month must be from 1 to 31"},
		{"* * 32 * *", "column 5: day of month must be from 1 to 31"},
		{"* * * 13 *", "column 7: month must be from 1 to 12"},
		{"* * * * 8", "column 9: day of week must be from 0 to 7"},
		{"* * * foo *", "column 7: a month is expected, not 'foo'"},
		{"* * * january *", "column 7: a month is expected, not 'january'"},
		{"mon * * * *", "column 1: a minute is expected, not 'mon'"},
		{"5/15 * * * *", "column 1: a step needs '*' or a range before it"},
		{"30-10 * * * *", "column 1: the range runs backwards"},
		{"*/0 * * * *", "column 3: step must be from 1"},
		{"*/ * * * *", "column 3: a step is expected"},
		{"1, * * * *", "column 3: a minute is expected"},
		{"1,,2 * * * *", "column 3: a minute is expected"},
		{"1- * * * *", "column 3: a minute is expected"},
		{"-1 * * * *", "column 1: a minute is expected"},
		{"+1 * * * *", "column 1: a minute is expected"},
		{"1.5 * * * *", "column 2: '.5' was not expected in the minute"},
		{"** * * * *", "column 2: '*' was not expected in the minute"},
		{"*5 * * * *", "column 2: '5' was not expected in the minute"},
		{"1x * * * *", "column 2: 'x' was not expected in the minute"},
		{"0 0 * * * *", "column 11: '*' is a sixth field"},
		{"0 0 * * *\n", "column 10: '' was not expected in the day of week"},
		{"0 0 30 2 *", "never fires"},
		{"0 0 31 4,6,9,11 *", "never fires"},
		{"0 0 L * *", "column 5: a day of month is expected, not 'L'"},
		{"0 0 ? * *", "column 5: a day of month is expected, not '?'"},
		{"00000000000000001 * * * *", "column 1: minute must be from 0 to 59"},
		{"99999999999999999999 * * * *", "column 1: minute must be from 0 to 59"},
		{"@reboot", "only @hourly"},
		{"@daily ", "only @hourly"},
		{"\x1b[2J * * * *", "column 1: a minute is expected, not ''"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct cron cron;
		struct error why;

		if (cron_parse(bad[i].text, &cron, &why))
			fail_msg("'%s' was taken", bad[i].text);
		assert_int_equal(why.code, ERROR_USAGE);
		if (!strstr(why.text, bad[i].says))
			fail_msg("'%s': %s, expected %s", bad[i].text, why.text, bad[i].says);
	}
}

static void zones_are_names_of_this_machine_only(void **state)
{
	static const char *const good[] = {"UTC", "Europe/London", "America/Argentina/Buenos_Aires", "Etc/GMT+5"};
	static const char *const bad[] = {
		"",	"Mars/Olympus",	   "../../../etc/passwd",     "/etc/localtime", "Europe",
		"UTC ", "Europe/London\n", "EST5EDT4,M3.2.0,M11.1.0", "Europe//London", "tzdata.zi",
		":UTC"};
	struct error why;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(cron_zone_check(good[i], &why));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (cron_zone_check(bad[i], &why))
			fail_msg("zone '%s' was taken", bad[i]);
		assert_int_equal(why.code, ERROR_CONFIG);
	}
}

/* Random expressions, judged by cron_oracle.py: croniter, systemd-analyze and a walk minute by minute. */
static uint64_t seed;

static unsigned pick(unsigned n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(seed >> 33) % n;
}

static void random_item(char *out, size_t size, unsigned low, unsigned high)
{
	unsigned a = low + pick(high - low + 1), b = a + pick(high - a + 1);

	switch (pick(6)) {
	case 0:
		snprintf(out, size, "*/%u", 1 + pick(high));
		break;
	case 1:
		snprintf(out, size, "%u-%u", a, b);
		break;
	case 2:
		snprintf(out, size, "%u-%u/%u", a, b, 1 + pick(5));
		break;
	case 3:
		snprintf(out, size, "%u,%u", a, low + pick(high - low + 1));
		break;
	default:
		snprintf(out, size, "%u", a);
		break;
	}
}

static void random_expression(char *out, size_t size)
{
	static const unsigned bounds[5][2] = {{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 6}};
	static const unsigned stars[5] = {5, 3, 2, 2, 2}; /* '*' once in so many */
	size_t used = 0;

	for (int i = 0; i < 5; i++) {
		char item[32] = "*";

		if (pick(stars[i]) != 0 && !(i >= 2 && pick(2)))
			random_item(item, sizeof(item), bounds[i][0], bounds[i][1]);
		used += (size_t)snprintf(out + used, size - used, "%s%s", i ? " " : "", item);
	}
}

static void write_case(FILE *f, const char *zone, int64_t after_s)
{
	char text[200];
	struct cron cron;
	struct error why;
	int64_t next;

	random_expression(text, sizeof(text));
	if (!cron_parse(text, &cron, &why))
		return;
	if (!cron_next(&cron, zone, after_s * 1000000, &next, &why))
		fail_msg("%s: %s", text, why.text);
	fprintf(f, "%s|%s|%lld|%lld\n", text, zone, (long long)after_s, (long long)(next / 1000000));
}

static int run_oracle(const char *file)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execl("/usr/bin/python3", "python3", SOURCE_DIR "/tests/unit/fleet/cron_oracle.py", file, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static void thousands_of_random_expressions_agree_with_other_programs(void **state)
{
	static const char *const zones[] = {"Europe/London",	"America/New_York", "Australia/Lord_Howe",
					    "America/St_Johns", "Africa/Cairo",	    "America/Havana",
					    "Pacific/Auckland", "America/Santiago", "Asia/Kathmandu"};
	/* Days on which clocks change somewhere, in 2026. */
	static const char *const days[] = {"2026-03-08", "2026-03-29", "2026-04-05", "2026-04-24", "2026-09-06",
					   "2026-09-27", "2026-10-04", "2026-10-25", "2026-10-30", "2026-11-01"};
	char name[] = "/tmp/pgresync-cron-XXXXXX";
	const char *given = getenv("CRON_SEED");
	FILE *f = fdopen(mkstemp(name), "w");
	int status;

	(void)state;
	assert_non_null(f);
	seed = given ? strtoull(given, NULL, 10) : (uint64_t)clock_wall_us();
	print_message("CRON_SEED=%llu\n", (unsigned long long)seed);
	for (int i = 0; i < 3000; i++)
		write_case(f, "UTC", 1767225600 + (int64_t)pick(4 * 366 * 1440) * 60 + pick(60));
	for (int i = 0; i < 1500; i++) {
		char day[40];

		snprintf(day, sizeof(day), "%sT00:00:00Z", days[pick(10)]);
		write_case(f, zones[pick(9)], at(day) / 1000000 - 86400 + pick(2 * 86400));
	}
	fclose(f);
	status = run_oracle(name);
	unlink(name);
	if (status == 77)
		skip();
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(next_is_after_and_never_at),
		cmocka_unit_test(either_day_field_fits_unless_one_begins_with_a_star),
		cmocka_unit_test(shorthands_are_the_usual_ones),
		cmocka_unit_test(a_time_that_does_not_exist_fires_once_after_the_gap),
		cmocka_unit_test(a_time_that_exists_twice_fires_at_the_first),
		cmocka_unit_test(every_hour_follows_elapsed_time),
		cmocka_unit_test(the_zone_of_the_process_is_left_alone),
		cmocka_unit_test(bad_expressions_are_refused_with_their_column),
		cmocka_unit_test(zones_are_names_of_this_machine_only),
		cmocka_unit_test(thousands_of_random_expressions_agree_with_other_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
