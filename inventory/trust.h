/*
 * SSH host keys that an operator has accepted; every change is audited.
 */
#ifndef INVENTORY_TRUST_H
#define INVENTORY_TRUST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "inventory/actor.h"
#include "inventory/store.h"

struct trust_key {
	const char *host;    /* name in the inventory */
	const char *type;    /* "ssh-ed25519" */
	const uint8_t *blob; /* the public key as SSH sends it */
	size_t blob_length;
	const char *fingerprint; /* "SHA256:…" */
	const char *accepted_by;
	int64_t accepted_us;
};

/* Accepts a key; another key of the same type for that host is replaced (the audit record names both). */
bool trust_add(struct store *s, const char *host, const char *type, const uint8_t *blob, size_t blob_length,
	       const char *fingerprint, const struct actor *by, struct error *why);
/* Removes the host's key of that type, all of its keys when type is NULL. ERROR_USAGE when there is none. */
bool trust_remove(struct store *s, const char *host, const char *type, const struct actor *by, struct error *why);

/* The key is borrowed until the function returns; false from it ends the list. */
typedef bool trust_key_fn(void *ctx, const struct trust_key *key);
/* Of one host, or of all when host is NULL. */
bool trust_list(struct store *s, const char *host, trust_key_fn *each, void *ctx, struct error *why);

#endif
