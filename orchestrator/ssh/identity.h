/*
 * One private key: read from a file that only its owner can read, parsed once, used for many signatures.
 *
 * OpenSSH's own format and PEM; Ed25519, ECDSA, RSA.
 */
#ifndef SSH_IDENTITY_H
#define SSH_IDENTITY_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

enum { IDENTITY_FILE_MOST = 64 * 1024 };

struct identity {
	EVP_PKEY *key;
	unsigned char *blob; /* the public key, as SSH sends it */
	size_t size;
	char type[64]; /* "ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa", … */
};

/* Reads the file's text; refuses symbolic links, other people's files and files that others can read. */
bool identity_read_file(const char *path, struct buf *ret_text, struct error *why);
/* True when a passphrase is needed. */
bool identity_is_encrypted(const char *text, size_t size);
/* Slow with a passphrase (that is the point of its hash): not on the loop then. passphrase may be NULL. */
bool identity_parse(struct identity *ret_identity, const char *text, size_t size, const char *passphrase,
		    struct error *why);
void identity_done(struct identity *i);

/* Signs with the SSH algorithm of that name; fits into *ret_signature's cap, as SSH wants it (no outer string). */
bool identity_sign(const struct identity *i, const char *algorithm, const unsigned char *data, size_t size,
		   struct buf *ret_signature, struct error *why);

#endif
