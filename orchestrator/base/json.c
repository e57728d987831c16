#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* An assert that no build leaves out: half a document must not be taken for a whole one. */
static void must(bool right)
{
	if (!right) {
		fputs("pgresync: bug: JSON value in the wrong place\n", stderr);
		abort();
	}
}

static void put(struct json *j, const char *bytes, size_t n)
{
	if (j->fits && !buf_add(j->out, bytes, n))
		j->fits = false;
}

static void puts_in(struct json *j, const char *s)
{
	put(j, s, strlen(s));
}

/* Before each value and each key. */
static void separate(struct json *j, bool is_key)
{
	bool in_object = j->depth > 0 && j->closer[j->depth - 1] == '}';

	if (j->after_key) {
		must(!is_key);
		j->after_key = false;
		return;
	}
	must(is_key == in_object);
	must(j->depth > 0 || !j->has_values[0]);
	if (j->has_values[j->depth])
		puts_in(j, ",");
	j->has_values[j->depth] = true;
}

void json_begin(struct json *j, struct buf *out)
{
	*j = (struct json){.out = out, .fits = true};
}

bool json_end(struct json *j)
{
	must(j->depth == 0 && !j->after_key && j->has_values[0]);
	return j->fits;
}

static void open_level(struct json *j, const char *opener, char closer)
{
	separate(j, false);
	must(j->depth < JSON_DEPTH_MOST);
	puts_in(j, opener);
	j->closer[j->depth++] = closer;
	j->has_values[j->depth] = false;
}

static void close_level(struct json *j, char closer)
{
	must(j->depth > 0 && j->closer[j->depth - 1] == closer && !j->after_key);
	j->depth--;
	put(j, &closer, 1);
}

void json_open_object(struct json *j)
{
	open_level(j, "{", '}');
}

void json_close_object(struct json *j)
{
	close_level(j, '}');
}

void json_open_array(struct json *j)
{
	open_level(j, "[", ']');
}

void json_close_array(struct json *j)
{
	close_level(j, ']');
}

static void put_escaped(struct json *j, uint32_t code)
{
	static const char letters[] = "\b\f\n\r\t\"\\", names[] = "bfnrt\"\\";
	const char *letter = code && code < 0x80 ? strchr(letters, (int)code) : NULL;
	char text[8];

	if (letter)
		snprintf(text, sizeof(text), "\\%c", names[letter - letters]);
	else
		snprintf(text, sizeof(text), "\\u%04x", (unsigned)(code & 0xffff));
	puts_in(j, text);
}

/* DEL, C1 and the two line separators of JavaScript are escaped too: the text may be looked at in a terminal. */
static bool needs_escape(uint32_t code)
{
	return code < 0x20 || code == '"' || code == '\\' || (code >= 0x7f && code <= 0x9f) || code == 0x2028 ||
	       code == 0x2029;
}

static void put_string(struct json *j, const char *s, size_t n)
{
	puts_in(j, "\"");
	while (n > 0) {
		uint32_t code;
		size_t length = utf8_decode(s, n, &code);

		if (code == UTF8_BAD)
			puts_in(j, "\xef\xbf\xbd");
		else if (needs_escape(code))
			put_escaped(j, code);
		else
			put(j, s, length);
		s += length;
		n -= length;
	}
	puts_in(j, "\"");
}

void json_key(struct json *j, const char *key)
{
	separate(j, true);
	put_string(j, key, strlen(key));
	puts_in(j, ":");
	j->after_key = true;
}

void json_add_string(struct json *j, const char *s)
{
	if (s)
		json_add_bytes(j, s, strlen(s));
	else
		json_add_null(j);
}

void json_add_bytes(struct json *j, const char *s, size_t n)
{
	separate(j, false);
	put_string(j, s, n);
}

void json_add_number(struct json *j, int64_t n)
{
	char text[32];

	separate(j, false);
	snprintf(text, sizeof(text), "%" PRId64, n);
	puts_in(j, text);
}

void json_add_unsigned(struct json *j, uint64_t n)
{
	char text[32];

	separate(j, false);
	snprintf(text, sizeof(text), "%" PRIu64, n);
	puts_in(j, text);
}

void json_add_real(struct json *j, double x)
{
	char text[40];
	char *comma;

	separate(j, false);
	if (!isfinite(x)) {
		puts_in(j, "null");
		return;
	}
	snprintf(text, sizeof(text), "%.15g", x);
	comma = strchr(text, ','); /* a locale's decimal comma is not JSON */
	if (comma)
		*comma = '.';
	puts_in(j, text);
}

void json_add_bool(struct json *j, bool b)
{
	separate(j, false);
	puts_in(j, b ? "true" : "false");
}

void json_add_null(struct json *j)
{
	separate(j, false);
	puts_in(j, "null");
}

void json_put_string(struct json *j, const char *key, const char *s)
{
	json_key(j, key);
	json_add_string(j, s);
}

void json_put_number(struct json *j, const char *key, int64_t n)
{
	json_key(j, key);
	json_add_number(j, n);
}

void json_put_bool(struct json *j, const char *key, bool b)
{
	json_key(j, key);
	json_add_bool(j, b);
}
