/*
 * The data types of SSH messages (RFC 4251): 32-bit numbers, strings, mpints.
 */
#ifndef SSH_WIRE_FORMAT_H
#define SSH_WIRE_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* Bytes that are being read from the front. */
struct reader {
	const unsigned char *at;
	size_t left;
};

bool reader_u32(struct reader *r, uint32_t *ret_value);
/* Borrowed from what is read. */
bool reader_string(struct reader *r, const unsigned char **ret_bytes, size_t *ret_size);
/* A string that must be this text. */
bool reader_is(struct reader *r, const char *text);

/* The writers append; false when the buffer's cap is passed. */
bool write_u32(struct buf *b, uint32_t value);
bool write_string(struct buf *b, const void *bytes, size_t n);
/* An unsigned number, big-endian. */
bool write_mpint(struct buf *b, const unsigned char *bytes, size_t n);

#endif
