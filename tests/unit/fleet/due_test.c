#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "fleet/due.h"

static int64_t at(const char *utc)
{
	int64_t us;

	assert_true(clock_parse(utc, &us));
	return us;
}

static struct due find(const char *text, const char *from, const char *now, enum schedule_missed missed, bool busy)
{
	struct due_ask ask = {.zone = "UTC", .from_us = at(from), .now_us = at(now), .busy = busy, .missed = missed};
	struct cron cron;
	struct error why;
	struct due due;

	assert_true(cron_parse(text, &cron, &why));
	ask.cron = &cron;
	assert_true(due_find(&ask, &due, &why));
	return due;
}

static void nothing_is_due_before_its_time(void **state)
{
	struct due d = find("30 3 * * *", "2026-11-23T02:00:00Z", "2026-11-23T03:29:59Z", SCHEDULE_ONCE, false);

	(void)state;
	assert_int_equal(d.at_us, 0);
	assert_int_equal(d.n_skipped, 0);
	assert_true(d.next_us == at("2026-11-23T03:30:00Z"));
}

static void a_time_is_on_time_for_a_minute(void **state)
{
	struct due d = find("30 3 * * *", "2026-11-23T02:00:00Z", "2026-11-23T03:30:00Z", SCHEDULE_SKIP, false);

	(void)state;
	assert_true(d.at_us == at("2026-11-23T03:30:00Z") && !d.late && d.n_skipped == 0);
	assert_true(d.next_us == at("2026-11-24T03:30:00Z"));
	d = find("30 3 * * *", "2026-11-23T02:00:00Z", "2026-11-23T03:31:00Z", SCHEDULE_SKIP, false);
	assert_true(d.at_us && !d.late);
	d = find("30 3 * * *", "2026-11-23T02:00:00Z", "2026-11-23T03:31:01Z", SCHEDULE_SKIP, false);
	assert_true(d.at_us == 0 && d.n_skipped == 1);
}

static void what_was_dealt_with_is_not_due_again(void **state)
{
	struct due d = find("30 3 * * *", "2026-11-23T03:30:00Z", "2026-11-23T03:30:20Z", SCHEDULE_ONCE, false);

	(void)state;
	assert_true(d.at_us == 0 && d.n_skipped == 0);
	/* The clock was set back. */
	d = find("30 3 * * *", "2026-11-23T03:30:00Z", "2026-11-23T03:29:00Z", SCHEDULE_ONCE, false);
	assert_true(d.at_us == 0 && d.n_skipped == 0);
}

static void missed_times_are_skipped(void **state)
{
	struct due d = find("0 * * * *", "2026-11-23T00:00:00Z", "2026-11-23T03:30:00Z", SCHEDULE_SKIP, false);

	(void)state;
	assert_int_equal(d.at_us, 0);
	assert_int_equal(d.n_skipped, 3);
	assert_true(d.skipped_us[0] == at("2026-11-23T01:00:00Z") && d.skipped_us[2] == at("2026-11-23T03:00:00Z"));
}

static void missed_times_are_made_up_for_by_one_run(void **state)
{
	struct due d = find("0 * * * *", "2026-11-23T00:00:00Z", "2026-11-23T03:30:00Z", SCHEDULE_ONCE, false);

	(void)state;
	assert_true(d.at_us == at("2026-11-23T03:00:00Z") && d.late);
	assert_int_equal(d.n_skipped, 2);
}

static void while_a_run_is_at_work_times_are_skipped_or_wait(void **state)
{
	struct due d = find("* * * * *", "2026-11-23T00:00:00Z", "2026-11-23T00:03:10Z", SCHEDULE_SKIP, true);

	(void)state;
	assert_int_equal(d.at_us, 0);
	assert_int_equal(d.n_skipped, 3);
	d = find("* * * * *", "2026-11-23T00:00:00Z", "2026-11-23T00:03:10Z", SCHEDULE_ONCE, true);
	assert_int_equal(d.at_us, 0);
	assert_int_equal(d.n_skipped, 2); /* the newest waits for the run to end */
	d = find("* * * * *", "2026-11-23T00:02:00Z", "2026-11-23T00:03:30Z", SCHEDULE_ONCE, false);
	assert_true(d.at_us == at("2026-11-23T00:03:00Z"));
}

static void of_very_many_missed_times_the_newest_are_told(void **state)
{
	struct due d = find("* * * * *", "2020-01-01T00:00:00Z", "2026-11-23T00:03:30Z", SCHEDULE_SKIP, false);

	(void)state;
	assert_int_equal(d.n_skipped, DUE_SKIPPED);
	assert_true(d.at_us == at("2026-11-23T00:03:00Z"));
	assert_true(d.skipped_us[DUE_SKIPPED - 1] == at("2026-11-23T00:02:00Z"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_due_before_its_time),
		cmocka_unit_test(a_time_is_on_time_for_a_minute),
		cmocka_unit_test(what_was_dealt_with_is_not_due_again),
		cmocka_unit_test(missed_times_are_skipped),
		cmocka_unit_test(missed_times_are_made_up_for_by_one_run),
		cmocka_unit_test(while_a_run_is_at_work_times_are_skipped_or_wait),
		cmocka_unit_test(of_very_many_missed_times_the_newest_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
