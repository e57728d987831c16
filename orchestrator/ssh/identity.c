#include "ssh/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "ssh/key_make.h"
#include "ssh/keyfile.h"
#include "ssh/wire_format.h"

enum { SIGNATURE_MOST = 4096 };

static bool is_private(int fd, struct error *why)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_set(why, ERROR_PERMISSION, "%s", strerror(errno));
	if (!S_ISREG(st.st_mode))
		return error_set(why, ERROR_PERMISSION, "not a regular file");
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return error_set(why, ERROR_PERMISSION, "belongs to somebody else (uid %u)", (unsigned)st.st_uid);
	if (st.st_mode & 077)
		return error_set(why, ERROR_PERMISSION, "others can read it (mode %04o): chmod 600",
				 (unsigned)st.st_mode & 07777);
	return true;
}

static bool read_whole(int fd, struct buf *text, struct error *why)
{
	char piece[4096];
	ssize_t n;
	bool ok = true;

	while (ok && (n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0)
			ok = error_set(why, ERROR_PERMISSION, "%s", strerror(errno));
		else if (!buf_add(text, piece, (size_t)n))
			ok = error_set(why, ERROR_CONFIG, "too long for a private key");
	}
	explicit_bzero(piece, sizeof(piece));
	return ok;
}

bool identity_read_file(const char *path, struct buf *ret_text, struct error *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool ok;

	if (fd < 0)
		return error_set(why, ERROR_PERMISSION, "%s",
				 errno == ELOOP ? "a symbolic link is not followed" : strerror(errno));
	ok = is_private(fd, why) && read_whole(fd, ret_text, why);
	close(fd);
	return ok;
}

bool identity_is_encrypted(const char *text, size_t size)
{
	if (keyfile_is(text, size))
		return keyfile_is_encrypted(text, size);
	return memmem(text, size, "ENCRYPTED", 9) != NULL;
}

static int give_passphrase(char *to, int most, int writing, void *passphrase)
{
	size_t n = passphrase ? strlen(passphrase) : 0;

	(void)writing;
	if (n > (size_t)most)
		return -1;
	if (n)
		memcpy(to, passphrase, n); /* NOLINT(bugprone-not-null-terminated-result): the length is told */
	return (int)n;
}

static bool parse_pem(struct identity *i, const char *text, size_t size, const char *passphrase, struct error *why)
{
	scoped_mem char *copy = mem_strdup(passphrase);
	BIO *bio = BIO_new_mem_buf(text, (int)size);

	i->key = bio ? PEM_read_bio_PrivateKey(bio, NULL, give_passphrase, copy) : NULL;
	BIO_free(bio);
	ERR_clear_error();
	if (copy)
		explicit_bzero(copy, strlen(copy));
	if (i->key)
		return key_describe(i, why);
	if (identity_is_encrypted(text, size))
		return error_set(why, ERROR_AUTH,
				 passphrase ? "wrong passphrase" : "encrypted, and no passphrase is known");
	return error_set(why, ERROR_CONFIG, "not a private key");
}

bool identity_parse(struct identity *ret_identity, const char *text, size_t size, const char *passphrase,
		    struct error *why)
{
	*ret_identity = (struct identity){0};
	if (keyfile_is(text, size))
		return keyfile_parse(ret_identity, text, size, passphrase, why);
	return parse_pem(ret_identity, text, size, passphrase, why);
}

void identity_done(struct identity *i)
{
	EVP_PKEY_free(i->key);
	free(i->blob);
	*i = (struct identity){0};
}

static const EVP_MD *digest_for(const char *algorithm)
{
	static const struct {
		const char *algorithm;
		const EVP_MD *(*get)(void);
	} digests[] = {
		{"rsa-sha2-512", EVP_sha512},
		{"rsa-sha2-256", EVP_sha256},
		{"ssh-rsa", EVP_sha1},
		{"ecdsa-sha2-nistp256", EVP_sha256},
		{"ecdsa-sha2-nistp384", EVP_sha384},
		{"ecdsa-sha2-nistp521", EVP_sha512},
	};

	for (size_t i = 0; i < sizeof(digests) / sizeof(*digests); i++)
		if (strcmp(algorithm, digests[i].algorithm) == 0)
			return digests[i].get();
	return NULL; /* Ed25519 brings its own */
}

/* OpenSSL's DER to SSH's two numbers. */
static bool put_ecdsa(const unsigned char *der, size_t n, struct buf *ret)
{
	unsigned char number[128];
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);
	bool ok = sig && BN_num_bytes(ECDSA_SIG_get0_r(sig)) <= (int)sizeof(number) &&
		  BN_num_bytes(ECDSA_SIG_get0_s(sig)) <= (int)sizeof(number);

	ok = ok && write_mpint(ret, number, (size_t)BN_bn2bin(ECDSA_SIG_get0_r(sig), number));
	ok = ok && write_mpint(ret, number, (size_t)BN_bn2bin(ECDSA_SIG_get0_s(sig), number));
	ECDSA_SIG_free(sig);
	return ok;
}

bool identity_sign(const struct identity *i, const char *algorithm, const unsigned char *data, size_t size,
		   struct buf *ret_signature, struct error *why)
{
	unsigned char signature[SIGNATURE_MOST];
	size_t n = sizeof(signature);
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	bool ok = c && EVP_DigestSignInit(c, NULL, digest_for(algorithm), NULL, i->key) == 1 &&
		  EVP_DigestSign(c, signature, &n, data, size) == 1;

	EVP_MD_CTX_free(c);
	if (ok && EVP_PKEY_get_base_id(i->key) == EVP_PKEY_EC)
		ok = put_ecdsa(signature, n, ret_signature);
	else if (ok)
		ok = buf_add(ret_signature, signature, n);
	ERR_clear_error();
	return ok || error_set(why, ERROR_FAILED, "%s cannot sign with %s", i->type, algorithm);
}
