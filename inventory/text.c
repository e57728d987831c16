#include "inventory/text.h"

#include "base/utf8.h"

size_t text_character(const char *s, size_t n)
{
	uint32_t code;
	size_t length = n > 0 ? utf8_decode(s, n, &code) : 0;

	return length == 0 || code == UTF8_BAD || code == 0 ? 0 : length;
}

bool text_is_clean(const char *s, size_t n)
{
	for (size_t step; n > 0; s += step, n -= step) {
		step = text_character(s, n);
		if (step == 0)
			return false;
	}
	return true;
}

void text_add_clean(struct buf *out, const char *s, size_t n)
{
	while (n > 0) {
		size_t step = text_character(s, n);

		if (!(step ? buf_add(out, s, step) : buf_adds(out, "\xef\xbf\xbd")))
			return;
		s += step ? step : 1;
		n -= step ? step : 1;
	}
}
