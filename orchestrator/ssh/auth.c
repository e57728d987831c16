#include "ssh/auth.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "ssh/agent.h"
#include "ssh/algorithms.h"
#include "ssh/auth_sign.h"
#include "ssh/host_keys.h"
#include "ssh/identity.h"
#include "ssh/identity_cache.h"
#include "ssh/link.h"
#include "ssh/session_inner.h"

enum { KEYS_MOST = 6, NOTES_MOST = 300 };

void auth_drop(struct auth *a)
{
	if (a->call)
		agent_cancel(a->call);
	for (size_t i = 0; i < a->n; i++) {
		free(a->keys[i].blob);
		free(a->keys[i].path);
	}
	free(a->keys);
	if (a->session) {
		buf_done(&a->notes);
		buf_wipe(&a->signature);
		buf_done(&a->signature);
	}
	*a = (struct auth){0};
}

void auth_note(struct auth *a, const char *what, const char *why)
{
	buf_addf(&a->notes, "%s%s: %s", a->notes.used ? "; " : "", what, why);
}

static bool auth_has(const struct auth *a, const unsigned char *blob, size_t size)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->keys[i].size == size && memcmp(a->keys[i].blob, blob, size) == 0)
			return true;
	return false;
}

static void auth_append(struct auth *a, struct auth_key *key, const unsigned char *blob)
{
	key->blob = mem_alloc(key->size);
	memcpy(key->blob, blob, key->size);
	a->keys = mem_grow(a->keys, a->n + 1, sizeof(*a->keys));
	a->keys[a->n++] = *key;
}

static void auth_add(struct session *s, const unsigned char *blob, size_t size, const char *path, const char *label)
{
	struct auth *a = &s->auth;
	struct auth_key key = {.size = size, .path = mem_strdup(path)};
	char type[64];

	host_keys_blob_type(type, blob, size);
	key.is_rsa = strcmp(type, "ssh-rsa") == 0;
	snprintf(key.label, sizeof(key.label), "%s (%s)", label, type);
	if (key.is_rsa && !algorithms_have_rsa_sha2() && !s->target->legacy) {
		auth_note(a, key.label, "this libssh2 (1.10) signs RSA with SHA-1 only, 1.11 is needed");
		free(key.path);
		return;
	}
	auth_append(a, &key, blob);
	if (!key.is_rsa || !s->target->legacy || !algorithms_have_rsa_sha2())
		return;
	key.path = mem_strdup(path);
	key.sha1 = true;
	auth_append(a, &key, blob);
}

/* True when every file is read (and decrypted). */
static bool auth_read_files(struct session *s)
{
	const char *const *paths = s->target->identities;
	const struct identity *identity;
	struct error why;

	for (size_t i = 0; paths && paths[i]; i++)
		if (identity_cache_get(s->context->identities, paths[i], &identity, &why) == IDENTITY_LOADING)
			return false;
	for (size_t i = 0; paths && paths[i]; i++) {
		if (identity_cache_get(s->context->identities, paths[i], &identity, &why) == IDENTITY_FAILED)
			auth_note(&s->auth, paths[i], why.text);
		else if (!auth_has(&s->auth, identity->blob, identity->size))
			auth_add(s, identity->blob, identity->size, paths[i], paths[i]);
	}
	return true;
}

static void auth_listed(void *ctx, const struct reader *answer, const struct error *why)
{
	struct session *s = ctx;
	struct reader r;
	uint32_t n = 0;

	s->auth.call = NULL;
	s->auth.agent_answered = true;
	session_wake(s);
	if (!answer) {
		auth_note(&s->auth, s->target->identity_agent, why->text);
		return;
	}
	r = *answer;
	reader_u32(&r, &n);
	for (; n; n--) {
		const unsigned char *blob, *comment;
		size_t size, length;
		char label[64];

		if (!reader_string(&r, &blob, &size) || !reader_string(&r, &comment, &length))
			return;
		snprintf(label, sizeof(label), "agent: %.*s", (int)(length < 40 ? length : 40), (const char *)comment);
		if (!auth_has(&s->auth, blob, size))
			auth_add(s, blob, size, NULL, label);
	}
}

static enum climb auth_ask_agent(struct session *s)
{
	struct auth *a = &s->auth;

	if (!s->target->identity_agent || a->agent_answered)
		return CLIMB_NEXT;
	if (!a->call)
		a->call = agent_list(s->context->loop, s->target->identity_agent, auth_listed, s);
	return CLIMB_WAIT;
}

/*
 * RSA last, for libssh2 1.11 keeps the algorithm of an RSA key that the server's list leaves no signature for, and
 * would show the next key under it. Few in all, for sshd hangs up after six.
 */
static void auth_sort(struct auth *a)
{
	struct auth_key *sorted = mem_alloc((a->n + 1) * sizeof(*sorted));
	size_t n = 0;

	for (int rank = 0; rank <= 2; rank++)
		for (size_t i = 0; i < a->n; i++)
			if (a->keys[i].is_rsa + a->keys[i].sha1 == rank)
				sorted[n++] = a->keys[i];
	free(a->keys);
	a->keys = sorted;
	for (; a->n > KEYS_MOST; a->n--) {
		free(a->keys[a->n - 1].blob);
		free(a->keys[a->n - 1].path);
	}
}

static enum climb auth_fail(struct session *s)
{
	struct auth *a = &s->auth;
	scoped_buf tried = {0};

	buf_init(&tried, NOTES_MOST);
	for (size_t i = 0; i < a->n; i++) {
		if (!a->keys[i].sha1)
			buf_addf(&tried, "%s%s", i ? ", " : "", a->keys[i].label);
		if (a->keys[i].is_rsa && !s->target->legacy)
			buf_adds(&tried, " (RSA with SHA-2 only: `ssh.legacy: true` adds SHA-1)");
	}
	if (a->n)
		error_set(&s->why, ERROR_AUTH, "%s is not let in with %s%s%s", s->target->user, tried.bytes,
			  a->notes.used ? "; not used: " : "", a->notes.bytes);
	else
		error_set(&s->why, ERROR_AUTH, "no key to show%s%s", a->notes.used ? ": " : "", a->notes.bytes);
	return CLIMB_FAIL;
}

static enum climb auth_prepare(struct session *s)
{
	struct auth *a = &s->auth;

	if (!a->session) {
		a->session = s;
		buf_init(&a->notes, NOTES_MOST);
		buf_init(&a->signature, 16 * 1024);
	}
	if (a->stage == AUTH_FILES) {
		if (!auth_read_files(s))
			return CLIMB_WAIT;
		a->stage = AUTH_AGENT;
	}
	if (auth_ask_agent(s) == CLIMB_WAIT)
		return CLIMB_WAIT;
	auth_sort(a);
	a->stage = AUTH_TRYING;
	return CLIMB_NEXT;
}

/* Lost, rather than refused. */
static bool is_lost(struct session *s, int rc)
{
	return s->wire.ended || s->vault.full ||
	       (rc != LIBSSH2_ERROR_AUTHENTICATION_FAILED && rc != LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED &&
		rc != LIBSSH2_ERROR_METHOD_NONE);
}

enum climb auth_climb(struct session *s)
{
	struct auth *a = &s->auth;

	if (a->stage != AUTH_TRYING && auth_prepare(s) == CLIMB_WAIT)
		return CLIMB_WAIT;
	for (; a->at < a->n; a->at++) {
		const struct auth_key *k = &a->keys[a->at];
		int rc;

		if (k->sha1)
			algorithms_sign_with_sha1(s->ssh);
		rc = libssh2_userauth_publickey(s->ssh, s->target->user, k->blob, k->size, auth_sign, &a->session);
		if (rc == 0)
			return CLIMB_NEXT;
		if (rc == LIBSSH2_ERROR_EAGAIN)
			return CLIMB_WAIT;
		if (is_lost(s, rc)) {
			link_explain(s, ERROR_AUTH, &s->why);
			return CLIMB_FAIL;
		}
		if (rc == LIBSSH2_ERROR_METHOD_NONE) {
			auth_note(a, k->label, "the server takes no RSA signature that we make");
			break;
		}
	}
	return auth_fail(s);
}
