/*
 * The host keys that we know for one target, from our own store and from known hosts files, and the verdict on
 * the key that the server shows.
 */
#ifndef SSH_HOST_KEYS_H
#define SSH_HOST_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct known_hosts_cache;
struct ssh_target;

struct host_key {
	int mark; /* enum known_mark */
	char *type;
	unsigned char *blob;
	size_t size;
	char *where; /* "FILE:LINE" or "our store" */
};

struct host_keys {
	struct host_key *keys;
	size_t n;
};

enum host_key_verdict { HOST_KEY_KNOWN, HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, HOST_KEY_REVOKED, HOST_KEY_AUTHORITY };

/* Replaces what was found before. */
void host_keys_find(struct host_keys *keys, struct known_hosts_cache *files, const struct ssh_target *t);
void host_keys_done(struct host_keys *keys);

/* Keys that would be accepted. */
size_t host_keys_count(const struct host_keys *keys);
const char *host_keys_type(const struct host_keys *keys, size_t i);

enum host_key_verdict host_keys_verdict(const struct host_keys *keys, const unsigned char *blob, size_t size,
					const struct host_key **ret_key);
/* True when the key is known and not revoked; otherwise *why says what to do. */
bool host_keys_judge(const struct host_keys *keys, const struct ssh_target *t, const unsigned char *blob, size_t size,
		     struct error *why);
/* The type inside a public key blob; "?" when there is none. text has 64 bytes. Returns text. */
char *host_keys_blob_type(char *text, const unsigned char *blob, size_t size);

#endif
