/*
 * The remote that works over any transport: a queue of commands, one at a time, each in a shell (shell.h).
 *
 * A command that has not left is tried again while the host cannot be reached; once it has left it is never sent
 * again: its outcome is then an error value (ERROR_UNREACHABLE, ERROR_TIMEOUT with reply.sent).
 */
#ifndef REMOTE_RUNNER_H
#define REMOTE_RUNNER_H

#include "base/secret.h"
#include "remote/remote.h"
#include "remote/transport.h"

enum { RUNNER_OUTPUT_MOST = 64 * 1024 };

struct runner_spec {
	const char *name;
	struct transport *transport;	    /* owned from now on */
	const struct secret *sudo_password; /* NULL: sudo does not ask; borrowed until remote_close() */
	bool users_ignored;
	const char *shell; /* NULL: /bin/sh */
	unsigned tries;	   /* to reach the host, for a command that has not left; 0: 3 */
	unsigned pause_ms; /* before the second try; doubled each time, with jitter; 0: 500 */
};

struct remote *runner_new(const struct runner_spec *spec);

#endif
