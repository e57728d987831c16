/*
 * HMAC-SHA1 as known hosts files hash names with it: the key's part is computed once, each sum then costs two
 * compressions.
 */
#ifndef SSH_HMAC_SHA1_H
#define SSH_HMAC_SHA1_H

#include <stddef.h>
#include <stdint.h>

enum { HMAC_SHA1_SIZE = 20 };

struct hmac_sha1 {
	uint32_t inner[5], outer[5]; /* SHA-1 after the padded key */
};

/* The key has at most 64 bytes. */
void hmac_sha1_init(struct hmac_sha1 *h, const unsigned char *key, size_t n);
void hmac_sha1_sum(const struct hmac_sha1 *h, const char *text, size_t n, unsigned char ret_sum[HMAC_SHA1_SIZE]);

#endif
