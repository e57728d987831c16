#include "pg/recovery.h"

#include <inttypes.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/quote.h"
#include "base/redact.h"

static const char mark[] = "# pgresync run ";

/* One line, as PostgreSQL's guc-file.l takes it apart. */
struct setting {
	const char *name, *value; /* into the text; NULL name: a blank or a comment */
	size_t name_size, value_size;
	bool quoted;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end && is_blank(*at))
		at++;
	return at;
}

/* The end of a quoted value that begins at `at`, behind its closing quote; NULL when it is not closed. */
static const char *quoted_end(const char *at, const char *end)
{
	for (at++; at < end; at++) {
		if (*at == '\\' && at + 1 < end)
			at++;
		else if (*at == '\'' && at + 1 < end && at[1] == '\'')
			at++;
		else if (*at == '\'')
			return at + 1;
	}
	return NULL;
}

static const char *plain_end(const char *at, const char *end)
{
	while (at < end && (is_letter(*at) || is_digit(*at) || strchr("-._:/+*", *at)) && *at)
		at++;
	return at;
}

/* False: PostgreSQL would refuse the line. */
static bool take_apart(const char *line, const char *end, struct setting *ret)
{
	const char *at = skip_blanks(line, end), *from = at;

	*ret = (struct setting){0};
	if (at == end || *at == '#')
		return true;
	if (!is_letter(*at))
		return false;
	while (at < end && (is_letter(*at) || is_digit(*at) || *at == '.'))
		at++;
	ret->name_size = (size_t)(at - from);
	at = skip_blanks(at, end);
	if (at < end && *at == '=')
		at = skip_blanks(at + 1, end);
	ret->value = at;
	ret->quoted = at < end && *at == '\'';
	at = ret->quoted ? quoted_end(at, end) : plain_end(at, end);
	if (!at || at == ret->value)
		return false;
	ret->value_size = (size_t)(at - ret->value);
	at = skip_blanks(at, end);
	if (at < end && *at != '#')
		return false;
	ret->name = from;
	return true;
}

static const char *line_end(const char *at, const char *end)
{
	const char *lf = memchr(at, '\n', (size_t)(end - at));

	return lf ? lf : end;
}

/* What the backslash and the letter after it stand for; *at moves to the last byte taken. */
static char unescape(const char **at, const char *end)
{
	static const char letters[] = "bfnrt", meant[] = "\b\f\n\r\t";
	const char *found;
	unsigned octal = 0;
	int digits = 0;

	for (; digits < 3 && *at + digits < end && (*at)[digits] >= '0' && (*at)[digits] <= '7'; digits++)
		octal = octal * 8 + (unsigned)((*at)[digits] - '0');
	if (digits) {
		*at += digits - 1;
		return (char)octal;
	}
	found = **at ? strchr(letters, **at) : NULL;
	return found ? meant[found - letters] : **at;
}

static bool unquote(const struct setting *s, struct buf *ret)
{
	const char *at = s->value, *end = s->value + s->value_size;

	if (!s->quoted)
		return buf_add(ret, at, s->value_size);
	for (at++, end--; at < end; at++) {
		char c = *at;

		if (c == '\\' && at + 1 < end) {
			at++;
			c = unescape(&at, end);
		} else if (c == '\'') {
			at++; /* '' */
		}
		if (!buf_addc(ret, c))
			return false;
	}
	return true;
}

bool recovery_get(const char *text, size_t n, const char *name, struct buf *ret)
{
	const char *end = text + n;
	size_t length = strlen(name);
	struct setting found = {0};

	for (const char *at = text; at < end; at = line_end(at, end) + 1) {
		struct setting s;

		if (take_apart(at, line_end(at, end), &s) && s.name && s.name_size == length &&
		    strncasecmp(s.name, name, length) == 0)
			found = s;
	}
	if (!found.name)
		return false;
	buf_clear(ret);
	return unquote(&found, ret);
}

bool recovery_get_bool(const char *text, size_t n, const char *name, bool when_missing)
{
	static const char *const words[] = {"true", "yes", "on", "1"};
	scoped_buf value = {0};

	buf_init(&value, 64);
	if (!recovery_get(text, n, name, &value))
		return when_missing;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		/* "o" alone could be off as well. */
		bool unique = value.used > (i == 2 ? 1 : 0) && value.used <= strlen(words[i]);

		if (unique && strncasecmp(value.bytes, words[i], value.used) == 0)
			return true;
	}
	return false;
}

bool recovery_check(const char *text, size_t n, struct error *why)
{
	const char *end = text + n;
	unsigned number = 1;

	for (const char *at = text; at < end; at = line_end(at, end) + 1, number++) {
		struct setting s;

		if (!take_apart(at, line_end(at, end), &s))
			return error_set(why, ERROR_HOST, "line %u is not one that PostgreSQL reads", number);
	}
	return true;
}

bool recovery_quote(struct buf *out, const char *value)
{
	if (!buf_addc(out, '\''))
		return false;
	for (; *value; value++) {
		bool fits = *value == '\'' ? buf_adds(out, "''") :
			    *value == '\\' ? buf_adds(out, "\\\\") :
			    *value == '\n' ? buf_adds(out, "\\n") :
					     buf_addc(out, *value);

		if (!fits)
			return false;
	}
	return buf_addc(out, '\'');
}

bool recovery_append(struct buf *out, const char *text, size_t n, int64_t run, const char *name, const char *value)
{
	bool whole_lines = n == 0 || text[n - 1] == '\n';

	return buf_add(out, text, n) && (whole_lines || buf_addc(out, '\n')) &&
	       buf_addf(out, "%s%" PRId64 "\n%s = ", mark, run, name) && recovery_quote(out, value) &&
	       buf_addc(out, '\n');
}

int64_t recovery_marked_run(const char *text, size_t n)
{
	const char *end = text + n;
	size_t length = sizeof(mark) - 1;
	int64_t run = 0;

	for (const char *at = text; at < end; at = line_end(at, end) + 1) {
		size_t left = (size_t)(line_end(at, end) - at);
		int64_t number = 0;

		if (left <= length || left > length + 18 || memcmp(at, mark, length) != 0)
			continue;
		for (size_t i = length; i < left && number >= 0; i++)
			number = is_digit(at[i]) ? number * 10 + (at[i] - '0') : -1;
		if (number > 0)
			run = number;
	}
	return run;
}

/* ---- conninfo ---- */

static PQconninfoOption *parse(const char *conninfo, struct error *why)
{
	PQconninfoOption *options = PQconninfoParse(conninfo, NULL); /* its text would quote the conninfo */

	if (!options)
		error_set(why, ERROR_HOST, "the connection string of the standby cannot be read");
	return options;
}

static bool is_password(const PQconninfoOption *o)
{
	return strcmp(o->keyword, "password") == 0 || strcmp(o->keyword, "sslpassword") == 0;
}

bool recovery_parse_conninfo(const char *conninfo, struct recovery_conninfo *ret, struct error *why)
{
	PQconninfoOption *options = parse(conninfo, why);
	const struct {
		const char *keyword;
		char *place;
		size_t size;
	} wanted[] = {{"host", ret->host, sizeof(ret->host)},
		      {"hostaddr", ret->hostaddr, sizeof(ret->hostaddr)},
		      {"user", ret->user, sizeof(ret->user)},
		      {"application_name", ret->application_name, sizeof(ret->application_name)}};

	*ret = (struct recovery_conninfo){.port = 5432};
	if (!options)
		return false;
	for (PQconninfoOption *o = options; o->keyword; o++) {
		if (!o->val || !*o->val)
			continue;
		for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
			if (strcmp(wanted[i].keyword, o->keyword) == 0)
				snprintf(wanted[i].place, wanted[i].size, "%s", o->val);
		if (strcmp(o->keyword, "port") == 0)
			ret->port = (int)strtol(o->val, NULL, 10);
		ret->has_password = ret->has_password || is_password(o);
	}
	PQconninfoFree(options);
	return true;
}

bool recovery_conninfo_shown(struct buf *out, const char *conninfo, struct error *why)
{
	PQconninfoOption *options = parse(conninfo, why);
	bool fits = true, first = true;

	if (!options)
		return false;
	for (PQconninfoOption *o = options; o->keyword && fits; o++) {
		if (!o->val)
			continue;
		if (is_password(o)) {
			redact_add(o->val, strlen(o->val)); /* seen once, it may turn up in an error text */
			continue;
		}
		fits = buf_addf(out, "%s%s=", first ? "" : " ", o->keyword) && quote_conninfo(out, o->val);
		first = false;
	}
	PQconninfoFree(options);
	return fits || error_set(why, ERROR_HOST, "the connection string of the standby is too long");
}
