#include "support.h"

#include "base/mem.h"
#include "remote/capture.h"

static void what_fits_is_whole(void **state)
{
	struct capture c;
	size_t size;
	uint64_t dropped;

	(void)state;
	capture_init(&c, 10);
	capture_add(&c, "01234", 5);
	capture_add(&c, "56789", 5);
	assert_string_equal(capture_text(&c, &size, &dropped), "0123456789");
	assert_int_equal(size, 10);
	assert_int_equal(dropped, 0);
	capture_done(&c);
}

/* Against the plain definition: the first half and the last half of everything. */
static void head_and_tail_are_exact_for_all_pieces(void **state)
{
	char all[500];

	(void)state;
	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)('a' + i * 7 % 26);
	for (size_t most = 2; most < 60; most += 3)
		for (size_t piece = 1; piece < 130; piece += 4)
			for (size_t n = most; n < sizeof(all); n += 61) {
				struct capture c;
				size_t size;
				uint64_t dropped;
				const char *text;

				capture_init(&c, most);
				for (size_t at = 0; at < n; at += piece)
					capture_add(&c, all + at, n - at < piece ? n - at : piece);
				text = capture_text(&c, &size, &dropped);
				assert_int_equal(size, most);
				assert_int_equal(dropped, n - most);
				assert_memory_equal(text, all, most / 2);
				assert_memory_equal(text + most / 2, all + n - (most - most / 2), most - most / 2);
				capture_done(&c);
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_is_whole),
		cmocka_unit_test(head_and_tail_are_exact_for_all_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
