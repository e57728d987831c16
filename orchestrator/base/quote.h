/*
 * Shell quoting: the only way in which a value gets into a command line.
 */
#ifndef BASE_QUOTE_H
#define BASE_QUOTE_H

#include <stdbool.h>

#include "base/buf.h"

/* Appends s as one POSIX sh word (plain when all its bytes are harmless, else in single quotes).
 * False when it does not fit. */
bool quote_sh(struct buf *out, const char *s);
/* Appends s as one libpq conninfo value. */
bool quote_conninfo(struct buf *out, const char *s);

#endif
