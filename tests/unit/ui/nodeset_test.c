#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "ui/nodeset.h"

enum { NAMES_MOST = 64 };

/* Folds the comma-separated names. */
static void expect(const char *names, const char *folded)
{
	scoped_mem char *copy = mem_strdup(names);
	const char *list[NAMES_MOST];
	char *rest = copy;
	scoped_buf out;
	size_t n = 0;

	buf_init(&out, 4096);
	for (char *name; *names != '\0' && (name = strsep(&rest, ",")) != NULL;)
		list[n++] = name;
	nodeset_fold(&out, list, n);
	assert_string_equal(out.bytes, folded);
}

static void neighbours_fold_into_ranges(void **state)
{
	(void)state;
	expect("pg-1,pg-2,pg-3,pg-5", "pg-[1-3,5]");
	expect("pg-5,pg-3,pg-2,pg-1", "pg-[1-3,5]");
	expect("pg-9,pg-10,pg-11", "pg-[9-11]");
}

static void one_name_stays(void **state)
{
	(void)state;
	expect("", "");
	expect("pg-7", "pg-7");
	expect("primary", "primary");
	expect("7", "7");
}

static void suffix_is_kept(void **state)
{
	(void)state;
	expect("pg-1.carr,pg-2.carr", "pg-[1-2].carr");
	expect("pg-1.carr,pg-2.6dg", "pg-1.carr,pg-2.6dg");
	expect("pg-1.6dg,pg-2.6dg,pg-3.6dg", "pg-[1-3].6dg");
}

static void number_that_differs_is_folded(void **state)
{
	(void)state;
	expect("db1-standby-1,db2-standby-1,db3-standby-1", "db[1-3]-standby-1");
	expect("a1b1,a1b2,a2b9", "a1b[1-2],a2b9");
}

static void padding_is_kept(void **state)
{
	(void)state;
	expect("pg-01,pg-02,pg-03", "pg-[01-03]");
	expect("pg-09,pg-10", "pg-[09-10]");
	expect("pg-1,pg-01", "pg-1,pg-01");
}

static void order_of_first_appearance(void **state)
{
	(void)state;
	expect("z-2,a-1,z-1", "z-[1-2],a-1");
}

static void same_name_twice_is_shown_once(void **state)
{
	(void)state;
	expect("pg-1,pg-1", "pg-1");
	expect("plain,plain", "plain");
	expect("pg-1,pg-2,pg-1", "pg-[1-2]");
}

static void long_numbers_are_text(void **state)
{
	(void)state;
	expect("h-12345678901234567890,h-12345678901234567891", "h-12345678901234567890,h-12345678901234567891");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neighbours_fold_into_ranges),
		cmocka_unit_test(one_name_stays),
		cmocka_unit_test(suffix_is_kept),
		cmocka_unit_test(number_that_differs_is_folded),
		cmocka_unit_test(padding_is_kept),
		cmocka_unit_test(order_of_first_appearance),
		cmocka_unit_test(same_name_twice_is_shown_once),
		cmocka_unit_test(long_numbers_are_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
