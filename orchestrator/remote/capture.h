/*
 * Keeps the head and the tail of an output of any length, and counts what fell out between them.
 */
#ifndef REMOTE_CAPTURE_H
#define REMOTE_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct capture {
	struct buf head, tail;
	size_t tail_most;
	uint64_t total;
};

/* Keeps at most `most` bytes, half of them from the beginning. */
void capture_init(struct capture *c, size_t most);
/* Overwrites and frees what was kept. */
void capture_done(struct capture *c);
void capture_add(struct capture *c, const char *bytes, size_t n);
/* Joins head and tail; the text is valid until capture_done(). Nothing may be added afterwards. */
const char *capture_text(struct capture *c, size_t *ret_size, uint64_t *ret_dropped);

#endif
