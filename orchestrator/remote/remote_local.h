/*
 * This machine as a remote: the same contract under a local sh, as whoever we are. For tests.
 */
#ifndef REMOTE_REMOTE_LOCAL_H
#define REMOTE_REMOTE_LOCAL_H

#include <uv.h>

#include "remote/remote.h"

/* shell: "/bin/sh" when NULL. Freed by remote_close(). */
struct remote *remote_local_new(uv_loop_t *loop, const char *name, const char *shell);

#endif
