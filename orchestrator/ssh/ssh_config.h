/*
 * What the user's own ssh would do: `ssh -G HOST`, read without blocking the loop, `~` and `%` expanded.
 *
 * Note that `Match exec` in that file runs commands; nothing else of it is executed here.
 */
#ifndef SSH_SSH_CONFIG_H
#define SSH_SSH_CONFIG_H

#include <uv.h>

#include "base/error.h"

struct ssh_config;

enum { SSH_CONFIG_FILES = 16 };

/* Strings are NULL where ssh said "none" or nothing. */
struct ssh_config_values {
	char *host_name, *user, *host_key_alias, *identity_agent, *proxy_jump, *proxy_command;
	unsigned port;
	char *identities[SSH_CONFIG_FILES + 1];	 /* NULL-terminated */
	char *known_hosts[SSH_CONFIG_FILES + 1]; /* NULL-terminated: the user's, then the machine's */
};

struct ssh_config_reply {
	const struct error *why; /* NULL: values is set; valid during the call only */
	const struct ssh_config_values *values;
};

typedef void ssh_config_fn(void *ctx, const struct ssh_config_reply *reply);

/* file may be NULL (the user's own). The handle is valid until the reply function has returned. */
struct ssh_config *ssh_config_read(uv_loop_t *loop, const char *file, const char *host, ssh_config_fn *replied,
				   void *ctx);
void ssh_config_cancel(struct ssh_config *c);

#endif
