#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void every_code_point_survives_the_round_trip(void **state)
{
	(void)state;
	for (uint32_t code = 1; code <= 0x10ffff; code++) {
		char bytes[4];
		uint32_t back;
		size_t n;

		if (code >= 0xd800 && code <= 0xdfff)
			continue;
		n = utf8_encode(code, bytes);
		if (utf8_decode(bytes, n, &back) != n || back != code)
			fail_msg("U+%04X", (unsigned)code);
		if (n > 1 && (utf8_decode(bytes, n - 1, &back) != 1 || back != UTF8_BAD))
			fail_msg("U+%04X cut short", (unsigned)code);
	}
}

static void forms_that_are_not_allowed_are_bad(void **state)
{
	static const char *const bad[] = {"\200",
					  "\277",
					  "\300\200",
					  "\301\277",
					  "\340\200\200",
					  "\340\237\277",
					  "\355\240\200",
					  "\355\277\277",
					  "\360\200\200\200",
					  "\360\217\277\277",
					  "\364\220\200\200",
					  "\365\200\200\200",
					  "\377",
					  "\303(",
					  "\342\202(",
					  "\360\237\220("};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		uint32_t code;

		assert_int_equal(utf8_decode(bad[i], strlen(bad[i]), &code), 1);
		assert_true(code == UTF8_BAD);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_survives_the_round_trip),
		cmocka_unit_test(forms_that_are_not_allowed_are_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
