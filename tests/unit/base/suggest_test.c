#include "base/suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = {"postgresql-primary-1.backend",
				    "postgresql-standby-1.backend",
				    "postgresql-standby-2.backend",
				    "resync",
				    "rebuild-stale",
				    "runs",
				    "audit",
				    "status"};

static void check(const char *word, const char *expected)
{
	struct buf out;

	buf_init(&out, 1000);
	suggest_add(&out, word, names, sizeof(names) / sizeof(*names));
	assert_string_equal(out.bytes, expected);
	buf_done(&out);
}

static void a_slip_of_the_finger_is_understood(void **state)
{
	(void)state;
	check("reysnc", "; did you mean resync?");
	check("statsu", "; did you mean status?");
	check("adit", "; did you mean audit?");
	check("STATUS", "; did you mean status?");
	check("run", "; did you mean runs?");
}

static void the_nearest_comes_first(void **state)
{
	(void)state;
	check("postgresql-standby-2.backed",
	      "; did you mean postgresql-standby-2.backend or postgresql-standby-1.backend?");
}

static void a_part_of_a_name_is_understood(void **state)
{
	(void)state;
	check("standby-2", "; did you mean postgresql-standby-2.backend?");
	check("standby", "; did you mean postgresql-standby-1.backend or postgresql-standby-2.backend?");
}

static void nothing_near_is_nothing_said(void **state)
{
	(void)state;
	check("xyzzy", "");
	check("", "");
	check("st", "");
}

static void never_more_than_three(void **state)
{
	static const char *const many[] = {"db-1", "db-2", "db-3", "db-4", "db-5"};
	const char *near[SUGGEST_MOST];

	(void)state;
	assert_int_equal(suggest_nearest("db-9", many, 5, near), 3);
	assert_string_equal(near[0], "db-1");
	assert_string_equal(near[2], "db-3");
	assert_int_equal(suggest_nearest("db-4", many, 5, near), 3);
	assert_string_equal(near[0], "db-4");
}

static void overlong_words_are_ignored(void **state)
{
	char word[1000];
	const char *near[SUGGEST_MOST], *const one[] = {word};

	(void)state;
	memset(word, 'a', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_int_equal(suggest_nearest(word, one, 1, near), 0);
	assert_int_equal(suggest_nearest("audit", one, 1, near), 0);
	word[255] = '\0';
	assert_int_equal(suggest_nearest(word, one, 1, near), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slip_of_the_finger_is_understood),
		cmocka_unit_test(the_nearest_comes_first),
		cmocka_unit_test(a_part_of_a_name_is_understood),
		cmocka_unit_test(nothing_near_is_nothing_said),
		cmocka_unit_test(never_more_than_three),
		cmocka_unit_test(overlong_words_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
