#include "pg/lsn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MB = 1 << 20 };

static void what_is_formatted_is_parsed_back(void **state)
{
	static const struct {
		const char *text;
		lsn_t lsn;
	} known[] = {{"0/0", 0},
		     {"16/B374D848", UINT64_C(0x16B374D848)},
		     {"FFFFFFFF/FFFFFFFF", UINT64_MAX},
		     {"0/3000000", 0x3000000},
		     {"A/B", UINT64_C(0xA0000000B)}};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		char text[LSN_TEXT];
		lsn_t lsn = 1;

		assert_true(lsn_parse(known[i].text, &lsn));
		assert_true(lsn == known[i].lsn);
		assert_string_equal(lsn_format(text, lsn), known[i].text);
	}
}

static void lower_case_and_leading_zeros_are_read(void **state)
{
	lsn_t lsn;

	(void)state;
	assert_true(lsn_parse("00000016/b374d848", &lsn));
	assert_true(lsn == UINT64_C(0x16B374D848));
}

static void anything_else_is_refused(void **state)
{
	static const char *const bad[] = {"",	   "/",		  "0",		 "0/",	 "/0",	 " 0/0",  "0/0 ",
					  "0/0\n", "0x1/0",	  "g/0",	 "0/g",	 "0//0", "0/0/0", "-1/0",
					  "1/-1",  "123456789/0", "0/123456789", "+1/0", "1.0/0"};
	lsn_t lsn;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(lsn_parse(bad[i], &lsn));
}

static void comparing_and_subtracting_keep_the_sign(void **state)
{
	(void)state;
	assert_true(lsn_compare(1, 2) < 0 && lsn_compare(2, 1) > 0 && lsn_compare(7, 7) == 0);
	assert_true(lsn_compare(UINT64_MAX, 0) > 0);
	assert_int_equal(lsn_ahead_bytes(100, 60), 40);
	assert_int_equal(lsn_ahead_bytes(60, 100), -40);
	assert_true(lsn_ahead_bytes(UINT64_C(0x200000000), UINT64_C(0x1FFFFFFFF)) == 1);
	assert_true(lsn_ahead_bytes(UINT64_MAX, 0) == INT64_MAX);
	assert_true(lsn_ahead_bytes(0, UINT64_MAX) == INT64_MIN);
}

static void segments_are_named_as_postgresql_names_them(void **state)
{
	char name[LSN_SEGMENT_NAME];

	/* Checked with pg_walfile_name() of a server with such segments. */
	(void)state;
	assert_string_equal(lsn_segment_name(name, 1, UINT64_C(0x16B374D848), 16 * MB), "0000000100000016000000B3");
	assert_string_equal(lsn_segment_name(name, 0xAB, 0x3000000, 16 * MB), "000000AB0000000000000003");
	assert_string_equal(lsn_segment_name(name, 1, 0x2FFFFFF, 16 * MB), "000000010000000000000002");
	assert_string_equal(lsn_segment_name(name, 2, UINT64_C(0x500100000), 1 * MB), "000000020000000500000001");
	assert_string_equal(lsn_segment_name(name, 2, UINT64_C(0x5C0000000), 1024u * MB), "000000020000000500000003");
}

static void a_name_is_read_back(void **state)
{
	static const uint32_t sizes[] = {1 * MB, 16 * MB, 64 * MB, 1024u * MB};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		for (lsn_t lsn = 0; lsn < UINT64_C(1) << 44; lsn = lsn * 3 + 12345678) {
			char name[LSN_SEGMENT_NAME];
			uint32_t timeline = 0;
			lsn_t begin = 0;

			lsn_segment_name(name, 7, lsn, sizes[i]);
			assert_true(lsn_parse_segment(name, sizes[i], &timeline, &begin));
			assert_int_equal(timeline, 7);
			assert_true(begin <= lsn && lsn - begin < sizes[i]);
		}
}

static void names_that_are_no_segments_are_refused(void **state)
{
	static const char *const bad[] = {"",
					  "00000001",
					  "00000002.history",
					  "00000001000000000000000G",
					  "000000010000000000000001.partial",
					  "0000000100000000000001FF",
					  "0000000100000000000000010",
					  "00000001000000000000000a"};
	uint32_t timeline;
	lsn_t begin;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(lsn_parse_segment(bad[i], 16 * MB, &timeline, &begin));
	assert_true(lsn_parse_segment("0000000100000000000001FF", 4 * MB, &timeline, &begin));
}

static void segment_sizes_are_powers_of_two(void **state)
{
	(void)state;
	assert_true(lsn_segment_size_fits(1 * MB) && lsn_segment_size_fits(1024u * MB));
	assert_false(lsn_segment_size_fits(0) || lsn_segment_size_fits(MB / 2) || lsn_segment_size_fits(2048u * MB) ||
		     lsn_segment_size_fits(3 * MB));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_formatted_is_parsed_back),
		cmocka_unit_test(lower_case_and_leading_zeros_are_read),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(comparing_and_subtracting_keep_the_sign),
		cmocka_unit_test(segments_are_named_as_postgresql_names_them),
		cmocka_unit_test(a_name_is_read_back),
		cmocka_unit_test(names_that_are_no_segments_are_refused),
		cmocka_unit_test(segment_sizes_are_powers_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
