#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <locale.h>
#include <cmocka.h>

#include "ui/text.h"

static void expect_size(int64_t bytes, const char *words)
{
	char text[TEXT_NUMBER];

	assert_string_equal(text_size(text, bytes), words);
}

static void sizes_read_as_postgresql_writes_them(void **state)
{
	(void)state;
	expect_size(-1, "-");
	expect_size(0, "0 B");
	expect_size(999, "999 B");
	expect_size(1024, "1 kB");
	expect_size(16384, "16 kB");
	expect_size(268435456, "256 MB");
	expect_size(1288490188, "1.2 GB");
	expect_size(INT64_C(1) << 40, "1.0 TB");
	expect_size(INT64_MAX, "8192 PB");
}

static void a_size_never_has_four_digits_and_a_unit_that_fits(void **state)
{
	char text[TEXT_NUMBER];

	(void)state;
	expect_size(1023, "1 kB");
	expect_size(1048575, "1.0 MB");
	assert_string_equal(text_rate(text, 32505856), "31 MB/s");
	assert_string_equal(text_rate(text, -1), "-");
}

static void part_and_whole_share_the_unit(void **state)
{
	char text[TEXT_NUMBER];

	(void)state;
	assert_string_equal(text_size_of(text, 62385278157, 98784247808), "58.1/92.0 GB");
	assert_string_equal(text_size_of(text, 0, 37107712), "0.0/35.4 MB");
}

static void durations(void **state)
{
	char text[TEXT_NUMBER];

	(void)state;
	assert_string_equal(text_duration(text, 252000), "04:12");
	assert_string_equal(text_duration(text, 3852000), "1:04:12");
	assert_string_equal(text_duration(text, -1), "-");
}

static void expect_fitted(const char *words, size_t columns, bool right, const char *fitted)
{
	scoped_buf out;

	buf_init(&out, 4096);
	text_add_fitted(&out, words, columns, right);
	assert_string_equal(out.bytes, fitted);
}

static void text_is_fitted_by_columns_not_bytes(void **state)
{
	(void)state;
	expect_fitted("abc", 5, false, "abc  ");
	expect_fitted("abc", 5, true, "  abc");
	expect_fitted("abcdef", 5, false, "abcd…");
	expect_fitted("東京", 5, false, "東京 ");
	expect_fitted("東京都庁", 5, false, "東京…");
	expect_fitted("", 2, false, "  ");
	expect_fitted("abc", 0, false, "");
}

static void escapes_become_visible(void **state)
{
	(void)state;
	assert_int_equal(text_width("\033[31m"), 8);
	expect_fitted("\033]", 6, false, "\\x1b] ");
}

static void words_are_not_said_twice(void **state)
{
	(void)state;
	assert_string_equal(text_without("restart: exit 1", "restart"), "exit 1");
	assert_string_equal(text_without("restarted: exit 1", "restart"), "restarted: exit 1");
	assert_string_equal(text_without("exit 1", "restart"), "exit 1");
	assert_string_equal(text_without(": exit 1", ""), ": exit 1");
	assert_string_equal(text_without("exit 1", NULL), "exit 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_read_as_postgresql_writes_them),
		cmocka_unit_test(a_size_never_has_four_digits_and_a_unit_that_fits),
		cmocka_unit_test(part_and_whole_share_the_unit),
		cmocka_unit_test(durations),
		cmocka_unit_test(text_is_fitted_by_columns_not_bytes),
		cmocka_unit_test(escapes_become_visible),
		cmocka_unit_test(words_are_not_said_twice),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
