/*
 * The one read-only script of a look, and reading back what it printed.
 */
#ifndef RESYNC_LOOK_SCRIPT_H
#define RESYNC_LOOK_SCRIPT_H

#include <stddef.h>

#include "base/error.h"

struct host;
struct look_side;

/* The script for this host (POSIX sh, for root); the caller frees with free(). NULL and *why when a value of the
 * inventory does not fit. */
char *look_script(const struct host *host, struct error *why);

/* Fills the side from the script's output: lines KEY=VALUE. Unknown keys, overlong values and anything else that a
 * broken host may print are passed over. version_num (of the inventory) says which marker and which layout count. */
void look_script_read(struct look_side *side, int version_num, const char *out, size_t size);

#endif
