#include "base/printable.h"

#include <langinfo.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "base/utf8.h"

bool printable_utf8(void)
{
	return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

/* Characters that change the order or the look of others, or that nobody sees. */
static bool is_deceptive(uint32_t code)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{0x00ad, 0x00ad}, {0x061c, 0x061c}, {0x115f, 0x1160}, {0x180e, 0x180e},	  {0x200b, 0x200f},
		{0x2028, 0x202e}, {0x2060, 0x206f}, {0x3164, 0x3164}, {0xfeff, 0xfeff},	  {0xffa0, 0xffa0},
		{0xfff0, 0xfffb}, {0xe000, 0xf8ff}, {0xfe00, 0xfe0f}, {0x1d173, 0x1d17a}, {0xe0000, 0x10ffff},
	};

	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

static bool add_control(struct buf *out, unsigned char c, enum printable_form form, bool before_lf)
{
	if (form == PRINTABLE_LINES) {
		if (c == '\n' || c == '\t')
			return buf_addc(out, (char)c);
		if (c == '\r')
			return before_lf || buf_addc(out, '\n');
	}
	if (c == '\n' || c == '\r' || c == '\t')
		return buf_adds(out, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
	return buf_addf(out, "\\x%02x", c);
}

static bool add_bad(struct buf *out, unsigned char c, bool utf8)
{
	return utf8 ? buf_adds(out, "\xef\xbf\xbd") : buf_addf(out, "\\x%02x", c);
}

void printable_add(struct buf *out, const char *text, size_t n, enum printable_form form)
{
	bool utf8 = printable_utf8(), fits = true;

	while (n > 0 && fits) {
		uint32_t code;
		size_t length = utf8_decode(text, n, &code);

		if (code == UTF8_BAD)
			fits = add_bad(out, (unsigned char)*text, utf8);
		else if (code < 0x20 || code == 0x7f)
			fits = add_control(out, (unsigned char)code, form, n > 1 && text[1] == '\n');
		else if (code >= 0x80 && (code < 0xa0 || !utf8 || is_deceptive(code)))
			fits = buf_addf(out, "\\u{%x}", (unsigned)code);
		else
			fits = buf_add(out, text, length);
		text += length;
		n -= length;
	}
}

/* The columns of the character at text, and its bytes. */
static size_t width_at(const char *text, size_t *ret_length)
{
	uint32_t code;
	int width;

	*ret_length = utf8_decode(text, strlen(text), &code);
	if (code < 0x80)
		return code < 0x20 || code == 0x7f ? 0 : 1;
	if (code == UTF8_BAD)
		return 1;
	width = wcwidth((wchar_t)code);
	return width < 0 ? 1 : (size_t)width;
}

size_t printable_width(const char *text)
{
	size_t columns = 0, length;

	for (; *text; text += length)
		columns += width_at(text, &length);
	return columns;
}

/* The bytes of text that fit into so many columns. */
static size_t bytes_within(const char *text, size_t columns)
{
	size_t bytes = 0, length;

	while (text[bytes]) {
		size_t width = width_at(text + bytes, &length);

		if (width > columns)
			break;
		columns -= width;
		bytes += length;
	}
	return bytes;
}

void printable_cut(struct buf *out, const char *text, size_t columns)
{
	const char *dots = printable_utf8() ? "\xe2\x80\xa6" : "...";
	size_t dots_width = printable_utf8() ? 1 : 3;

	if (text[bytes_within(text, columns)] == '\0') {
		buf_adds(out, text);
		return;
	}
	if (columns < dots_width) {
		buf_add(out, "...", columns);
		return;
	}
	buf_add(out, text, bytes_within(text, columns - dots_width));
	buf_adds(out, dots);
}

void printable_pad(struct buf *out, const char *text, size_t columns)
{
	size_t from = out->used;

	printable_cut(out, text, columns);
	for (size_t width = printable_width(out->bytes + from); width < columns; width++)
		buf_addc(out, ' ');
}
