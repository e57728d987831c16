/* The head and the tail of what a host prints. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "ssh/clip.h"
#include "ssh/exec.h"

static void what_fits_is_kept_whole(void **state)
{
	struct clip c;
	struct session_output o;

	(void)state;
	clip_init(&c, 100);
	clip_add(&c, "hello ", 6);
	clip_add(&c, "world", 5);
	clip_read(&c, &o);
	assert_string_equal(o.bytes, "hello world");
	assert_int_equal(o.size, 11);
	assert_int_equal(o.dropped, 0);
	clip_done(&c);
}

static void head_and_tail_are_kept_whatever_the_pieces(void **state)
{
	char all[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)('!' + i % 90);
	for (size_t total = 0; total <= sizeof(all); total += 37)
		for (size_t piece = 1; piece <= 300; piece += 13) {
			struct clip c;
			struct session_output o;

			clip_init(&c, 200);
			for (size_t at = 0; at < total; at += piece)
				clip_add(&c, all + at, total - at < piece ? total - at : piece);
			clip_read(&c, &o);
			assert_int_equal(o.size + o.dropped, total);
			if (total <= 200) {
				assert_memory_equal(o.bytes, all, total);
			} else {
				assert_int_equal(o.size, 200);
				assert_int_equal(o.cut, 100);
				assert_memory_equal(o.bytes, all, 100);
				assert_memory_equal(o.bytes + 100, all + total - 100, 100);
			}
			assert_int_equal(o.bytes[o.size], '\0');
			clip_done(&c);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_is_kept_whole),
		cmocka_unit_test(head_and_tail_are_kept_whatever_the_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
