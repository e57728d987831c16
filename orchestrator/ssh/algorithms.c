#include "ssh/algorithms.h"

#include <stdio.h>
#include <string.h>

#include "ssh/host_keys.h"

/* Methods that only one of the libssh2 versions knows are skipped by the other. */
static const struct {
	int method;
	const char *name;
	const char *modern;
	const char *legacy; /* in addition */
} methods[] = {
	{LIBSSH2_METHOD_KEX, "key exchange",
	 "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
	 "diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,diffie-hellman-group-exchange-sha256,"
	 "diffie-hellman-group14-sha256",
	 "diffie-hellman-group14-sha1,diffie-hellman-group-exchange-sha1"},
	{LIBSSH2_METHOD_HOSTKEY, "host key",
	 "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256",
	 "ssh-rsa"},
	{LIBSSH2_METHOD_CRYPT_CS, "cipher",
	 "aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr", NULL},
	{LIBSSH2_METHOD_CRYPT_SC, "cipher",
	 "aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr", NULL},
	{LIBSSH2_METHOD_MAC_CS, "MAC",
	 "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512", "hmac-sha1"},
	{LIBSSH2_METHOD_MAC_SC, "MAC",
	 "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512", "hmac-sha1"},
	{LIBSSH2_METHOD_COMP_CS, "compression", "none", NULL},
	{LIBSSH2_METHOD_COMP_SC, "compression", "none", NULL},
};

enum { N_METHODS = sizeof(methods) / sizeof(*methods), LIST_MOST = 2048 };

bool algorithms_have_rsa_sha2(void)
{
	return libssh2_version(0x010b00) != NULL;
}

static bool list_has(const char *list, const char *name, size_t n)
{
	while (*list) {
		size_t length = strcspn(list, ",");

		if (length == n && strncmp(list, name, n) == 0)
			return true;
		list += length;
		list += *list == ',';
	}
	return false;
}

static void list_add(struct buf *out, const char *name, size_t n)
{
	if (list_has(out->bytes, name, n))
		return;
	if (out->used)
		buf_addc(out, ',');
	buf_add(out, name, n);
}

static void list_add_all(struct buf *out, const char *list)
{
	while (list && *list) {
		size_t length = strcspn(list, ",");

		list_add(out, list, length);
		list += length;
		list += *list == ',';
	}
}

/* The signature algorithm serves this type of key: an RSA key is "ssh-rsa" whatever it signs with. */
static bool serves(const char *algorithm, size_t n, const char *type)
{
	if (strcmp(type, "ssh-rsa") == 0)
		return (n > 8 && strncmp(algorithm, "rsa-sha2", 8) == 0) ||
		       (n == 7 && strncmp(algorithm, type, n) == 0);
	return n == strlen(type) && strncmp(algorithm, type, n) == 0;
}

static void list_known_first(struct buf *out, const char *list, const struct host_keys *keys)
{
	while (list && *list) {
		size_t length = strcspn(list, ",");

		for (size_t i = 0; i < host_keys_count(keys); i++)
			if (serves(list, length, host_keys_type(keys, i)))
				list_add(out, list, length);
		list += length;
		list += *list == ',';
	}
}

void algorithms_list(struct buf *out, int method, bool legacy, const struct host_keys *keys)
{
	for (int i = 0; i < N_METHODS; i++) {
		if (methods[i].method != method)
			continue;
		if (method == LIBSSH2_METHOD_HOSTKEY && keys) {
			list_known_first(out, methods[i].modern, keys);
			list_known_first(out, legacy ? methods[i].legacy : NULL, keys);
		}
		list_add_all(out, methods[i].modern);
		list_add_all(out, legacy ? methods[i].legacy : NULL);
	}
}

bool algorithms_set(LIBSSH2_SESSION *ssh, bool legacy, const struct host_keys *keys, struct error *why)
{
	for (int i = 0; i < N_METHODS; i++) {
		scoped_buf list = {0};

		buf_init(&list, LIST_MOST);
		algorithms_list(&list, methods[i].method, legacy, keys);
		if (libssh2_session_method_pref(ssh, methods[i].method, list.bytes))
			return error_set(why, ERROR_FAILED, "this libssh2 (%s) has no %s that we offer",
					 libssh2_version(0), methods[i].name);
	}
#ifdef LIBSSH2_METHOD_SIGN_ALGO
	if (libssh2_session_method_pref(ssh, LIBSSH2_METHOD_SIGN_ALGO, "rsa-sha2-512,rsa-sha2-256"))
		return error_set(why, ERROR_FAILED, "this libssh2 (%s) does not sign with SHA-2", libssh2_version(0));
#endif
	return true;
}

void algorithms_sign_with_sha1(LIBSSH2_SESSION *ssh)
{
#ifdef LIBSSH2_METHOD_SIGN_ALGO
	libssh2_session_method_pref(ssh, LIBSSH2_METHOD_SIGN_ALGO, "ssh-rsa");
#else
	(void)ssh; /* it knows nothing else */
#endif
}

/* An AEAD cipher brings its own integrity: the MAC that was "agreed on" beside it means nothing. */
static bool is_mac_of_aead(LIBSSH2_SESSION *ssh, int method)
{
	const char *cipher = NULL;

	if (method == LIBSSH2_METHOD_MAC_CS)
		cipher = libssh2_session_methods(ssh, LIBSSH2_METHOD_CRYPT_CS);
	if (method == LIBSSH2_METHOD_MAC_SC)
		cipher = libssh2_session_methods(ssh, LIBSSH2_METHOD_CRYPT_SC);
	return cipher && strstr(cipher, "-gcm@");
}

bool algorithms_check(LIBSSH2_SESSION *ssh, bool legacy, struct error *why)
{
	for (int i = 0; i < N_METHODS; i++) {
		const char *agreed = libssh2_session_methods(ssh, methods[i].method);
		scoped_buf list = {0};

		if (is_mac_of_aead(ssh, methods[i].method))
			continue;
		buf_init(&list, LIST_MOST);
		algorithms_list(&list, methods[i].method, legacy, NULL);
		if (!agreed || !list_has(list.bytes, agreed, strlen(agreed)))
			return error_set(why, ERROR_UNREACHABLE, "%s %s was agreed on, which we do not offer",
					 methods[i].name, agreed ? agreed : "(none)");
	}
	return true;
}

void algorithms_explain(bool legacy, struct error *why)
{
	char text[sizeof(why->text)];

	if (!legacy)
		snprintf(text, sizeof(text),
			 "%.150s: no algorithm in common? `ssh.legacy: true` offers what OpenSSH 6.6 needs", why->text);
	else
		snprintf(text, sizeof(text), "%.150s: no algorithm in common", why->text);
	if (!algorithms_have_rsa_sha2())
		error_set(why, why->code, "%s; this libssh2 (%s) cannot use RSA host keys with SHA-2, 1.11 can", text,
			  libssh2_version(0));
	else
		error_set(why, why->code, "%s", text);
}
