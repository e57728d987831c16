#include "inventory/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

enum { BLOCK = 16384, ALIGN = 16 };

struct block {
	struct block *next;
	size_t used, room;
	_Alignas(ALIGN) unsigned char bytes[];
};

struct arena {
	struct block *blocks;
};

struct arena *arena_new(void)
{
	return mem_new(struct arena);
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	while (a->blocks) {
		struct block *b = a->blocks;

		a->blocks = b->next;
		free(b);
	}
	free(a);
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t need = (size + ALIGN - 1) / ALIGN * ALIGN;
	struct block *b = a->blocks;

	if (!b || b->room - b->used < need) {
		size_t room = need > BLOCK ? need : BLOCK;

		b = mem_alloc(sizeof(*b) + room);
		b->room = room;
		b->next = a->blocks;
		a->blocks = b;
	}
	b->used += need;
	return b->bytes + b->used - need;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	memcpy(copy, s, n);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	char *text;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(NULL, 0, format, ap);
	va_end(ap);
	text = arena_alloc(a, (size_t)n + 1);
	va_start(ap, format);
	vsnprintf(text, (size_t)n + 1, format, ap);
	va_end(ap);
	return text;
}
