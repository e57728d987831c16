#include "remote/frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void frame_init(struct frame *f, const char *mark, frame_fn *body, void *ctx)
{
	*f = (struct frame){.body = body, .ctx = ctx};
	f->mark_size = (size_t)snprintf(f->mark, sizeof(f->mark), "\n%.*s ", FRAME_MARK, mark);
	buf_init(&f->noise, (size_t)2 * FRAME_NOISE);
}

void frame_done(struct frame *f)
{
	buf_wipe(&f->noise);
	buf_done(&f->noise);
}

static void frame_out(struct frame *f, const char *bytes, size_t n)
{
	if (n == 0)
		return;
	if (f->began) {
		f->body(f->ctx, bytes, n);
		return;
	}
	if (n > FRAME_NOISE) {
		bytes += n - FRAME_NOISE;
		n = FRAME_NOISE;
	}
	if (f->noise.used + n > FRAME_NOISE)
		buf_drop(&f->noise, f->noise.used + n - FRAME_NOISE);
	buf_add(&f->noise, bytes, n);
}

void frame_flush(struct frame *f)
{
	size_t n = f->held_size;

	f->held_size = 0;
	frame_out(f, f->held, n);
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* True when c continues what is held towards a mark: its fixed part, then one short word, then a line feed. */
static bool frame_fits(const struct frame *f, char c)
{
	if (f->held_size < f->mark_size)
		return c == f->mark[f->held_size];
	if (c == '\n')
		return f->held_size > f->mark_size;
	return is_word(c) && f->held_size < f->mark_size + 8;
}

/* A whole "\nMARK word\n" is held. */
static void frame_take(struct frame *f)
{
	const char *word = f->held + f->mark_size;
	size_t n = f->held_size - f->mark_size - 1;

	if (n == 5 && memcmp(word, "begin", 5) == 0 && !f->began) {
		f->began = true;
		f->held_size = 0;
	} else if (strspn(word, "0123456789") == n) {
		f->status = (int)strtol(word, NULL, 10);
		f->done = true;
		f->held_size = 0;
	} else {
		frame_flush(f);
	}
}

void frame_add(struct frame *f, const char *bytes, size_t n)
{
	while (n && !f->done) {
		if (f->held_size == 0) {
			const char *line = memchr(bytes, '\n', n);
			size_t plain = line ? (size_t)(line - bytes) : n;

			frame_out(f, bytes, plain);
			bytes += plain;
			n -= plain;
			if (!n)
				return;
		} else if (!frame_fits(f, *bytes)) {
			frame_flush(f);
			continue;
		}
		f->held[f->held_size++] = *bytes;
		if (*bytes++ == '\n' && f->held_size > 1)
			frame_take(f);
		n--;
	}
}
