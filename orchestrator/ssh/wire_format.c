#include "ssh/wire_format.h"

#include <string.h>

bool reader_u32(struct reader *r, uint32_t *ret_value)
{
	if (r->left < 4)
		return false;
	*ret_value = (uint32_t)r->at[0] << 24 | (uint32_t)r->at[1] << 16 | (uint32_t)r->at[2] << 8 | r->at[3];
	r->at += 4;
	r->left -= 4;
	return true;
}

bool reader_string(struct reader *r, const unsigned char **ret_bytes, size_t *ret_size)
{
	uint32_t n;

	if (!reader_u32(r, &n) || n > r->left)
		return false;
	*ret_bytes = r->at;
	*ret_size = n;
	r->at += n;
	r->left -= n;
	return true;
}

bool reader_is(struct reader *r, const char *text)
{
	const unsigned char *bytes;
	size_t n;

	return reader_string(r, &bytes, &n) && n == strlen(text) && memcmp(bytes, text, n) == 0;
}

bool write_u32(struct buf *b, uint32_t value)
{
	unsigned char bytes[4] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
				  (unsigned char)(value >> 8), (unsigned char)value};

	return buf_add(b, bytes, sizeof(bytes));
}

bool write_string(struct buf *b, const void *bytes, size_t n)
{
	return n <= UINT32_MAX && write_u32(b, (uint32_t)n) && buf_add(b, bytes, n);
}

bool write_mpint(struct buf *b, const unsigned char *bytes, size_t n)
{
	bool sign;

	while (n && !*bytes) {
		bytes++;
		n--;
	}
	sign = n && (*bytes & 0x80);
	return write_u32(b, (uint32_t)(n + sign)) && (!sign || buf_addc(b, '\0')) && buf_add(b, bytes, n);
}
