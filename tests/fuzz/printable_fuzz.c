/* What comes out is UTF-8 that no terminal obeys, and fits where it is cut to. */
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/printable.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out, cut;

	setlocale(LC_CTYPE, "C.UTF-8");
	buf_init(&out, 12 * size + 1);
	buf_init(&cut, 12 * size + 10);
	printable_add(&out, (const char *)data, size, PRINTABLE_LINE);
	for (size_t i = 0; i < out.used;) {
		uint32_t code;

		i += utf8_decode(out.bytes + i, out.used - i, &code);
		if (code == UTF8_BAD || code < 0x20 || (code >= 0x7f && code < 0xa0) ||
		    (code >= 0x202a && code <= 0x202e))
			abort();
	}
	for (size_t columns = 0; columns < 8; columns++) {
		buf_clear(&cut);
		printable_cut(&cut, out.bytes, columns);
		if (printable_width(cut.bytes) > columns)
			abort();
	}
	buf_done(&out);
	buf_done(&cut);
	return 0;
}
