/*
 * Reaches hosts over SSH: one command remote and one relay to PostgreSQL for each host that is asked for.
 *
 * Here the layers are put together: inventory, SSH, remote, relay and libpq.
 */
#ifndef CLI_REACH_SSH_H
#define CLI_REACH_SSH_H

#include <uv.h>

#include "resync/reach.h"

struct inventory;
struct store;

/* Borrows loop, inventory and store until the reach's close. The store gives the host keys that were trusted. Sudo
 * passwords are resolved here, before it returns; passphrases of identities when they are needed first: from the file
 * named by $PGRESYNC_IDENTITY_PASSPHRASE_FILE, else from the terminal unless no_input. A host that cannot be addressed,
 * or whose sudo password cannot be had, answers every question with that error. */
struct reach *reach_ssh_new(uv_loop_t *loop, const struct inventory *inventory, struct store *store, bool no_input);

#endif
