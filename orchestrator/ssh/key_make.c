#include "ssh/key_make.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ssh/identity.h"
#include "ssh/wire_format.h"

enum { BLOB_MOST = 8192, RSA_BITS_LEAST = 1024, RSA_BITS_MOST = 16384 };

static const struct key_curve curves[] = {
	{"ecdsa-sha2-nistp256", "nistp256", "prime256v1"},
	{"ecdsa-sha2-nistp384", "nistp384", "secp384r1"},
	{"ecdsa-sha2-nistp521", "nistp521", "secp521r1"},
};

const struct key_curve *key_curve_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof(curves) / sizeof(*curves); i++)
		if (strcmp(name, curves[i].ssh_name) == 0 || strcmp(name, curves[i].openssl_name) == 0)
			return &curves[i];
	return NULL;
}

static EVP_PKEY *key_from(const char *type, OSSL_PARAM_BLD *fields)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(fields);
	EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (!params || !c || EVP_PKEY_fromdata_init(c) != 1 ||
	    EVP_PKEY_fromdata(c, &key, EVP_PKEY_KEYPAIR, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(c);
	OSSL_PARAM_free(params);
	return key;
}

static bool read_bn(struct reader *r, BIGNUM **ret_bn)
{
	const unsigned char *bytes;
	size_t n;

	if (!reader_string(r, &bytes, &n) || n > RSA_BITS_MOST / 8 + 1)
		return false;
	*ret_bn = BN_secure_new();
	return *ret_bn && BN_bin2bn(bytes, (int)n, *ret_bn);
}

static EVP_PKEY *make_ed25519(struct reader *r)
{
	const unsigned char *public, *private;
	size_t public_size, private_size;

	if (!reader_string(r, &public, &public_size) || !reader_string(r, &private, &private_size) ||
	    public_size != 32 || private_size != 64)
		return NULL;
	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private, 32);
}

static EVP_PKEY *make_ecdsa(struct reader *r, const char *ssh_name)
{
	const struct key_curve *curve = key_curve_by_name(ssh_name);
	const unsigned char *point;
	size_t point_size;
	BIGNUM *d = NULL;
	OSSL_PARAM_BLD *fields = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;

	if (curve && reader_is(r, ssh_name) && reader_string(r, &point, &point_size) && read_bn(r, &d) &&
	    OSSL_PARAM_BLD_push_utf8_string(fields, OSSL_PKEY_PARAM_GROUP_NAME, curve->openssl_name, 0) &&
	    OSSL_PARAM_BLD_push_octet_string(fields, OSSL_PKEY_PARAM_PUB_KEY, point, point_size) &&
	    OSSL_PARAM_BLD_push_BN(fields, OSSL_PKEY_PARAM_PRIV_KEY, d))
		key = key_from("EC", fields);
	OSSL_PARAM_BLD_free(fields);
	BN_clear_free(d);
	return key;
}

/* n, e, d, iqmp, p, q, then what OpenSSL wants too: d mod (p - 1) and d mod (q - 1). */
enum { RSA_N, RSA_E, RSA_D, RSA_IQMP, RSA_P, RSA_Q, RSA_DMP1, RSA_DMQ1, RSA_FIELDS };

static bool rsa_exponent(BIGNUM **ret, const BIGNUM *d, const BIGNUM *prime)
{
	BN_CTX *c = BN_CTX_secure_new();
	BIGNUM *less = BN_dup(prime);
	bool ok;

	*ret = BN_secure_new();
	ok = c && less && *ret && BN_sub_word(less, 1) && BN_mod(*ret, d, less, c);
	BN_clear_free(less);
	BN_CTX_free(c);
	return ok;
}

static bool rsa_push(OSSL_PARAM_BLD *fields, BIGNUM *const n[RSA_FIELDS])
{
	static const char *const names[RSA_FIELDS] = {
		OSSL_PKEY_PARAM_RSA_N,	       OSSL_PKEY_PARAM_RSA_E,
		OSSL_PKEY_PARAM_RSA_D,	       OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
		OSSL_PKEY_PARAM_RSA_FACTOR1,   OSSL_PKEY_PARAM_RSA_FACTOR2,
		OSSL_PKEY_PARAM_RSA_EXPONENT1, OSSL_PKEY_PARAM_RSA_EXPONENT2,
	};

	for (int i = 0; i < RSA_FIELDS; i++)
		if (!OSSL_PARAM_BLD_push_BN(fields, names[i], n[i]))
			return false;
	return BN_num_bits(n[RSA_N]) >= RSA_BITS_LEAST;
}

static EVP_PKEY *make_rsa(struct reader *r)
{
	BIGNUM *n[RSA_FIELDS] = {NULL};
	OSSL_PARAM_BLD *fields = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;
	bool ok = fields != NULL;

	for (int i = RSA_N; ok && i <= RSA_Q; i++)
		ok = read_bn(r, &n[i]);
	if (ok && rsa_exponent(&n[RSA_DMP1], n[RSA_D], n[RSA_P]) && rsa_exponent(&n[RSA_DMQ1], n[RSA_D], n[RSA_Q]) &&
	    rsa_push(fields, n))
		key = key_from("RSA", fields);
	for (int i = 0; i < RSA_FIELDS; i++)
		BN_clear_free(n[i]);
	OSSL_PARAM_BLD_free(fields);
	return key;
}

bool key_make(struct identity *ret_identity, struct reader *r, struct error *why)
{
	const unsigned char *bytes;
	char type[64];
	size_t n;
	EVP_PKEY *key = NULL;

	if (!reader_string(r, &bytes, &n) || n >= sizeof(type))
		return error_set(why, ERROR_CONFIG, "not a whole OpenSSH private key");
	memcpy(type, bytes, n);
	type[n] = '\0';
	if (strcmp(type, "ssh-ed25519") == 0)
		key = make_ed25519(r);
	else if (strncmp(type, "ecdsa-sha2-", 11) == 0)
		key = make_ecdsa(r, type + 11);
	else if (strcmp(type, "ssh-rsa") == 0)
		key = make_rsa(r);
	else
		return error_set(why, ERROR_CONFIG, "a key of type %s is not used here (an agent may)", type);
	if (!key)
		return error_set(why, ERROR_CONFIG, "its %s key cannot be read", type);
	ret_identity->key = key;
	return key_describe(ret_identity, why);
}

/* --- from OpenSSL's key to SSH's public blob --- */

static void set_type(char type[64], const char *name)
{
	snprintf(type, 64, "%s", name);
}

static bool describe_ed25519(const EVP_PKEY *key, struct buf *blob, char type[64])
{
	unsigned char public[32];
	size_t n = sizeof(public);

	set_type(type, "ssh-ed25519");
	return EVP_PKEY_get_raw_public_key(key, public, &n) == 1 && write_string(blob, type, strlen(type)) &&
	       write_string(blob, public, n);
}

static bool describe_ecdsa(const EVP_PKEY *key, struct buf *blob, char type[64])
{
	unsigned char point[256];
	char group[64];
	const struct key_curve *curve;
	size_t n;

	if (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), NULL) != 1 ||
	    !(curve = key_curve_by_name(group)) ||
	    EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &n) != 1)
		return false;
	set_type(type, curve->type);
	return write_string(blob, type, strlen(type)) && write_string(blob, curve->ssh_name, strlen(curve->ssh_name)) &&
	       write_string(blob, point, n);
}

static bool write_bn_of(const EVP_PKEY *key, const char *name, struct buf *blob)
{
	unsigned char bytes[RSA_BITS_MOST / 8];
	BIGNUM *bn = NULL;
	bool ok = EVP_PKEY_get_bn_param(key, name, &bn) == 1 && BN_num_bytes(bn) <= (int)sizeof(bytes);

	ok = ok && write_mpint(blob, bytes, (size_t)BN_bn2bin(bn, bytes));
	BN_free(bn);
	return ok;
}

static bool describe_rsa(const EVP_PKEY *key, struct buf *blob, char type[64])
{
	set_type(type, "ssh-rsa");
	return write_string(blob, type, strlen(type)) && write_bn_of(key, OSSL_PKEY_PARAM_RSA_E, blob) &&
	       write_bn_of(key, OSSL_PKEY_PARAM_RSA_N, blob);
}

bool key_describe(struct identity *i, struct error *why)
{
	static const struct {
		int id;
		bool (*describe)(const EVP_PKEY *key, struct buf *blob, char type[64]);
	} kinds[] = {{EVP_PKEY_ED25519, describe_ed25519}, {EVP_PKEY_EC, describe_ecdsa}, {EVP_PKEY_RSA, describe_rsa}};
	struct buf blob;

	buf_init(&blob, BLOB_MOST);
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
		if (EVP_PKEY_get_base_id(i->key) == kinds[k].id && kinds[k].describe(i->key, &blob, i->type)) {
			i->size = blob.used;
			i->blob = (unsigned char *)buf_steal(&blob);
			buf_done(&blob);
			return true;
		}
	buf_done(&blob);
	EVP_PKEY_free(i->key);
	i->key = NULL;
	return error_set(why, ERROR_CONFIG, "a kind of key that SSH does not use");
}
