#include "ssh/base64.h"

#include <string.h>

static int digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

bool base64_read(const char *text, size_t n, unsigned char *ret_bytes, size_t most, size_t *ret_size)
{
	size_t size = 0, padding = 0;

	if (n % 4)
		return false;
	while (padding < 2 && n && text[n - 1] == '=') {
		n--;
		padding++;
	}
	for (size_t i = 0; i < n; i += 4) {
		unsigned bits = 0;
		size_t digits = n - i < 4 ? n - i : 4;

		for (size_t j = 0; j < 4; j++) {
			int value = j < digits ? digit(text[i + j]) : 0;

			if (value < 0)
				return false;
			bits = bits << 6 | (unsigned)value;
		}
		for (size_t j = 0; j + 1 < digits; j++) {
			if (size == most)
				return false;
			ret_bytes[size++] = (unsigned char)(bits >> (16 - 8 * j));
		}
	}
	*ret_size = size;
	return true;
}
