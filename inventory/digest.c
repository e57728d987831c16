#include "inventory/digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void digest_sha256(const void *bytes, size_t n, char hex[DIGEST_HEX])
{
	unsigned char sum[32];

	if (EVP_Digest(bytes, n, sum, NULL, EVP_sha256(), NULL) != 1) {
		fputs("pgresync: SHA-256 does not work\n", stderr);
		abort();
	}
	for (size_t i = 0; i < sizeof(sum); i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
}

void digest_put_bytes(struct buf *out, const void *bytes, size_t n)
{
	uint8_t length[4] = {(uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n};

	buf_add(out, length, sizeof(length));
	buf_add(out, bytes, n);
}

void digest_put_text(struct buf *out, const char *text)
{
	digest_put_bytes(out, text ? text : "", text ? strlen(text) : 0);
}

void digest_put_number(struct buf *out, int64_t number)
{
	uint8_t bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (uint8_t)((uint64_t)number >> (56 - 8 * i));
	digest_put_bytes(out, bytes, sizeof(bytes));
}
