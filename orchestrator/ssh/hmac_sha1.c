/* OpenSSL's own compression function, which uses the processor's instructions; EVP would allocate for each. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include "ssh/hmac_sha1.h"

#include <openssl/sha.h>
#include <string.h>

static void save(uint32_t state[5], const SHA_CTX *c)
{
	state[0] = c->h0;
	state[1] = c->h1;
	state[2] = c->h2;
	state[3] = c->h3;
	state[4] = c->h4;
}

static void restore(SHA_CTX *c, const uint32_t state[5])
{
	SHA1_Init(c);
	c->h0 = state[0];
	c->h1 = state[1];
	c->h2 = state[2];
	c->h3 = state[3];
	c->h4 = state[4];
	c->Nl = SHA_CBLOCK * 8; /* the key's block is counted */
}

static void absorb(uint32_t state[5], const unsigned char *key, size_t n, unsigned char pad)
{
	unsigned char block[SHA_CBLOCK];
	SHA_CTX c;

	memset(block, pad, sizeof(block));
	for (size_t i = 0; i < n && i < sizeof(block); i++)
		block[i] ^= key[i];
	SHA1_Init(&c);
	SHA1_Transform(&c, block);
	save(state, &c);
}

void hmac_sha1_init(struct hmac_sha1 *h, const unsigned char *key, size_t n)
{
	absorb(h->inner, key, n, 0x36);
	absorb(h->outer, key, n, 0x5c);
}

void hmac_sha1_sum(const struct hmac_sha1 *h, const char *text, size_t n, unsigned char ret_sum[HMAC_SHA1_SIZE])
{
	unsigned char inner[HMAC_SHA1_SIZE];
	SHA_CTX c;

	restore(&c, h->inner);
	SHA1_Update(&c, text, n);
	SHA1_Final(inner, &c);
	restore(&c, h->outer);
	SHA1_Update(&c, inner, sizeof(inner));
	SHA1_Final(ret_sum, &c);
}
