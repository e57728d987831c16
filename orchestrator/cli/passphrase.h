/*
 * Passphrases of encrypted identity files: from the file that $PGRESYNC_IDENTITY_PASSPHRASE_FILE names (mode checked),
 * else typed on the terminal without echo.
 */
#ifndef CLI_PASSPHRASE_H
#define CLI_PASSPHRASE_H

#include <stdbool.h>

struct passphrases;
struct secret;

struct passphrases *passphrases_new(bool no_input);
void passphrases_free(struct passphrases *p);

/* An ssh_passphrase_fn over struct passphrases: blocks while the operator types. NULL: there is none. */
const struct secret *passphrases_get(void *ctx, const char *path);

#endif
