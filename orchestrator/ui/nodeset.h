/*
 * Many host names in few words: pg-standby-1, -2, -3 and -5 read "pg-standby-[1-3,5]".
 */
#ifndef UI_NODESET_H
#define UI_NODESET_H

#include <stddef.h>

#include "base/buf.h"

/* Appends the names, folded, in the order of their first appearance, separated by commas. The array is not changed;
 * a name that stands in it twice is shown once. */
void nodeset_fold(struct buf *out, const char *const *names, size_t n);

#endif
