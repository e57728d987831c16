/*
 * OpenSSL keys from the fields of an OpenSSH private key, and public key blobs from OpenSSL keys.
 */
#ifndef SSH_KEY_MAKE_H
#define SSH_KEY_MAKE_H

#include <stdbool.h>

#include "base/error.h"

struct identity;
struct reader;

/* Reads type and fields; sets key, type and blob. */
bool key_make(struct identity *ret_identity, struct reader *r, struct error *why);
/* Sets type and blob from the key. */
bool key_describe(struct identity *i, struct error *why);

/* The curves of ECDSA keys. */
struct key_curve {
	const char *type, *ssh_name, *openssl_name;
};
/* By SSH's name or OpenSSL's; NULL when there is none. */
const struct key_curve *key_curve_by_name(const char *name);

#endif
