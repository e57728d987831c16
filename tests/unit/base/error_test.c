#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void setting_fills_code_and_text_and_is_false(void **state)
{
	struct error why;

	(void)state;
	assert_false(error_set(&why, ERROR_BUSY, "%s has it since %d", "anna", 7));
	assert_int_equal(why.code, ERROR_BUSY);
	assert_string_equal(why.text, "anna has it since 7");
}

static void the_text_grows_outward(void **state)
{
	struct error why;

	(void)state;
	error_set(&why, ERROR_HOST, "exit status %d", 1);
	assert_false(error_in(&why, "restart %s", "PostgreSQL"));
	error_in(&why, "staging-db-2");
	assert_string_equal(why.text, "staging-db-2: restart PostgreSQL: exit status 1");
	assert_int_equal(why.code, ERROR_HOST);
}

static void an_error_may_name_itself(void **state)
{
	struct error why;

	(void)state;
	error_set(&why, ERROR_HOST, "inner");
	error_set(&why, ERROR_TIMEOUT, "outer (%s)", why.text);
	assert_string_equal(why.text, "outer (inner)");
}

static void long_texts_are_cut_not_overrun(void **state)
{
	char text[2000];
	struct error why;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	error_set(&why, ERROR_HOST, "%s", text);
	assert_int_equal(strlen(why.text), sizeof(why.text) - 1);
	error_in(&why, "where");
	assert_int_equal(strlen(why.text), sizeof(why.text) - 1);
	assert_memory_equal(why.text, "where: xxx", 10);
	for (size_t n = sizeof(why.text) - 5; n < sizeof(why.text) + 2; n++) {
		text[n] = '\0';
		error_set(&why, ERROR_HOST, "inner");
		error_in(&why, "%s", text);
		assert_true(strlen(why.text) < sizeof(why.text));
		text[n] = 'x';
	}
}

static void every_code_has_a_name_and_an_exit_status(void **state)
{
	(void)state;
	for (int code = 0; code < ERROR_CODES; code++) {
		const char *name = error_name((enum error_code)code);

		assert_true(*name);
		assert_int_equal(error_by_name(name), code);
		assert_int_equal(error_exit_status((enum error_code)code) == 0, code == ERROR_NONE);
	}
	assert_int_equal(error_by_name("no such"), ERROR_NONE);
	assert_string_equal(error_name(ERROR_CODES), "?");
	assert_int_equal(error_exit_status(ERROR_CODES), 1);
}

static void only_passing_troubles_may_be_retried(void **state)
{
	(void)state;
	assert_true(error_may_retry(ERROR_TIMEOUT) && error_may_retry(ERROR_UNREACHABLE) &&
		    error_may_retry(ERROR_BUSY));
	assert_false(error_may_retry(ERROR_HOST_KEY) || error_may_retry(ERROR_AUTH) || error_may_retry(ERROR_REFUSED) ||
		     error_may_retry(ERROR_OWED) || error_may_retry(ERROR_CODES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(setting_fills_code_and_text_and_is_false),
		cmocka_unit_test(the_text_grows_outward),
		cmocka_unit_test(an_error_may_name_itself),
		cmocka_unit_test(long_texts_are_cut_not_overrun),
		cmocka_unit_test(every_code_has_a_name_and_an_exit_status),
		cmocka_unit_test(only_passing_troubles_may_be_retried),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
