/*
 * Base64 as SSH files have it: strict, with its padding, no white space inside.
 */
#ifndef SSH_BASE64_H
#define SSH_BASE64_H

#include <stdbool.h>
#include <stddef.h>

/* Decodes n characters into at most most bytes; false when the text is not base64 or does not fit. */
bool base64_read(const char *text, size_t n, unsigned char *ret_bytes, size_t most, size_t *ret_size);

#endif
