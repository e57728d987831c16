/*
 * Reads what `ssh -G` prints: one option a line, values not yet expanded.
 */
#ifndef SSH_SSH_CONFIG_READ_H
#define SSH_SSH_CONFIG_READ_H

#include "ssh/ssh_config.h"

/* host is what was asked for: %n. The caller frees with ssh_config_values_done(). */
void ssh_config_values_read(struct ssh_config_values *ret_values, const char *host, const char *text);
void ssh_config_values_done(struct ssh_config_values *v);

#endif
