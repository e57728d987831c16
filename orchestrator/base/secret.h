/*
 * A secret is a type: no formatter takes it, it is kept in locked memory that no core dump shows and is
 * overwritten when it is done with. It reaches a host over stdin only.
 */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { SECRET_MOST = 1024 };

struct secret; /* opaque: its bytes stand in pages of their own */

/* Copies n bytes (at most SECRET_MOST, no NUL, no line feed, not empty) and registers them with the redactor.
 * The caller frees with secret_free(). NULL and *why when they do not fit. */
struct secret *secret_new(const char *bytes, size_t n, struct error *why);
void secret_free(struct secret *s);

/* The bytes, for feeding a host only; valid until secret_free(). */
const char *secret_bytes(const struct secret *s);
size_t secret_length(const struct secret *s);

/* Forbids core dumps and ptrace by others; call once at start. */
void secret_harden_process(void);

#endif
