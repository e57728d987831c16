#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/exit_status.h"

static void all_good_is_zero(void **state)
{
	(void)state;
	assert_int_equal(exit_status_of_hosts(&(struct exit_counts){.good = 20}), 0);
}

static void one_failure_shows(void **state)
{
	(void)state;
	assert_int_equal(exit_status_of_hosts(&(struct exit_counts){.good = 19, .failed = 1}), 2);
	assert_int_equal(exit_status_of_hosts(&(struct exit_counts){.good = 19, .unreachable = 1}), 4);
	assert_int_equal(exit_status_of_hosts(&(struct exit_counts){.good = 19, .refused = 1}), 5);
	assert_int_equal(exit_status_of_hosts(&(struct exit_counts){.good = 19, .busy = 1}), 75);
}

static void failed_and_unreachable_is_six(void **state)
{
	(void)state;
	assert_int_equal(exit_status_of_hosts(&(struct exit_counts){.failed = 1, .unreachable = 1}), 6);
}

static void what_is_owed_is_loudest(void **state)
{
	(void)state;
	assert_int_equal(exit_status_of_hosts(&(struct exit_counts){
				 .owed = 1, .failed = 3, .unreachable = 1, .cancelled = 2, .refused = 1}),
			 7);
}

static void cancelled_is_louder_than_failed(void **state)
{
	(void)state;
	assert_int_equal(exit_status_of_hosts(&(struct exit_counts){.cancelled = 2, .failed = 3}), 130);
}

static void failed_is_louder_than_refused(void **state)
{
	(void)state;
	assert_int_equal(exit_status_of_hosts(&(struct exit_counts){.failed = 1, .refused = 3, .busy = 1}), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_good_is_zero),
		cmocka_unit_test(one_failure_shows),
		cmocka_unit_test(failed_and_unreachable_is_six),
		cmocka_unit_test(what_is_owed_is_loudest),
		cmocka_unit_test(cancelled_is_louder_than_failed),
		cmocka_unit_test(failed_is_louder_than_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
