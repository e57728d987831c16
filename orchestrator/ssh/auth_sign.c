#include "ssh/auth_sign.h"

#include <string.h>

#include "ssh/agent.h"
#include "ssh/auth.h"
#include "ssh/identity.h"
#include "ssh/identity_cache.h"
#include "ssh/session_inner.h"
#include "ssh/wire_format.h"

/* The signature algorithm that libssh2 has chosen stands in what is to be signed (RFC 4252, section 7). */
static bool read_algorithm(const unsigned char *data, size_t size, char algorithm[64])
{
	struct reader r = {data, size};
	const unsigned char *bytes;
	size_t n;

	if (!reader_string(&r, &bytes, &n) || !r.left)
		return false;
	r.at++; /* the message's type */
	r.left--;
	if (!reader_string(&r, &bytes, &n) || !reader_is(&r, "ssh-connection") || !reader_is(&r, "publickey") ||
	    !r.left)
		return false;
	r.at++; /* "with signature" */
	r.left--;
	if (!reader_string(&r, &bytes, &n) || n > 63)
		return false;
	memcpy(algorithm, bytes, n);
	algorithm[n] = '\0';
	return true;
}

static int sign_with_file(struct session *s, const struct auth_key *k, const char *algorithm, const unsigned char *data,
			  size_t size)
{
	const struct identity *identity;
	struct error why;

	if (identity_cache_get(s->context->identities, k->path, &identity, &why) != IDENTITY_READY ||
	    !identity_sign(identity, algorithm, data, size, &s->auth.signature, &why)) {
		auth_note(&s->auth, k->label, why.text);
		return LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED;
	}
	return 0;
}

static void agent_signed(void *ctx, const struct reader *answer, const struct error *why)
{
	struct session *s = ctx;
	struct auth *a = &s->auth;
	struct reader r;
	const unsigned char *bytes, *algorithm;
	size_t n, length;

	a->call = NULL;
	session_wake(s);
	a->agent_why.code = ERROR_NONE;
	if (why) {
		a->agent_why = *why;
		return;
	}
	r = *answer;
	if (reader_string(&r, &bytes, &n)) {
		r = (struct reader){bytes, n};
		if (reader_string(&r, &algorithm, &length) && reader_string(&r, &bytes, &n) &&
		    buf_add(&a->signature, bytes, n))
			return;
	}
	error_set(&a->agent_why, ERROR_AUTH, "the agent's signature cannot be read");
}

static int sign_with_agent(struct session *s, const struct auth_key *k, const char *algorithm,
			   const unsigned char *data, size_t size)
{
	struct auth *a = &s->auth;
	struct reader blob = {k->blob, k->size}, what = {data, size};
	uint32_t flags = 0;

	if (a->call)
		return LIBSSH2_ERROR_EAGAIN;
	if (a->agent_why.code != ERROR_NONE) {
		auth_note(a, k->label, a->agent_why.text);
		a->agent_why.code = ERROR_NONE;
		return LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED;
	}
	if (a->signature.used)
		return 0;
	if (strcmp(algorithm, "rsa-sha2-512") == 0)
		flags = AGENT_SIGN_SHA512;
	if (strcmp(algorithm, "rsa-sha2-256") == 0)
		flags = AGENT_SIGN_SHA256;
	a->call = agent_sign(s->context->loop, s->target->identity_agent, &blob, &what, flags, agent_signed, s);
	return LIBSSH2_ERROR_EAGAIN;
}

/* libssh2 frees it with the session's own function. */
static int give_signature(struct session *s, unsigned char **ret_signature, size_t *ret_size)
{
	struct buf *signature = &s->auth.signature;

	*ret_signature = vault_alloc(&s->vault, signature->used);
	if (!*ret_signature)
		return LIBSSH2_ERROR_ALLOC;
	memcpy(*ret_signature, signature->bytes, signature->used);
	*ret_size = signature->used;
	buf_wipe(signature);
	return 0;
}

int auth_sign(LIBSSH2_SESSION *ssh, unsigned char **ret_signature, size_t *ret_size, const unsigned char *data,
	      size_t size, void **abstract)
{
	struct session *s = *abstract;
	const struct auth_key *k = &s->auth.keys[s->auth.at];
	char algorithm[64];
	int rc;

	(void)ssh;
	if (!read_algorithm(data, size, algorithm))
		return LIBSSH2_ERROR_PROTO;
	if (strcmp(algorithm, "ssh-rsa") == 0 && !s->target->legacy) {
		auth_note(&s->auth, k->label, "the server takes RSA with SHA-1 only: `ssh.legacy: true` allows it");
		return LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED;
	}
	rc = k->path ? sign_with_file(s, k, algorithm, data, size) : sign_with_agent(s, k, algorithm, data, size);
	return rc ? rc : give_signature(s, ret_signature, ret_size);
}
