/*
 * Strict UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_BAD UINT32_MAX

/* The code point at the front of n > 0 bytes; returns how many bytes it takes. UTF8_BAD takes one byte. */
size_t utf8_decode(const char *bytes, size_t n, uint32_t *ret_code);
/* Writes it as 1 to 4 bytes (no NUL); returns how many. */
size_t utf8_encode(uint32_t code, char bytes[4]);

#endif
