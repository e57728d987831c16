#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void what_is_added_is_there_with_a_nul_behind(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	assert_string_equal(b.bytes, "");
	assert_true(buf_adds(&b, "one") && buf_addc(&b, ' ') && buf_addf(&b, "%03d", 7) && buf_add(&b, "\0x", 2));
	assert_int_equal(b.used, 9);
	assert_memory_equal(b.bytes, "one 007\0x\0", 10);
	buf_done(&b);
	assert_null(b.bytes);
}

static void the_cap_holds_and_nothing_is_added_by_half(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 5);
	assert_true(buf_adds(&b, "1234"));
	assert_false(buf_adds(&b, "56"));
	assert_string_equal(b.bytes, "1234");
	assert_false(buf_addf(&b, "%d", 56));
	assert_true(buf_addc(&b, '5'));
	assert_false(buf_addc(&b, '6'));
	assert_true(buf_add(&b, "", 0));
	assert_string_equal(b.bytes, "12345");
	buf_done(&b);
}

static void the_front_can_be_dropped(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_adds(&b, "abcdef");
	buf_drop(&b, 2);
	assert_string_equal(b.bytes, "cdef");
	buf_drop(&b, 0);
	assert_string_equal(b.bytes, "cdef");
	buf_drop(&b, 50);
	assert_string_equal(b.bytes, "");
	assert_int_equal(b.used, 0);
	buf_done(&b);
}

static void stolen_bytes_are_the_callers(void **state)
{
	struct buf b;
	char *bytes;

	(void)state;
	buf_init(&b, 100);
	buf_adds(&b, "gold");
	bytes = buf_steal(&b);
	assert_string_equal(bytes, "gold");
	assert_int_equal(b.used, 0);
	assert_int_equal(b.most, 100);
	buf_adds(&b, "new");
	assert_string_equal(b.bytes, "new");
	free(bytes);
	buf_done(&b);
}

static void wiping_overwrites_the_whole_room(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_adds(&b, "a long secret");
	buf_clear(&b);
	buf_adds(&b, "x");
	buf_wipe(&b);
	assert_int_equal(b.used, 0);
	for (size_t i = 0; i < b.room; i++)
		assert_int_equal(b.bytes[i], 0);
	buf_done(&b);
}

static void much_is_taken_in_small_pieces(void **state)
{
	scoped_buf b = {0};

	(void)state;
	buf_init(&b, 1000000);
	for (int i = 0; i < 1000000; i++)
		assert_true(buf_addc(&b, (char)('a' + i % 26)));
	assert_false(buf_addc(&b, 'x'));
	assert_int_equal(b.bytes[999999], 'a' + 999999 % 26);
	assert_int_equal(b.bytes[1000000], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_added_is_there_with_a_nul_behind),
		cmocka_unit_test(the_cap_holds_and_nothing_is_added_by_half),
		cmocka_unit_test(the_front_can_be_dropped),
		cmocka_unit_test(stolen_bytes_are_the_callers),
		cmocka_unit_test(wiping_overwrites_the_whole_room),
		cmocka_unit_test(much_is_taken_in_small_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
