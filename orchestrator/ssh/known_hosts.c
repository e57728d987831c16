#include "ssh/known_hosts.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ssh/base64.h"
#include "ssh/hmac_sha1.h"

enum { NAME_MOST = 1100 };

struct line {
	struct known_key key;
	char *names; /* the comma list in lower case; NULL: hashed */
	struct hmac_sha1 salted;
	unsigned char hash[HMAC_SHA1_SIZE];
};

struct known_hosts {
	char *file;
	struct line *lines;
	size_t n, room;
	size_t n_bad;
	unsigned first_bad;
};

/* A word of a line: where it begins and how long it is. */
struct word {
	const char *at;
	size_t n;
};

static struct word next_word(const char **at, const char *end)
{
	struct word w;

	while (*at < end && (**at == ' ' || **at == '\t'))
		(*at)++;
	w.at = *at;
	while (*at < end && **at != ' ' && **at != '\t')
		(*at)++;
	w.n = (size_t)(*at - w.at);
	return w;
}

static bool word_is(struct word w, const char *s)
{
	return w.n == strlen(s) && memcmp(w.at, s, w.n) == 0;
}

/* "|1|salt|hash" */
static bool read_hashed(struct line *l, struct word names)
{
	const char *bar = memchr(names.at + 3, '|', names.n - 3);
	unsigned char salt[HMAC_SHA1_SIZE + 4], hash[HMAC_SHA1_SIZE + 4];
	size_t salt_size, hash_size;

	if (!bar)
		return false;
	if (!base64_read(names.at + 3, (size_t)(bar - names.at - 3), salt, sizeof(salt), &salt_size) ||
	    !base64_read(bar + 1, (size_t)(names.at + names.n - bar - 1), hash, sizeof(hash), &hash_size) ||
	    salt_size != HMAC_SHA1_SIZE || hash_size != HMAC_SHA1_SIZE)
		return false;
	hmac_sha1_init(&l->salted, salt, salt_size);
	memcpy(l->hash, hash, sizeof(l->hash));
	return true;
}

static bool read_names(struct line *l, struct word names)
{
	if (!names.n)
		return false;
	if (names.n > 3 && memcmp(names.at, "|1|", 3) == 0)
		return read_hashed(l, names);
	if (names.at[0] == '|')
		return false; /* a kind of hash that we do not know */
	l->names = mem_strndup(names.at, names.n);
	for (char *c = l->names; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return true;
}

/* The blob says its type first; it must be the one before it on the line. */
static bool blob_is(const unsigned char *blob, size_t size, struct word type)
{
	size_t n;

	if (size < 4)
		return false;
	n = (size_t)blob[0] << 24 | (size_t)blob[1] << 16 | (size_t)blob[2] << 8 | blob[3];
	return n == type.n && n <= size - 4 && memcmp(blob + 4, type.at, n) == 0;
}

static bool read_key(struct line *l, struct word type, struct word text)
{
	unsigned char *blob;
	size_t size;

	if (!type.n || !text.n)
		return false;
	blob = mem_alloc(text.n);
	if (!base64_read(text.at, text.n, blob, text.n, &size) || !blob_is(blob, size, type)) {
		free(blob);
		return false;
	}
	l->key.type = mem_strndup(type.at, type.n);
	l->key.blob = blob;
	l->key.size = size;
	return true;
}

static bool read_mark(struct line *l, struct word w)
{
	if (word_is(w, "@revoked"))
		l->key.mark = KNOWN_REVOKED;
	else if (word_is(w, "@cert-authority"))
		l->key.mark = KNOWN_AUTHORITY;
	else
		return false;
	return true;
}

static void line_done(struct line *l)
{
	void *owned;

	memcpy(&owned, &l->key.type, sizeof(owned));
	free(owned);
	memcpy(&owned, &l->key.blob, sizeof(owned));
	free(owned);
	free(l->names);
}

static bool read_line(struct line *l, const char *at, const char *end)
{
	struct word names = next_word(&at, end), type;

	if (names.n && names.at[0] == '@') {
		if (!read_mark(l, names))
			return false;
		names = next_word(&at, end);
	}
	type = next_word(&at, end);
	return read_names(l, names) && read_key(l, type, next_word(&at, end));
}

static bool is_empty(const char *at, const char *end)
{
	struct word w = next_word(&at, end);

	return w.n == 0 || w.at[0] == '#';
}

static void parse_line(struct known_hosts *k, unsigned number, const char *at, const char *end)
{
	struct line l = {.key = {.file = k->file, .line = number}};

	if (end > at && end[-1] == '\r')
		end--;
	if (is_empty(at, end))
		return;
	if (!read_line(&l, at, end)) {
		line_done(&l);
		if (!k->n_bad++)
			k->first_bad = number;
		return;
	}
	if (k->n == k->room) {
		k->room = k->room ? k->room * 2 : 64;
		k->lines = mem_grow(k->lines, k->room, sizeof(*k->lines));
	}
	k->lines[k->n++] = l;
}

struct known_hosts *known_hosts_parse(const char *file, const char *text, size_t size)
{
	struct known_hosts *k = mem_new(struct known_hosts);
	const char *end = text + size;
	unsigned number = 0;

	k->file = mem_strdup(file);
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));

		parse_line(k, ++number, text, stop ? stop : end);
		text = stop ? stop + 1 : end;
	}
	return k;
}

void known_hosts_free(struct known_hosts *k)
{
	if (!k)
		return;
	for (size_t i = 0; i < k->n; i++)
		line_done(&k->lines[i]);
	free(k->lines);
	free(k->file);
	free(k);
}

/* `*` and `?`, no more; iterative, so no pattern can make it slow. */
static bool matches(const char *name, const char *pattern, size_t n)
{
	const char *end = pattern + n, *star = NULL, *again = NULL;

	while (*name) {
		if (pattern < end && (*pattern == '?' || *pattern == *name) && *pattern != '*') {
			pattern++;
			name++;
		} else if (pattern < end && *pattern == '*') {
			star = ++pattern;
			again = name;
		} else if (star) {
			pattern = star;
			name = ++again;
		} else {
			return false;
		}
	}
	while (pattern < end && *pattern == '*')
		pattern++;
	return pattern == end;
}

/* A negated name that matches rules the whole line out. */
static bool line_names(const char *names, const char *name)
{
	bool named = false;

	while (*names) {
		size_t n = strcspn(names, ",");
		bool negated = n && *names == '!';

		if (n && matches(name, names + negated, n - negated)) {
			if (negated)
				return false;
			named = true;
		}
		names += n;
		names += *names == ',';
	}
	return named;
}

static bool line_is_for(const struct line *l, const char *name)
{
	unsigned char hash[HMAC_SHA1_SIZE];

	if (l->names)
		return line_names(l->names, name);
	hmac_sha1_sum(&l->salted, name, strlen(name), hash);
	return memcmp(hash, l->hash, sizeof(hash)) == 0;
}

void known_hosts_find(const struct known_hosts *k, const char *host, unsigned port, known_hosts_fn *found, void *ctx)
{
	char name[NAME_MOST];
	int n = port == 22 ? snprintf(name, sizeof(name), "%s", host) :
			     snprintf(name, sizeof(name), "[%s]:%u", host, port);

	if (n < 0 || (size_t)n >= sizeof(name))
		return;
	for (char *c = name; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	for (size_t i = 0; i < k->n; i++)
		if (line_is_for(&k->lines[i], name))
			found(ctx, &k->lines[i].key);
}

size_t known_hosts_bad_lines(const struct known_hosts *k, unsigned *ret_first)
{
	*ret_first = k->first_bad;
	return k->n_bad;
}
