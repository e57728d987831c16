/*
 * The way to this machine: commands run under sh as whoever we are. For tests, of this layer and of the engine.
 */
#ifndef REMOTE_TRANSPORT_LOCAL_H
#define REMOTE_TRANSPORT_LOCAL_H

#include "remote/transport.h"

/* shell plays the login shell; NULL: /bin/sh. Closing a stream ends the command (its process group) by SIGKILL. */
struct transport *transport_local_new(uv_loop_t *loop, const char *shell);

#endif
