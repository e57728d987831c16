#include "ssh/keyfile.h"

#include <openssl/evp.h>
#include <string.h>

#include "base/mem.h"
#include "ssh/base64.h"
#include "ssh/bcrypt_pbkdf.h"
#include "ssh/identity.h"
#include "ssh/key_make.h"
#include "ssh/wire_format.h"

#define KEYFILE_BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define KEYFILE_END "-----END OPENSSH PRIVATE KEY-----"

enum { ROUNDS_MOST = 4096 };

/* The parts of the file, borrowed from its decoded bytes. */
struct parts {
	const unsigned char *cipher, *kdf, *options, *blob, *secret;
	size_t cipher_size, kdf_size, options_size, blob_size, secret_size;
};

bool keyfile_is(const char *text, size_t size)
{
	return size > strlen(KEYFILE_BEGIN) && memcmp(text, KEYFILE_BEGIN, strlen(KEYFILE_BEGIN)) == 0;
}

/* Takes the white space out of the base64 between the two marker lines. */
static bool decode(const char *text, size_t size, struct buf *ret_bytes)
{
	const char *at = text + strlen(KEYFILE_BEGIN), *end;
	scoped_buf packed = {0};
	unsigned char *bytes;
	size_t n;
	bool ok;

	if (!keyfile_is(text, size))
		return false;
	end = memmem(at, size - strlen(KEYFILE_BEGIN), KEYFILE_END, strlen(KEYFILE_END));
	if (!end)
		return false;
	buf_init(&packed, IDENTITY_FILE_MOST);
	for (; at < end; at++)
		if (!strchr(" \t\r\n", *at))
			buf_addc(&packed, *at);
	bytes = mem_alloc(packed.used + 1);
	ok = base64_read(packed.bytes, packed.used, bytes, packed.used, &n) && buf_add(ret_bytes, bytes, n);
	explicit_bzero(bytes, packed.used);
	free(bytes);
	buf_wipe(&packed);
	return ok;
}

static bool take_apart(const struct buf *bytes, struct parts *p)
{
	static const char magic[] = "openssh-key-v1"; /* its NUL counts */
	struct reader r = {(const unsigned char *)bytes->bytes, bytes->used};
	uint32_t n_keys;

	if (r.left < sizeof(magic) || memcmp(r.at, magic, sizeof(magic)) != 0)
		return false;
	r.at += sizeof(magic);
	r.left -= sizeof(magic);
	return reader_string(&r, &p->cipher, &p->cipher_size) && reader_string(&r, &p->kdf, &p->kdf_size) &&
	       reader_string(&r, &p->options, &p->options_size) && reader_u32(&r, &n_keys) && n_keys == 1 &&
	       reader_string(&r, &p->blob, &p->blob_size) && reader_string(&r, &p->secret, &p->secret_size);
}

static bool is_text(const unsigned char *bytes, size_t n, const char *text)
{
	return n == strlen(text) && memcmp(bytes, text, n) == 0;
}

bool keyfile_is_encrypted(const char *text, size_t size)
{
	scoped_buf bytes = {0};
	struct parts p;
	bool encrypted;

	buf_init(&bytes, IDENTITY_FILE_MOST);
	encrypted = decode(text, size, &bytes) && take_apart(&bytes, &p) && !is_text(p.cipher, p.cipher_size, "none");
	buf_wipe(&bytes);
	return encrypted;
}

static const EVP_CIPHER *cipher_of(const struct parts *p)
{
	static const struct {
		const char *name;
		const EVP_CIPHER *(*get)(void);
	} ciphers[] = {
		{"aes256-ctr", EVP_aes_256_ctr}, {"aes192-ctr", EVP_aes_192_ctr}, {"aes128-ctr", EVP_aes_128_ctr},
		{"aes256-cbc", EVP_aes_256_cbc}, {"aes192-cbc", EVP_aes_192_cbc}, {"aes128-cbc", EVP_aes_128_cbc},
	};

	for (size_t i = 0; i < sizeof(ciphers) / sizeof(*ciphers); i++)
		if (is_text(p->cipher, p->cipher_size, ciphers[i].name))
			return ciphers[i].get();
	return NULL;
}

/* Key and IV, one after the other, from the passphrase. */
static bool derive(const struct parts *p, const char *passphrase, unsigned char *ret_key, size_t size)
{
	struct reader r = {p->options, p->options_size};
	const unsigned char *salt;
	size_t salt_size;
	uint32_t rounds;

	if (!is_text(p->kdf, p->kdf_size, "bcrypt") || !reader_string(&r, &salt, &salt_size) ||
	    !reader_u32(&r, &rounds) || rounds > ROUNDS_MOST)
		return false;
	return bcrypt_pbkdf(passphrase, strlen(passphrase), salt, salt_size, rounds, ret_key, size);
}

static bool decrypt_with(const EVP_CIPHER *cipher, const unsigned char *key, const struct parts *p, struct buf *ret)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	unsigned char *out = mem_alloc(p->secret_size + 64);
	int n = 0;
	bool ok;

	ok = c && p->secret_size <= IDENTITY_FILE_MOST &&
	     EVP_DecryptInit_ex(c, cipher, NULL, key, key + EVP_CIPHER_get_key_length(cipher)) == 1 &&
	     EVP_CIPHER_CTX_set_padding(c, 0) == 1 &&
	     EVP_DecryptUpdate(c, out, &n, p->secret, (int)p->secret_size) == 1 && buf_add(ret, out, (size_t)n);
	explicit_bzero(out, p->secret_size);
	free(out);
	EVP_CIPHER_CTX_free(c);
	return ok;
}

static bool decrypt(const struct parts *p, const char *passphrase, struct buf *ret_secret, struct error *why)
{
	const EVP_CIPHER *cipher = cipher_of(p);
	unsigned char key[EVP_MAX_KEY_LENGTH + EVP_MAX_IV_LENGTH];
	size_t size;
	bool ok;

	if (!cipher)
		return error_set(why, ERROR_CONFIG, "encrypted with %.*s, which is not read here", (int)p->cipher_size,
				 (const char *)p->cipher);
	size = (size_t)EVP_CIPHER_get_key_length(cipher) + (size_t)EVP_CIPHER_get_iv_length(cipher);
	ok = derive(p, passphrase, key, size) && decrypt_with(cipher, key, p, ret_secret);
	explicit_bzero(key, sizeof(key));
	return ok || error_set(why, ERROR_CONFIG, "cannot be decrypted");
}

/* The two check numbers are equal when the passphrase was right. */
static bool read_secret(struct identity *ret_identity, const struct buf *secret, struct error *why)
{
	struct reader r = {(const unsigned char *)secret->bytes, secret->used};
	uint32_t check, again;

	if (!reader_u32(&r, &check) || !reader_u32(&r, &again) || check != again)
		return error_set(why, ERROR_AUTH, "wrong passphrase");
	return key_make(ret_identity, &r, why);
}

static bool open_secret(const struct parts *p, const char *passphrase, struct buf *ret_secret, struct error *why)
{
	if (!is_text(p->cipher, p->cipher_size, "none"))
		return passphrase ? decrypt(p, passphrase, ret_secret, why) :
				    error_set(why, ERROR_AUTH, "encrypted, and no passphrase is known");
	return buf_add(ret_secret, p->secret, p->secret_size) ||
	       error_set(why, ERROR_CONFIG, "too long for a private key");
}

bool keyfile_parse(struct identity *ret_identity, const char *text, size_t size, const char *passphrase,
		   struct error *why)
{
	scoped_buf bytes = {0};
	scoped_buf secret = {0};
	struct parts p;
	bool ok;

	buf_init(&bytes, IDENTITY_FILE_MOST);
	buf_init(&secret, IDENTITY_FILE_MOST);
	if (!decode(text, size, &bytes) || !take_apart(&bytes, &p))
		ok = error_set(why, ERROR_CONFIG, "not a whole OpenSSH private key");
	else
		ok = open_secret(&p, passphrase, &secret, why) && read_secret(ret_identity, &secret, why);
	buf_wipe(&secret);
	buf_wipe(&bytes);
	return ok;
}
