/*
 * What the operator's own ssh would do for a host: `ssh -G`, with -F $PGRESYNC_SSH_CONFIG when that is set. It is waited
 * for, 10 to 15 ms.
 * Only files that are there are listed.
 */
#ifndef CLI_USER_SSH_H
#define CLI_USER_SSH_H

#include "base/error.h"
#include "ssh/ssh_config.h"

/* The caller frees with user_ssh_free(). NULL and *why when ssh is missing or does not answer. */
struct ssh_config_values *user_ssh_read(const char *host, struct error *why);
void user_ssh_free(struct ssh_config_values *v);

#endif
