#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <locale.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "base/printable.h"
#include "ui/table.h"

static const struct table_column columns[] = {{"host", false, false}, {"lag", true, false}, {"words", false, true}};

static struct table *sample(unsigned width, bool color)
{
	struct table *t = table_new(columns, 3, width, color);

	table_add_row(t, PAINT_PLAIN,
		      (const char *const[]){"pg-standby-1", "16 kB", "streaming from its primary, all is well"});
	table_add_row(t, PAINT_BAD, (const char *const[]){"pg-standby-2", "1.2 GB", NULL});
	return t;
}

static void columns_stand_below_each_other(void **state)
{
	scoped_buf out;

	(void)state;
	buf_init(&out, 65536);
	table_end(sample(0, false), &out);
	assert_string_equal(out.bytes, "host             lag  words\n"
				       "pg-standby-1   16 kB  streaming from its primary, all is well\n"
				       "pg-standby-2  1.2 GB\n");
}

static void narrow_window_cuts_what_may_be_cut(void **state)
{
	scoped_buf out;

	(void)state;
	buf_init(&out, 65536);
	table_end(sample(40, false), &out);
	assert_non_null(strstr(out.bytes, "pg-standby-1   16 kB  streaming"));
	assert_null(strstr(out.bytes, "all is well"));
	for (const char *at = out.bytes, *end; (end = strchr(at, '\n')) != NULL; at = end + 1) {
		scoped_mem char *line = mem_strndup(at, (size_t)(end - at));

		assert_in_range(printable_width(line), 1, 40);
	}
}

static const char *with_choice(unsigned width, struct buf *out)
{
	static const struct table_column some[] = {{"name", false, 0}, {"first", false, 3}, {"then", false, 2}};
	struct table *t = table_new(some, 3, width, false);

	table_add_row(t, PAINT_PLAIN, (const char *const[]){"pg-1", "123456", "abcdef"});
	buf_clear(out);
	table_end(t, out);
	return out->bytes;
}

static void narrow_window_leaves_columns_out_in_their_order(void **state)
{
	scoped_buf out;

	(void)state;
	buf_init(&out, 65536);
	assert_string_equal(with_choice(20, &out), "name  first   then\npg-1  123456  abcdef\n");
	assert_string_equal(with_choice(19, &out), "name  then\npg-1  abcdef\n");
	assert_string_equal(with_choice(12, &out), "name  then\npg-1  abcdef\n");
	assert_string_equal(with_choice(11, &out), "name\npg-1\n");
	assert_string_equal(with_choice(3, &out), "name\npg-1\n");
	assert_string_equal(with_choice(0, &out), "name  first   then\npg-1  123456  abcdef\n");
}

/* The widest gives first, so that a name stays readable beside a long text. */
static void widest_column_is_cut_first(void **state)
{
	static const struct table_column both[] = {{"host", false, true}, {"words", false, true}};
	struct table *t = table_new(both, 2, 50, false);
	scoped_buf out;

	(void)state;
	buf_init(&out, 65536);
	table_add_row(t, PAINT_PLAIN,
		      (const char *const[]){"postgresql-standby-1.carrenza",
					    "a long text of what went wrong on that host, and why"});
	table_end(t, &out);
	assert_non_null(strstr(out.bytes, "…"));
	assert_non_null(strstr(out.bytes, "postgresql-standby-1"));
}

static void table_without_rows_says_nothing(void **state)
{
	scoped_buf out;

	(void)state;
	buf_init(&out, 65536);
	table_end(table_new(columns, 3, 80, false), &out);
	assert_string_equal(out.bytes, "");
}

static void colour_only_when_wanted(void **state)
{
	scoped_buf with, without;

	(void)state;
	buf_init(&with, 65536);
	buf_init(&without, 65536);
	table_end(sample(0, true), &with);
	table_end(sample(0, false), &without);
	assert_non_null(strstr(with.bytes, "\033[31m"));
	assert_null(strchr(without.bytes, '\033'));
}

static void cells_cannot_move_the_cursor(void **state)
{
	struct table *t = table_new(columns, 3, 0, false);
	scoped_buf out;

	(void)state;
	buf_init(&out, 65536);
	table_add_row(t, PAINT_PLAIN, (const char *const[]){"a\033[2Jb", "1\n2", "\xff\a"});
	table_end(t, &out);
	assert_null(strchr(out.bytes, '\033'));
	assert_null(strchr(out.bytes, '\a'));
	assert_non_null(strstr(out.bytes, "1\\n2"));
}

static void wide_letters_count_two_columns(void **state)
{
	struct table *t = table_new(columns, 2, 0, false);
	scoped_buf out;

	(void)state;
	buf_init(&out, 65536);
	table_add_row(t, PAINT_PLAIN, (const char *const[]){"東京", "1"});
	table_add_row(t, PAINT_PLAIN, (const char *const[]){"abcd", "2"});
	table_end(t, &out);
	assert_non_null(strstr(out.bytes, "東京    1\nabcd    2\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_stand_below_each_other),
		cmocka_unit_test(narrow_window_cuts_what_may_be_cut),
		cmocka_unit_test(narrow_window_leaves_columns_out_in_their_order),
		cmocka_unit_test(widest_column_is_cut_first),
		cmocka_unit_test(table_without_rows_says_nothing),
		cmocka_unit_test(colour_only_when_wanted),
		cmocka_unit_test(cells_cannot_move_the_cursor),
		cmocka_unit_test(wide_letters_count_two_columns),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
