#include "base/redact_known.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "base/redact.h"
#include "base/secret.h"

enum { ARENA_BYTES = 64 * 1024, SHORTEST = 4 };

/* The forms stand in pages that are locked, left out of core dumps and overwritten at the end. */
struct arena {
	struct arena *next;
	size_t used;
	char bytes[ARENA_BYTES];
};

struct form {
	const char *bytes; /* in an arena */
	size_t n;
	size_t next; /* 1 + the index of the next form with the same first byte; 0: none */
};

static struct arena *arenas;
static struct form *forms;
static size_t n_forms, room_for_forms;
static size_t begins[256]; /* 1 + the index of a form with this first byte; 0: none */

/* Where a form is put together; on the stack, wiped by its user. */
struct scratch {
	size_t n;
	char bytes[REDACT_KNOWN_MOST];
};

static void put(struct scratch *s, char c)
{
	if (s->n < sizeof(s->bytes))
		s->bytes[s->n++] = c;
}

static char *arena_room(size_t n)
{
	if (!arenas || arenas->used + n > ARENA_BYTES) {
		struct arena *a = mmap(NULL, sizeof(*a), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (a == MAP_FAILED)
			a = mem_alloc((size_t)-1); /* says so and aborts: a secret that is not known could leak */
		mlock(a, sizeof(*a));
		madvise(a, sizeof(*a), MADV_DONTDUMP);
		a->next = arenas;
		arenas = a;
	}
	arenas->used += n;
	return arenas->bytes + arenas->used - n;
}

static void remember(const char *bytes, size_t n)
{
	char *copy;

	if (n < SHORTEST)
		return;
	for (size_t i = 0; i < n_forms; i++)
		if (forms[i].n == n && memcmp(forms[i].bytes, bytes, n) == 0)
			return;
	if (n_forms == room_for_forms) {
		room_for_forms = room_for_forms * 2 + 16;
		forms = mem_grow(forms, room_for_forms, sizeof(*forms));
	}
	copy = arena_room(n);
	memcpy(copy, bytes, n);
	forms[n_forms++] = (struct form){copy, n, begins[(unsigned char)*bytes]};
	begins[(unsigned char)*bytes] = n_forms;
}

/* The bytes with a prefix before each byte out of `special`: \' of conninfo and bash, '' of SQL and .conf files. */
static void escape_with(const char *bytes, size_t n, const char *special, char prefix, struct scratch *ret)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] && strchr(special, bytes[i]))
			put(ret, prefix == '\'' ? bytes[i] : prefix);
		put(ret, bytes[i]);
	}
}

static void remember_escaped(const char *bytes, size_t n)
{
	struct scratch once = {0}, twice = {0};

	escape_with(bytes, n, "'\\", '\\', &once); /* conninfo */
	remember(once.bytes, once.n);
	escape_with(once.bytes, once.n, "'", '\'', &twice); /* conninfo within a .conf file's quotes */
	remember(twice.bytes, twice.n);
	twice.n = 0;
	escape_with(once.bytes, once.n, "'\\", '\\', &twice); /* the same, escaped the other way */
	remember(twice.bytes, twice.n);
	once.n = 0;
	escape_with(bytes, n, "'", '\'', &once); /* SQL literal */
	remember(once.bytes, once.n);
	once.n = 0;
	escape_with(bytes, n, " \t'\"\\$&;|<>()*?[]#~=%!{}^`,:@", '\\', &once); /* bash's printf %q at its widest */
	remember(once.bytes, once.n);
	once.n = 0;
	escape_with(bytes, n, "\\:", '\\', &once); /* .pgpass */
	remember(once.bytes, once.n);
	explicit_bzero(&once, sizeof(once));
	explicit_bzero(&twice, sizeof(twice));
}

static void puts_in(struct scratch *s, const char *text)
{
	for (; *text; text++)
		put(s, *text);
}

/* What stands between the outer quotes that quote_sh() adds. */
static void remember_shell(const char *bytes, size_t n)
{
	struct scratch shell = {0};

	for (size_t i = 0; i < n; i++) {
		if (bytes[i] == '\'')
			puts_in(&shell, "'\\''");
		else
			put(&shell, bytes[i]);
	}
	remember(shell.bytes, shell.n);
	explicit_bzero(&shell, sizeof(shell));
}

static void remember_json(const char *bytes, size_t n)
{
	struct scratch json = {0};

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];
		char code[8];

		if (c == '\t') {
			puts_in(&json, "\\t");
		} else if (c < 0x20) {
			snprintf(code, sizeof(code), "\\u%04x", c);
			puts_in(&json, code);
		} else {
			if (c == '"' || c == '\\')
				put(&json, '\\');
			put(&json, bytes[i]);
		}
	}
	remember(json.bytes, json.n);
	explicit_bzero(&json, sizeof(json));
}

static void remember_url(const char *bytes, size_t n, const char *digits)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
	struct scratch url = {0};

	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c && strchr(plain, c)) {
			put(&url, bytes[i]);
			continue;
		}
		put(&url, '%');
		put(&url, digits[c >> 4]);
		put(&url, digits[c & 15]);
	}
	remember(url.bytes, url.n);
	explicit_bzero(&url, sizeof(url));
}

/* Base64 of a longer text shows the secret in one of three shapes, by the secret's offset modulo 3; of each, the
 * characters that depend on the secret alone are remembered. With `padded` the secret stands alone. */
static void remember_base64(const char *bytes, size_t n, size_t offset, bool url, bool padded)
{
	const char *digits = url ? "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" :
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t first = offset == 0 ? 0 : offset + 1, last = (offset + n) * 8 / 6;
	struct scratch text = {0};

	for (size_t k = first; k < (padded ? (n * 8 + 5) / 6 : last); k++) {
		unsigned six = 0;

		for (size_t bit = k * 6; bit < k * 6 + 6; bit++) {
			size_t at = bit / 8;
			unsigned byte = at >= offset && at < offset + n ? (unsigned char)bytes[at - offset] : 0;

			six = six << 1 | (byte >> (7 - bit % 8) & 1);
		}
		put(&text, digits[six]);
	}
	while (padded && text.n % 4)
		put(&text, '=');
	remember(text.bytes, text.n);
	explicit_bzero(&text, sizeof(text));
}

void redact_known_add(const char *bytes, size_t n)
{
	if (n > SECRET_MOST)
		n = SECRET_MOST;
	if (n < SHORTEST)
		return;
	remember(bytes, n);
	remember_escaped(bytes, n);
	remember_shell(bytes, n);
	remember_json(bytes, n);
	remember_url(bytes, n, "0123456789ABCDEF");
	remember_url(bytes, n, "0123456789abcdef");
	for (int url = 0; url < 2; url++) {
		for (size_t offset = 0; offset < 3; offset++)
			remember_base64(bytes, n, offset, url, false);
		remember_base64(bytes, n, 0, url, true);
	}
}

void redact_known_forget(void)
{
	while (arenas) {
		struct arena *next = arenas->next;

		explicit_bzero(arenas, sizeof(*arenas));
		munmap(arenas, sizeof(*arenas));
		arenas = next;
	}
	free(forms);
	forms = NULL;
	n_forms = room_for_forms = 0;
	memset(begins, 0, sizeof(begins));
}

bool redact_known_begins(unsigned char first)
{
	return begins[first] != 0;
}

enum redact_match redact_known_match(const char *text, size_t available, bool final, size_t *ret_length)
{
	size_t longest = 0;

	for (size_t i = begins[(unsigned char)*text]; i; i = forms[i - 1].next) {
		const struct form *f = &forms[i - 1];
		size_t n = f->n < available ? f->n : available;

		if (memcmp(f->bytes, text, n) != 0)
			continue;
		if (n == f->n)
			longest = n > longest ? n : longest;
		else if (!final)
			return REDACT_MORE;
	}
	*ret_length = longest;
	return longest ? REDACT_YES : REDACT_NO;
}
