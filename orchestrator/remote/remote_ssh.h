/*
 * A host over one SSH session: the remote that production uses. Freed by remote_close().
 */
#ifndef REMOTE_REMOTE_SSH_H
#define REMOTE_REMOTE_SSH_H

#include "base/secret.h"
#include "remote/remote.h"
#include "ssh/session.h"

struct remote_ssh_spec {
	const char *name; /* NULL: the target's */
	struct ssh_context *context;
	const struct ssh_target *target;    /* copied */
	const struct secret *sudo_password; /* NULL: sudo does not ask; borrowed until remote_close() */
	session_changed_fn *changed;	    /* progress of the connection, for people; may be NULL */
	void *ctx;
};

struct remote *remote_ssh_new(const struct remote_ssh_spec *spec);

#endif
