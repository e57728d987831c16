#include "ssh/target.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

unsigned target_port(const struct ssh_target *t)
{
	return t->port ? t->port : 22;
}

static const char *const *strings_copy(const char *const *from)
{
	const char **to;
	size_t n = 0;

	if (!from)
		return NULL;
	while (from[n])
		n++;
	to = mem_alloc((n + 1) * sizeof(*to));
	for (size_t i = 0; i < n; i++)
		to[i] = mem_strdup(from[i]);
	return to;
}

/* The copy owns what the struct, made for borrowed values too, declares const. */
static void const_free(const void *p)
{
	void *owned;

	memcpy(&owned, &p, sizeof(owned));
	free(owned);
}

static void strings_free(const char *const *strings)
{
	for (size_t i = 0; strings && strings[i]; i++)
		const_free(strings[i]);
	const_free(strings);
}

static const struct ssh_trusted_key *keys_copy(const struct ssh_trusted_key *from, size_t n)
{
	struct ssh_trusted_key *to = n ? mem_alloc(n * sizeof(*to)) : NULL;

	for (size_t i = 0; i < n; i++) {
		unsigned char *blob = mem_alloc(from[i].size);

		memcpy(blob, from[i].blob, from[i].size);
		to[i] = (struct ssh_trusted_key){.type = mem_strdup(from[i].type), .blob = blob, .size = from[i].size};
	}
	return to;
}

struct ssh_target *target_copy(const struct ssh_target *t)
{
	struct ssh_target *copy = mem_new(struct ssh_target);

	*copy = *t;
	copy->name = mem_strdup(t->name ? t->name : t->address);
	copy->address = mem_strdup(t->address);
	copy->user = mem_strdup(t->user);
	copy->identities = strings_copy(t->identities);
	copy->known_hosts = strings_copy(t->known_hosts);
	copy->host_key_alias = mem_strdup(t->host_key_alias);
	copy->identity_agent = mem_strdup(t->identity_agent);
	copy->trusted = keys_copy(t->trusted, t->n_trusted);
	copy->jump = t->jump ? target_copy(t->jump) : NULL;
	return copy;
}

void target_free(struct ssh_target *t)
{
	struct ssh_target *jump;

	if (!t)
		return;
	const_free(t->name);
	const_free(t->address);
	const_free(t->user);
	strings_free(t->identities);
	strings_free(t->known_hosts);
	const_free(t->host_key_alias);
	const_free(t->identity_agent);
	for (size_t i = 0; i < t->n_trusted; i++) {
		const_free(t->trusted[i].type);
		const_free(t->trusted[i].blob);
	}
	const_free(t->trusted);
	memcpy(&jump, &t->jump, sizeof(jump));
	target_free(jump);
	free(t);
}

static bool text_is_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

bool target_is_same(const struct ssh_target *a, const struct ssh_target *b)
{
	if (!text_is_same(a->address, b->address) || !text_is_same(a->user, b->user) ||
	    target_port(a) != target_port(b) || a->legacy != b->legacy)
		return false;
	if (!a->jump || !b->jump)
		return a->jump == b->jump;
	return target_is_same(a->jump, b->jump);
}
