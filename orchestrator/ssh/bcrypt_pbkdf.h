/*
 * The key derivation of encrypted OpenSSH private keys. Slow on purpose (about 0.1 s for 16 rounds): not for the
 * loop's thread.
 */
#ifndef SSH_BCRYPT_PBKDF_H
#define SSH_BCRYPT_PBKDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Fills size bytes (at most 1024); false when a size is out of range or rounds is 0. */
bool bcrypt_pbkdf(const char *passphrase, size_t passphrase_size, const unsigned char *salt, size_t salt_size,
		  uint32_t rounds, unsigned char *ret_key, size_t size);

#endif
