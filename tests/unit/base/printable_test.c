#include "base/printable.h"

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

static int in_utf8(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

static int in_c(void **state)
{
	(void)state;
	return setlocale(LC_CTYPE, "C") ? 0 : -1;
}

static void check(const char *text, enum printable_form form, const char *expected)
{
	struct buf out;

	buf_init(&out, 1000);
	printable_add(&out, text, strlen(text), form);
	assert_string_equal(out.bytes, expected);
	buf_done(&out);
}

static void plain_text_is_unchanged(void **state)
{
	(void)state;
	check("", PRINTABLE_LINE, "");
	check("~ !\"\\ az 19", PRINTABLE_LINE, "~ !\"\\ az 19");
	check("h\303\251 \346\227\245\346\234\254 \360\237\220\230", PRINTABLE_LINE,
	      "h\303\251 \346\227\245\346\234\254 \360\237\220\230");
}

static void controls_become_visible(void **state)
{
	(void)state;
	check("\033[2J\033]0;title\007", PRINTABLE_LINE, "\\x1b[2J\\x1b]0;title\\x07");
	check("\033]52;c;cm0gLXJm\033\\", PRINTABLE_LINES, "\\x1b]52;c;cm0gLXJm\\x1b\\");
	check("a\177\001\037", PRINTABLE_LINE, "a\\x7f\\x01\\x1f");
	check("\302\233 31m", PRINTABLE_LINE, "\\u{9b} 31m");
}

static void lines_are_kept_or_made_visible(void **state)
{
	(void)state;
	check("a\tb\nc\r\n", PRINTABLE_LINE, "a\\tb\\nc\\r\\n");
	check("a\tb\nc\r\n", PRINTABLE_LINES, "a\tb\nc\n");
	/* What a CR would overwrite on a terminal stays to be seen. */
	check("evil command\rharmless", PRINTABLE_LINES, "evil command\nharmless");
	check("evil command\rharmless", PRINTABLE_LINE, "evil command\\rharmless");
}

static void characters_that_deceive_become_visible(void **state)
{
	(void)state;
	check("\342\200\256gpj.exe", PRINTABLE_LINE, "\\u{202e}gpj.exe");
	check("\342\201\246x\342\201\251", PRINTABLE_LINE, "\\u{2066}x\\u{2069}");
	check("a\342\200\213b\357\273\277", PRINTABLE_LINE, "a\\u{200b}b\\u{feff}");
	check("\330\234", PRINTABLE_LINE, "\\u{61c}");
	check("\363\240\201\201", PRINTABLE_LINE, "\\u{e0041}");
}

static void what_is_not_utf8_is_replaced(void **state)
{
	(void)state;
	check("a\377\300\200b\233", PRINTABLE_LINE, "a\357\277\275\357\277\275\357\277\275b\357\277\275");
}

static void without_utf8_everything_is_ascii(void **state)
{
	(void)state;
	check("h\303\251\377\342\202\254\302\233", PRINTABLE_LINE, "h\\u{e9}\\xff\\u{20ac}\\u{9b}");
	assert_int_equal(printable_width("abc"), 3);
}

/* Whatever goes in, no terminal obeys what comes out. */
static void random_bytes_come_out_harmless(void **state)
{
	unsigned seed = 9;

	(void)state;
	for (int round = 0; round < 50000; round++) {
		char bytes[40];
		struct buf out;
		size_t n;

		seed = seed * 1664525 + 1013904223;
		n = (seed >> 8) % sizeof(bytes);
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (char)(seed >> (round % 2 ? 12 : 25));
		}
		buf_init(&out, 1000);
		printable_add(&out, bytes, n, round % 3 ? PRINTABLE_LINE : PRINTABLE_LINES);
		for (size_t i = 0; i < out.used;) {
			uint32_t code;
			bool layout;

			i += utf8_decode(out.bytes + i, out.used - i, &code);
			layout = round % 3 == 0 && (code == '\n' || code == '\t');
			assert_true(code != UTF8_BAD);
			assert_true(code >= 0x20 || layout);
			assert_false(code >= 0x7f && code < 0xa0);
			assert_false(code >= 0x202a && code <= 0x202e);
		}
		buf_done(&out);
	}
}

static void the_cap_holds(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 6);
	printable_add(&out, "ab\033\033\033", 5, PRINTABLE_LINE);
	assert_string_equal(out.bytes, "ab\\x1b");
	buf_done(&out);
}

static void widths_are_columns(void **state)
{
	(void)state;
	assert_int_equal(printable_width(""), 0);
	assert_int_equal(printable_width("abc"), 3);
	assert_int_equal(printable_width("h\303\251"), 2);
	assert_int_equal(printable_width("e\314\201"), 1);
	assert_int_equal(printable_width("\346\227\245\346\234\254"), 4);
}

static void check_cut(const char *text, size_t columns, const char *expected)
{
	struct buf out;

	buf_init(&out, 1000);
	printable_cut(&out, text, columns);
	assert_string_equal(out.bytes, expected);
	assert_true(printable_width(out.bytes) <= columns);
	buf_done(&out);
}

static void long_texts_are_cut_with_a_sign(void **state)
{
	(void)state;
	check_cut("abcdef", 6, "abcdef");
	check_cut("abcdef", 5, "abcd\342\200\246");
	check_cut("abcdef", 1, "\342\200\246");
	check_cut("abcdef", 0, "");
	check_cut("", 0, "");
	check_cut("\346\227\245\346\234\254", 3, "\346\227\245\342\200\246");
	check_cut("\346\227\245\346\234\254", 2, "\342\200\246");
	check_cut("\346\227\245\346\234\254", 4, "\346\227\245\346\234\254");
}

static void without_utf8_the_sign_is_three_dots(void **state)
{
	(void)state;
	check_cut("abcdef", 5, "ab...");
	check_cut("abcdef", 2, "..");
	check_cut("abcdef", 6, "abcdef");
}

static void padding_fills_up_the_columns(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	buf_adds(&out, "x|");
	printable_pad(&out, "\346\227\245", 4);
	buf_adds(&out, "|");
	printable_pad(&out, "abcdef", 4);
	assert_string_equal(out.bytes, "x|\346\227\245  |abc\342\200\246");
	buf_done(&out);
}

#define IN_UTF8(test) cmocka_unit_test_setup(test, in_utf8)
#define IN_C(test) cmocka_unit_test_setup(test, in_c)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_UTF8(plain_text_is_unchanged),
		IN_UTF8(controls_become_visible),
		IN_UTF8(lines_are_kept_or_made_visible),
		IN_UTF8(characters_that_deceive_become_visible),
		IN_UTF8(what_is_not_utf8_is_replaced),
		IN_C(without_utf8_everything_is_ascii),
		IN_UTF8(random_bytes_come_out_harmless),
		IN_UTF8(the_cap_holds),
		IN_UTF8(widths_are_columns),
		IN_UTF8(long_texts_are_cut_with_a_sign),
		IN_C(without_utf8_the_sign_is_three_dots),
		IN_UTF8(padding_fills_up_the_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
