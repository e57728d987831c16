#include "base/redact_pattern.h"

#include <string.h>
#include <strings.h>

#include "base/secret.h"

/* Each decision reads at most this far ahead, so that it is the same however a stream is cut. */
enum { HEAD_MOST = 64, USER_MOST = 64, URL_MOST = USER_MOST + SECRET_MOST };

static const char *const names[] = {"password",	       "passwd",     "passphrase",   "secret_access_key",
				    "secretaccesskey", "secret_key", "session_token"};
static const char pem_begin[] = "-----BEGIN ", pem_end[] = "-----END ";

bool redact_pattern_begins(unsigned char first)
{
	return first == 'p' || first == 'P' || first == 's' || first == 'S' || first == ':' || first == '-';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
	return is_blank(c) || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static enum redact_match begin(struct redact_state *s, enum redact_mode then, size_t head, const char *delimiter)
{
	s->mode = REDACT_HEAD;
	s->after_head = then;
	s->head = head;
	memset(s->delimiter, 0, sizeof(s->delimiter));
	memcpy(s->delimiter, delimiter, strlen(delimiter));
	return REDACT_YES;
}

/* The quote that a value opens with: ', ", \' or \" within an outer quote, '' within a .conf file's quotes. */
static enum redact_match begin_value(struct redact_state *s, const char *text, size_t n, size_t at)
{
	char quote[3] = {0};

	if (at + 1 < n && text[at] == '\\' && (text[at + 1] == '\'' || text[at + 1] == '"')) {
		memcpy(quote, text + at, 2);
	} else if (at + 2 < n && text[at] == '\'' && text[at + 1] == '\'' && !is_space(text[at + 2])) {
		memcpy(quote, text + at, 2);
	} else if (at < n && (text[at] == '\'' || text[at] == '"')) {
		quote[0] = text[at];
	}
	return begin(s, REDACT_VALUE, at + strlen(quote), quote);
}

static enum redact_match match_named(struct redact_state *s, const char *text, size_t n, size_t name)
{
	size_t at = name;

	if (at + 1 < n && text[at] == '\\' && text[at + 1] == '"')
		at += 2;
	else if (at < n && (text[at] == '"' || text[at] == '\''))
		at++;
	while (at < n && is_blank(text[at]))
		at++;
	if (at >= n || (text[at] != '=' && text[at] != ':'))
		return REDACT_NO;
	at++;
	while (at < n && is_blank(text[at]))
		at++;
	return at < HEAD_MOST ? begin_value(s, text, n, at) : REDACT_NO;
}

static enum redact_match match_name(struct redact_state *s, const char *text, size_t available, bool final)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t length = strlen(names[i]), n = length < available ? length : available;

		if (strncasecmp(text, names[i], n) != 0)
			continue;
		if (!final && available < HEAD_MOST)
			return REDACT_MORE;
		if (n == length)
			return match_named(s, text, available < HEAD_MOST ? available : HEAD_MOST, length);
	}
	return REDACT_NO;
}

/* How many bytes from `from` on are none of these; the end of what is known counts as one. */
static size_t span(const char *text, size_t from, size_t end, const char *stop)
{
	size_t at = from;

	while (at < end && !strchr(stop, text[at]))
		at++;
	return at;
}

/* scheme://user:password@host */
static enum redact_match match_url(struct redact_state *s, const char *text, size_t available, bool final)
{
	size_t n = available < 3 ? available : 3, most = available < URL_MOST ? available : URL_MOST, colon, at;
	bool undecided = !final && available < URL_MOST;

	if (memcmp(text, "://", n) != 0)
		return REDACT_NO;
	colon = span(text, n, most, " \t\r\n\f\v/@:'\"");
	if (colon == most)
		return undecided && colon <= USER_MOST ? REDACT_MORE : REDACT_NO;
	if (text[colon] != ':' || colon > USER_MOST)
		return REDACT_NO;
	at = span(text, colon + 1, most, " \t\r\n\f\v/@'\"");
	if (at == most)
		return undecided ? REDACT_MORE : REDACT_NO;
	return text[at] == '@' ? begin(s, REDACT_VALUE, colon + 1, "@") : REDACT_NO;
}

static enum redact_match match_pem(struct redact_state *s, const char *text, size_t available, bool final)
{
	size_t n = available < sizeof(pem_begin) - 1 ? available : sizeof(pem_begin) - 1, most;
	const char *end, *key;

	if (memcmp(text, pem_begin, n) != 0)
		return REDACT_NO;
	if (!final && available < HEAD_MOST)
		return REDACT_MORE;
	most = available < HEAD_MOST ? available : HEAD_MOST;
	key = memmem(text, most, "PRIVATE KEY", 11);
	end = most > n ? memmem(text + n, most - n, "-----", 5) : NULL;
	return key && end && key < end ? begin(s, REDACT_PEM, (size_t)(end - text) + 5, "") : REDACT_NO;
}

enum redact_match redact_pattern_match(struct redact_state *s, const char *text, size_t available, bool final)
{
	switch (*text) {
	case ':':
		return match_url(s, text, available, final);
	case '-':
		return match_pem(s, text, available, final);
	default:
		return match_name(s, text, available, final);
	}
}

/* A value in quotes of one character: backslash and a doubled single quote do not end it. */
static enum redact_match quoted_ends(struct redact_state *s, const char *text, size_t available, bool final)
{
	char quote = s->delimiter[0];

	if (*text != '\\' && *text != quote)
		return REDACT_NO;
	if (*text == '"')
		return REDACT_YES;
	if (available < 2)
		return !final ? REDACT_MORE : *text == quote ? REDACT_YES : REDACT_NO;
	if (*text == quote && text[1] != quote)
		return REDACT_YES;
	if (text[1] != '\n' && text[1] != '\r')
		s->head = 2;
	return REDACT_NO;
}

static enum redact_match pem_ends(const char *text, size_t available, bool final)
{
	size_t length = sizeof(pem_end) - 1, n = available < length ? available : length;

	if (memcmp(text, pem_end, n) != 0)
		return REDACT_NO;
	if (n == length)
		return REDACT_YES;
	return final ? REDACT_NO : REDACT_MORE;
}

/* A quote of two characters: \' within an outer quote, or ''. */
static enum redact_match double_quoted_ends(const struct redact_state *s, const char *text, size_t available,
					    bool final)
{
	if (*text != s->delimiter[0])
		return REDACT_NO;
	if (available < 2)
		return final ? REDACT_NO : REDACT_MORE;
	return text[1] == s->delimiter[1] ? REDACT_YES : REDACT_NO;
}

enum redact_match redact_pattern_ends(struct redact_state *s, const char *text, size_t available, bool final)
{
	if (s->mode == REDACT_PEM)
		return pem_ends(text, available, final);
	if (*text == '\n' || *text == '\r')
		return REDACT_YES;
	switch (s->delimiter[0]) {
	case '\0':
		return is_space(*text) || *text == '\'' || *text == '"' ? REDACT_YES : REDACT_NO;
	case '@':
		return *text == '@' ? REDACT_YES : REDACT_NO;
	default:
		return s->delimiter[1] ? double_quoted_ends(s, text, available, final) :
					 quoted_ends(s, text, available, final);
	}
}
