#include "ssh/bcrypt_pbkdf.h"

#include <openssl/sha.h>
#include <string.h>

#include "base/mem.h"
#include "ssh/blowfish_pi.h"

enum { HASH_WORDS = 8, HASH_SIZE = 32, KEY_MOST = 1024, SALT_MOST = 1024 };

struct blowfish {
	uint32_t p[BLOWFISH_P];
	uint32_t s[4][256];
};

static void blowfish_start(struct blowfish *b)
{
	memcpy(b->p, blowfish_pi, sizeof(b->p));
	memcpy(b->s, blowfish_pi + BLOWFISH_P, sizeof(b->s));
}

static uint32_t blowfish_f(const struct blowfish *b, uint32_t x)
{
	return ((b->s[0][x >> 24] + b->s[1][x >> 16 & 0xff]) ^ b->s[2][x >> 8 & 0xff]) + b->s[3][x & 0xff];
}

static void blowfish_encrypt(const struct blowfish *b, uint32_t *left, uint32_t *right)
{
	uint32_t l = *left, r = *right;

	for (int i = 0; i < 16; i += 2) {
		l ^= b->p[i];
		r ^= blowfish_f(b, l);
		r ^= b->p[i + 1];
		l ^= blowfish_f(b, r);
	}
	*left = r ^ b->p[17];
	*right = l ^ b->p[16];
}

/* The next 32 bits of bytes that are repeated without end. */
static uint32_t next_word(const unsigned char *bytes, size_t n, size_t *at)
{
	uint32_t word = 0;

	for (int i = 0; i < 4; i++) {
		word = word << 8 | bytes[*at];
		*at = (*at + 1) % n;
	}
	return word;
}

/* Mixes a key and, when there is one, a salt into the whole state. */
static void blowfish_expand(struct blowfish *b, const unsigned char *salt, size_t salt_size, const unsigned char *key,
			    size_t key_size)
{
	uint32_t l = 0, r = 0, *s = &b->s[0][0];
	size_t at = 0;

	for (int i = 0; i < BLOWFISH_P; i++)
		b->p[i] ^= next_word(key, key_size, &at);
	at = 0;
	for (int i = 0; i < BLOWFISH_WORDS; i += 2) {
		uint32_t *to = i < BLOWFISH_P ? &b->p[i] : &s[i - BLOWFISH_P];

		if (salt) {
			l ^= next_word(salt, salt_size, &at);
			r ^= next_word(salt, salt_size, &at);
		}
		blowfish_encrypt(b, &l, &r);
		to[0] = l;
		to[1] = r;
	}
}

static void bcrypt_hash(const unsigned char pass[SHA512_DIGEST_LENGTH], const unsigned char salt[SHA512_DIGEST_LENGTH],
			unsigned char ret[HASH_SIZE])
{
	static const unsigned char magic[] = "OxychromaticBlowfishSwatDynamite";
	struct blowfish b;
	uint32_t words[HASH_WORDS];
	size_t at = 0;

	blowfish_start(&b);
	blowfish_expand(&b, salt, SHA512_DIGEST_LENGTH, pass, SHA512_DIGEST_LENGTH);
	for (int i = 0; i < 64; i++) {
		blowfish_expand(&b, NULL, 0, salt, SHA512_DIGEST_LENGTH);
		blowfish_expand(&b, NULL, 0, pass, SHA512_DIGEST_LENGTH);
	}
	for (int i = 0; i < HASH_WORDS; i++)
		words[i] = next_word(magic, HASH_SIZE, &at);
	for (int i = 0; i < 64; i++)
		for (int j = 0; j < HASH_WORDS; j += 2)
			blowfish_encrypt(&b, &words[j], &words[j + 1]);
	for (int i = 0; i < HASH_WORDS; i++)
		for (int j = 0; j < 4; j++)
			ret[4 * i + j] = (unsigned char)(words[i] >> (8 * j));
	explicit_bzero(&b, sizeof(b));
	explicit_bzero(words, sizeof(words));
}

/* One block of the output: the hashes of all rounds, XORed. */
static void bcrypt_block(const unsigned char pass[SHA512_DIGEST_LENGTH], const unsigned char *salt, size_t salt_size,
			 uint32_t rounds, unsigned char ret[HASH_SIZE])
{
	unsigned char salted[SHA512_DIGEST_LENGTH], hash[HASH_SIZE];

	SHA512(salt, salt_size, salted);
	bcrypt_hash(pass, salted, hash);
	memcpy(ret, hash, HASH_SIZE);
	for (uint32_t i = 1; i < rounds; i++) {
		SHA512(hash, sizeof(hash), salted);
		bcrypt_hash(pass, salted, hash);
		for (int j = 0; j < HASH_SIZE; j++)
			ret[j] ^= hash[j];
	}
	explicit_bzero(hash, sizeof(hash));
}

bool bcrypt_pbkdf(const char *passphrase, size_t passphrase_size, const unsigned char *salt, size_t salt_size,
		  uint32_t rounds, unsigned char *ret_key, size_t size)
{
	unsigned char pass[SHA512_DIGEST_LENGTH], block[HASH_SIZE], counted[SALT_MOST + 4];
	size_t n_blocks = (size + HASH_SIZE - 1) / HASH_SIZE;

	if (!rounds || !passphrase_size || !salt_size || salt_size > SALT_MOST || !size || size > KEY_MOST)
		return false;
	SHA512((const unsigned char *)passphrase, passphrase_size, pass);
	memcpy(counted, salt, salt_size);
	for (size_t n = 0; n < n_blocks; n++) {
		for (int i = 0; i < 4; i++)
			counted[salt_size + (size_t)i] = (unsigned char)((n + 1) >> (24 - 8 * i));
		bcrypt_block(pass, counted, salt_size + 4, rounds, block);
		/* The blocks are dealt out like cards: byte i of block n stands at i * n_blocks + n. */
		for (size_t i = 0; i < HASH_SIZE && i * n_blocks + n < size; i++)
			ret_key[i * n_blocks + n] = block[i];
	}
	explicit_bzero(pass, sizeof(pass));
	explicit_bzero(block, sizeof(block));
	return true;
}
