#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void *mem_or_abort(void *p)
{
	if (!p) {
		fputs("pgresync: out of memory; `pgresync recover` gives back what was held\n", stderr);
		abort();
	}
	return p;
}

void *mem_alloc(size_t size)
{
	return mem_or_abort(calloc(1, size ? size : 1));
}

void *mem_grow(void *old, size_t count, size_t size)
{
	size_t bytes;

	if (size && count > SIZE_MAX / size)
		mem_or_abort(NULL);
	bytes = count * size;
	return mem_or_abort(realloc(old, bytes > 0 ? bytes : 1));
}

char *mem_strdup(const char *s)
{
	return s ? mem_strndup(s, strlen(s)) : NULL;
}

char *mem_strndup(const char *s, size_t n)
{
	char *copy = mem_alloc(n + 1);

	memcpy(copy, s, n);
	return copy;
}

char *mem_printf(const char *format, ...)
{
	va_list ap;
	char *text = NULL;
	int n;

	va_start(ap, format);
	n = vasprintf(&text, format, ap);
	va_end(ap);
	return mem_or_abort(n < 0 ? NULL : text);
}

void mem_free_at(void *pointer_to_pointer)
{
	void *p;

	memcpy(&p, pointer_to_pointer, sizeof(p));
	free(p);
}
