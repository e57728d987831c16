#include "resync/memory.h"

#include <string.h>
#include <uthash.h>

#include "base/buf.h"
#include "base/mem.h"

enum { NAME_MOST = 40, VALUE_MOST = 1000, TEXT_MOST = 64 * 1024 };

struct entry {
	char *name, *value;
	UT_hash_handle hh;
};

struct memory {
	struct entry *entries;
};

struct memory *memory_new(void)
{
	return mem_new(struct memory);
}

void memory_free(struct memory *m)
{
	struct entry *e, *next;

	if (!m)
		return;
	/* The table goes first: the entries stay chained, in the order in which they came. */
	e = m->entries;
	HASH_CLEAR(hh, m->entries);
	for (; e; e = next) {
		next = e->hh.next;
		free(e->name);
		free(e->value);
		free(e);
	}
	free(m);
}

static struct entry *find(const struct memory *m, const char *name)
{
	struct entry *e;

	HASH_FIND_STR(m->entries, name, e);
	return e;
}

void memory_set(struct memory *m, const char *name, const char *value)
{
	struct entry *e = find(m, name);

	if (!e) {
		e = mem_new(struct entry);
		e->name = mem_strdup(name);
		HASH_ADD_KEYPTR(hh, m->entries, e->name, strlen(e->name), e);
	}
	free(e->value);
	e->value = mem_strdup(value);
}

const char *memory_get(const struct memory *m, const char *name)
{
	const struct entry *e = find(m, name);

	return e ? e->value : NULL;
}

static void read_line(struct memory *m, const char *line, size_t n)
{
	const char *equals = memchr(line, '=', n);
	char name[NAME_MOST + 1], value[VALUE_MOST + 1];
	size_t n_name, n_value;

	if (!equals)
		return;
	n_name = (size_t)(equals - line);
	n_value = n - n_name - 1;
	if (n_name == 0 || n_name > NAME_MOST || n_value > VALUE_MOST)
		return;
	memcpy(name, line, n_name);
	name[n_name] = '\0';
	memcpy(value, equals + 1, n_value);
	value[n_value] = '\0';
	memory_set(m, name, value);
}

static void read_lines(struct memory *m, const char *text, size_t size, const char *prefix)
{
	size_t n_prefix = strlen(prefix);

	while (size) {
		const char *end = memchr(text, '\n', size);
		size_t n = end ? (size_t)(end - text) : size;

		if (n > n_prefix && memcmp(text, prefix, n_prefix) == 0)
			read_line(m, text + n_prefix, n - n_prefix);
		n += end ? 1 : 0;
		text += n;
		size -= n;
	}
}

void memory_read_output(struct memory *m, const char *out, size_t size)
{
	read_lines(m, out, size, "pgresync:");
}

void memory_read_text(struct memory *m, const char *text)
{
	if (text)
		read_lines(m, text, strlen(text), "");
}

char *memory_text(const struct memory *m)
{
	struct entry *e, *next;
	struct buf text;

	buf_init(&text, TEXT_MOST);
	HASH_ITER(hh, m->entries, e, next)
	{
		if (strchr(e->value, '\n'))
			continue;
		buf_addf(&text, "%s=%s\n", e->name, e->value);
	}
	return text.bytes;
}
