/*
 * A byte buffer whose cap is part of it: what a peer sends can never grow it beyond `most`.
 *
 * The bytes are always followed by a NUL that is not counted, so text can be read in place.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *bytes; /* owned; never NULL after buf_init */
	size_t used, room, most;
};

void buf_init(struct buf *b, size_t most);
void buf_done(struct buf *b);
void buf_clear(struct buf *b);
/* Like buf_clear, and overwrites what was in it. */
void buf_wipe(struct buf *b);

/* Each adds whole or not at all; false when the cap would be passed. */
bool buf_add(struct buf *b, const void *bytes, size_t n);
bool buf_adds(struct buf *b, const char *s);
bool buf_addc(struct buf *b, char c);
bool buf_addf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Takes n bytes off the front. */
void buf_drop(struct buf *b, size_t n);
/* Gives the bytes away; the caller frees them with free(); the buffer is empty again. */
char *buf_steal(struct buf *b);

#define scoped_buf __attribute__((cleanup(buf_done))) struct buf

#endif
