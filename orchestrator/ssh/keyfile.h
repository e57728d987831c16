/*
 * OpenSSH's own private key format ("openssh-key-v1"), with or without a passphrase.
 */
#ifndef SSH_KEYFILE_H
#define SSH_KEYFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct identity;

/* True when the text is of this format. */
bool keyfile_is(const char *text, size_t size);
/* False when it is not of this format, or cannot be read. */
bool keyfile_is_encrypted(const char *text, size_t size);
bool keyfile_parse(struct identity *ret_identity, const char *text, size_t size, const char *passphrase,
		   struct error *why);

#endif
