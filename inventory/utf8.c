#include "inventory/utf8.h"

#include <stdint.h>

static bool continues(const uint8_t *p, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return false;
	return true;
}

size_t utf8_at(const char *s, size_t n)
{
	const uint8_t *p = (const uint8_t *)s;

	if (n >= 1 && p[0] < 0x80)
		return 1;
	if (n >= 2 && p[0] >= 0xc2 && p[0] <= 0xdf)
		return continues(p, 2) ? 2 : 0;
	if (n >= 3 && (p[0] & 0xf0) == 0xe0) {
		bool overlong = p[0] == 0xe0 && p[1] < 0xa0, surrogate = p[0] == 0xed && p[1] > 0x9f;

		return continues(p, 3) && !overlong && !surrogate ? 3 : 0;
	}
	if (n >= 4 && p[0] >= 0xf0 && p[0] <= 0xf4) {
		bool overlong = p[0] == 0xf0 && p[1] < 0x90, beyond = p[0] == 0xf4 && p[1] > 0x8f;

		return continues(p, 4) && !overlong && !beyond ? 4 : 0;
	}
	return 0;
}

bool utf8_is_text(const char *s, size_t n)
{
	for (size_t step; n > 0; s += step, n -= step) {
		step = utf8_at(s, n);
		if (step == 0 || *s == '\0')
			return false;
	}
	return true;
}

void utf8_clean(struct buf *out, const char *s, size_t n)
{
	while (n > 0) {
		size_t step = *s == '\0' ? 0 : utf8_at(s, n);

		if (!(step ? buf_add(out, s, step) : buf_adds(out, "\xef\xbf\xbd")))
			return;
		s += step ? step : 1;
		n -= step ? step : 1;
	}
}
