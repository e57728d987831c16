/*
 * Key files, each read and decrypted once; what needs a passphrase is done on a worker thread.
 */
#ifndef SSH_IDENTITY_CACHE_H
#define SSH_IDENTITY_CACHE_H

#include "base/error.h"

struct identity;
struct identity_cache;
struct ssh_context;

enum identity_state { IDENTITY_LOADING, IDENTITY_READY, IDENTITY_FAILED };

struct identity_cache *identity_cache_new(struct ssh_context *c);
void identity_cache_free(struct identity_cache *c);

/* READY: *ret_identity is borrowed until the next turn of the loop. FAILED: *why, without the path. LOADING: all
 * sessions of the context are woken when that has changed. */
enum identity_state identity_cache_get(struct identity_cache *c, const char *path, const struct identity **ret_identity,
				       struct error *why);

#endif
