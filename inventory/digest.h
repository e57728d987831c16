/*
 * SHA-256 and length-prefixed bytes, for this folder's own use.
 */
#ifndef INVENTORY_DIGEST_H
#define INVENTORY_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { DIGEST_HEX = 65 };

/* Lower-case hexadecimal with its NUL. */
void digest_sha256(const void *bytes, size_t n, char hex[DIGEST_HEX]);

/* Each field is four bytes of length, most significant first, and its bytes; a number is eight such bytes. */
void digest_put_bytes(struct buf *out, const void *bytes, size_t n);
void digest_put_text(struct buf *out, const char *text);
void digest_put_number(struct buf *out, int64_t number);

#endif
