/*
 * The way through a jump host: a channel of its session that is the wire of another session.
 */
#ifndef SSH_TUNNEL_H
#define SSH_TUNNEL_H

#include "ssh/session_inner.h"

/* The rung "connecting" of a session that goes through s->jump. */
enum climb tunnel_climb(struct session *s);

#endif
