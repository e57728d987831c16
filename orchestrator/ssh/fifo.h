/*
 * Bytes that wait, first in first out, with a cap.
 */
#ifndef SSH_FIFO_H
#define SSH_FIFO_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct fifo {
	struct buf buf;
	size_t at; /* what stands before it is already taken */
};

void fifo_init(struct fifo *f, size_t most);
/* Overwrites what was in it. */
void fifo_done(struct fifo *f);

static inline size_t fifo_size(const struct fifo *f)
{
	return f->buf.used - f->at;
}

static inline size_t fifo_room(const struct fifo *f)
{
	return f->buf.most - fifo_size(f);
}

static inline const char *fifo_bytes(const struct fifo *f)
{
	return f->buf.bytes + f->at;
}

/* Whole or not at all. */
bool fifo_add(struct fifo *f, const void *bytes, size_t n);
void fifo_drop(struct fifo *f, size_t n);
/* Copies at most n bytes out and drops them; returns how many. */
size_t fifo_take(struct fifo *f, void *bytes, size_t n);
/* Gives the memory back when nothing waits. */
void fifo_rest(struct fifo *f);

#endif
