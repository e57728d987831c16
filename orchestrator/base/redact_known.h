/*
 * The exact bytes that redact.c must not let through: each secret, and each form in which it may show up.
 */
#ifndef BASE_REDACT_KNOWN_H
#define BASE_REDACT_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

/* MORE: whether it matches depends on bytes that have not come yet. */
enum redact_match { REDACT_NO, REDACT_YES, REDACT_MORE };

/* A secret of SECRET_MOST bytes takes at most this much in any form. */
enum { REDACT_KNOWN_MOST = 8192 };

/* Remembers n bytes (the first SECRET_MOST of them) in every form. */
void redact_known_add(const char *bytes, size_t n);
void redact_known_forget(void);

/* True when some form begins with this byte: a quick test before redact_known_match(). */
bool redact_known_begins(unsigned char first);
/* Does a form begin at text? YES fills *ret_length with the longest one. final: no more bytes will come. */
enum redact_match redact_known_match(const char *text, size_t available, bool final, size_t *ret_length);

#endif
