#include "pg/lsn.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Reads up to `most` hexadecimal digits; the number of digits, 0 when there is none. */
static size_t read_hex(const char *text, size_t most, uint32_t *ret)
{
	size_t n = 0;

	*ret = 0;
	for (; n < most; n++) {
		char c = text[n];
		uint32_t digit;

		if (c >= '0' && c <= '9')
			digit = (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			digit = (uint32_t)(c - 'a') + 10;
		else if (c >= 'A' && c <= 'F')
			digit = (uint32_t)(c - 'A') + 10;
		else
			break;
		*ret = *ret << 4 | digit;
	}
	return n;
}

bool lsn_parse(const char *text, lsn_t *ret)
{
	uint32_t high, low;
	size_t n = read_hex(text, 8, &high), m;

	if (n == 0 || text[n] != '/')
		return false;
	m = read_hex(text + n + 1, 8, &low);
	if (m == 0 || text[n + 1 + m])
		return false;
	*ret = (lsn_t)high << 32 | low;
	return true;
}

char *lsn_format(char text[LSN_TEXT], lsn_t lsn)
{
	snprintf(text, LSN_TEXT, "%" PRIX32 "/%" PRIX32, (uint32_t)(lsn >> 32), (uint32_t)lsn);
	return text;
}

int lsn_compare(lsn_t a, lsn_t b)
{
	return a < b ? -1 : a > b;
}

int64_t lsn_ahead_bytes(lsn_t a, lsn_t b)
{
	/* Beyond 2^63 only nonsense is left; it must not turn its sign. */
	if (a >= b)
		return a - b > INT64_MAX ? INT64_MAX : (int64_t)(a - b);
	return b - a > INT64_MAX ? INT64_MIN : -(int64_t)(b - a);
}

bool lsn_segment_size_fits(uint32_t segment_bytes)
{
	return segment_bytes >= 1u << 20 && segment_bytes <= 1u << 30 && (segment_bytes & (segment_bytes - 1)) == 0;
}

char *lsn_segment_name(char name[LSN_SEGMENT_NAME], uint32_t timeline, lsn_t lsn, uint32_t segment_bytes)
{
	uint64_t number = lsn / segment_bytes, per_id = (UINT64_C(1) << 32) / segment_bytes;

	snprintf(name, LSN_SEGMENT_NAME, "%08" PRIX32 "%08" PRIX32 "%08" PRIX32, timeline, (uint32_t)(number / per_id),
		 (uint32_t)(number % per_id));
	return name;
}

bool lsn_parse_segment(const char *name, uint32_t segment_bytes, uint32_t *ret_timeline, lsn_t *ret_begin)
{
	uint32_t id, number;

	if (strlen(name) != LSN_SEGMENT_NAME - 1 || strspn(name, "0123456789ABCDEF") != LSN_SEGMENT_NAME - 1)
		return false;
	read_hex(name, 8, ret_timeline);
	read_hex(name + 8, 8, &id);
	read_hex(name + 16, 8, &number);
	if (number >= (UINT64_C(1) << 32) / segment_bytes)
		return false;
	*ret_begin = (lsn_t)id << 32 | (lsn_t)number * segment_bytes;
	return true;
}
