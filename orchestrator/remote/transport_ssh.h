/*
 * The way to a host over one SSH session of its own. A busy host has two: one for its commands, one for libpq.
 */
#ifndef REMOTE_TRANSPORT_SSH_H
#define REMOTE_TRANSPORT_SSH_H

#include "remote/transport.h"
#include "ssh/session.h"

/* Connects when there is work, again after a loss. target is copied; changed (may be NULL) tells people. */
struct transport *transport_ssh_new(struct ssh_context *context, const struct ssh_target *target,
				    session_changed_fn *changed, void *ctx);

#endif
