/*
 * Where a host of the inventory is reached by SSH, and how: the way through its jump hosts, the keys that were
 * accepted for it, and what the user's own ssh would take where the inventory says nothing.
 */
#ifndef CLI_HOST_TARGET_H
#define CLI_HOST_TARGET_H

#include <stdbool.h>

#include "base/error.h"
#include "ssh/target.h"

struct host;
struct host_target;
struct inventory;
struct store;

/* Borrows the inventory until host_target_free(); the store only during the call. NULL and *why on failure. */
struct host_target *host_target_new(const struct inventory *inventory, struct store *store, const struct host *host,
				    struct error *why);
/* Borrowed until host_target_free() (session_open() copies it). */
const struct ssh_target *host_target_get(const struct host_target *t);
void host_target_free(struct host_target *t);

#endif
