#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

void buf_init(struct buf *b, size_t most)
{
	*b = (struct buf){.bytes = mem_alloc(1), .room = 1, .most = most};
}

void buf_done(struct buf *b)
{
	free(b->bytes);
	*b = (struct buf){0};
}

void buf_clear(struct buf *b)
{
	b->used = 0;
	if (b->bytes)
		b->bytes[0] = '\0';
}

void buf_wipe(struct buf *b)
{
	if (b->bytes)
		explicit_bzero(b->bytes, b->room);
	buf_clear(b);
}

bool buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (n > b->most - b->used)
		return false;
	if (b->used + n + 1 > b->room) {
		size_t room = b->room * 2 > b->used + n + 1 ? b->room * 2 : b->used + n + 1;

		b->bytes = mem_grow(b->bytes, room, 1);
		b->room = room;
	}
	if (n)
		memcpy(b->bytes + b->used, bytes, n);
	b->used += n;
	b->bytes[b->used] = '\0';
	return true;
}

bool buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

bool buf_addc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

bool buf_addf(struct buf *b, const char *format, ...)
{
	va_list ap;
	char *text = NULL;
	int n;
	bool ok;

	va_start(ap, format);
	n = vasprintf(&text, format, ap);
	va_end(ap);
	if (n < 0)
		abort();
	ok = buf_add(b, text, (size_t)n);
	free(text);
	return ok;
}

void buf_drop(struct buf *b, size_t n)
{
	if (n > b->used)
		n = b->used;
	memmove(b->bytes, b->bytes + n, b->used - n + 1);
	b->used -= n;
}

char *buf_steal(struct buf *b)
{
	char *bytes = b->bytes;

	buf_init(b, b->most);
	return bytes;
}
