#include "base/utf8.h"

static size_t length_of(unsigned char first, uint32_t *ret_bits)
{
	if (first < 0x80) {
		*ret_bits = first;
		return 1;
	}
	if (first >= 0xc2 && first <= 0xdf) {
		*ret_bits = first & 0x1f;
		return 2;
	}
	if (first >= 0xe0 && first <= 0xef) {
		*ret_bits = first & 0x0f;
		return 3;
	}
	if (first >= 0xf0 && first <= 0xf4) {
		*ret_bits = first & 0x07;
		return 4;
	}
	return 0;
}

size_t utf8_decode(const char *bytes, size_t n, uint32_t *ret_code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t code = 0;
	size_t length = length_of((unsigned char)bytes[0], &code);

	*ret_code = UTF8_BAD;
	if (length == 0 || length > n)
		return 1;
	for (size_t i = 1; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if ((c & 0xc0) != 0x80)
			return 1;
		code = code << 6 | (c & 0x3f);
	}
	if (code < least[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 1;
	*ret_code = code;
	return length;
}

size_t utf8_encode(uint32_t code, char bytes[4])
{
	size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

	for (size_t i = length; i > 1; i--) {
		bytes[i - 1] = (char)(0x80 | (code & 0x3f));
		code >>= 6;
	}
	bytes[0] = (char)(lead[length] | code);
	return length;
}
