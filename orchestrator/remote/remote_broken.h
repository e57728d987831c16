/*
 * A host that cannot even be addressed: every command is answered with the same error. Freed by remote_close().
 */
#ifndef REMOTE_REMOTE_BROKEN_H
#define REMOTE_REMOTE_BROKEN_H

#include <uv.h>

#include "remote/remote.h"

/* Copies why. */
struct remote *remote_broken_new(uv_loop_t *loop, const char *name, const struct error *why);

#endif
