#include "ssh/host_keys.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "ssh/known_hosts.h"
#include "ssh/known_hosts_cache.h"
#include "ssh/scan.h"
#include "ssh/target.h"

static void keys_add(struct host_keys *keys, struct host_key key)
{
	keys->keys = mem_grow(keys->keys, keys->n + 1, sizeof(*keys->keys));
	keys->keys[keys->n++] = key;
}

static unsigned char *blob_copy(const unsigned char *blob, size_t size)
{
	unsigned char *copy = mem_alloc(size);

	memcpy(copy, blob, size);
	return copy;
}

static void keys_found(void *ctx, const struct known_key *k)
{
	keys_add(ctx, (struct host_key){
			      .mark = (int)k->mark,
			      .type = mem_strdup(k->type),
			      .blob = blob_copy(k->blob, k->size),
			      .size = k->size,
			      .where = mem_printf("%s:%u", k->file, k->line),
		      });
}

static void find_in_file(struct host_keys *keys, const struct known_hosts *file, const struct ssh_target *t)
{
	if (!file)
		return;
	if (t->host_key_alias) {
		/* An alias stands for the host, whatever its port. */
		known_hosts_find(file, t->host_key_alias, 22, keys_found, keys);
		return;
	}
	known_hosts_find(file, t->address, target_port(t), keys_found, keys);
	if (t->name && strcasecmp(t->name, t->address) != 0)
		known_hosts_find(file, t->name, target_port(t), keys_found, keys);
}

void host_keys_find(struct host_keys *keys, struct known_hosts_cache *files, const struct ssh_target *t)
{
	host_keys_done(keys);
	for (size_t i = 0; i < t->n_trusted; i++)
		keys_add(keys, (struct host_key){
				       .mark = KNOWN_PLAIN,
				       .type = mem_strdup(t->trusted[i].type),
				       .blob = blob_copy(t->trusted[i].blob, t->trusted[i].size),
				       .size = t->trusted[i].size,
				       .where = mem_strdup("the inventory's trust"),
			       });
	for (size_t i = 0; t->known_hosts && t->known_hosts[i]; i++)
		find_in_file(keys, known_hosts_cache_get(files, t->known_hosts[i]), t);
}

void host_keys_done(struct host_keys *keys)
{
	for (size_t i = 0; i < keys->n; i++) {
		free(keys->keys[i].type);
		free(keys->keys[i].blob);
		free(keys->keys[i].where);
	}
	free(keys->keys);
	*keys = (struct host_keys){0};
}

size_t host_keys_count(const struct host_keys *keys)
{
	size_t n = 0;

	for (size_t i = 0; keys && i < keys->n; i++)
		n += keys->keys[i].mark == KNOWN_PLAIN;
	return n;
}

const char *host_keys_type(const struct host_keys *keys, size_t at)
{
	for (size_t i = 0; i < keys->n; i++)
		if (keys->keys[i].mark == KNOWN_PLAIN && at-- == 0)
			return keys->keys[i].type;
	return "";
}

char *host_keys_blob_type(char *text, const unsigned char *blob, size_t size)
{
	size_t n = size < 4 ? 0 : (size_t)blob[0] << 24 | (size_t)blob[1] << 16 | (size_t)blob[2] << 8 | blob[3];

	memcpy(text, "?", 2);
	if (n == 0 || n > 63 || n > size - 4)
		return text;
	for (size_t i = 0; i < n; i++)
		if (!isgraph(blob[4 + i]))
			return text;
	memcpy(text, blob + 4, n);
	text[n] = '\0';
	return text;
}

static const struct host_key *find_blob(const struct host_keys *keys, int mark, const unsigned char *blob, size_t size)
{
	for (size_t i = 0; i < keys->n; i++)
		if (keys->keys[i].mark == mark && keys->keys[i].size == size &&
		    memcmp(keys->keys[i].blob, blob, size) == 0)
			return &keys->keys[i];
	return NULL;
}

static const struct host_key *find_type(const struct host_keys *keys, int mark, const char *type)
{
	for (size_t i = 0; i < keys->n; i++)
		if (keys->keys[i].mark == mark && (!type || strcmp(keys->keys[i].type, type) == 0))
			return &keys->keys[i];
	return NULL;
}

enum host_key_verdict host_keys_verdict(const struct host_keys *keys, const unsigned char *blob, size_t size,
					const struct host_key **ret_key)
{
	char type[64];

	host_keys_blob_type(type, blob, size);
	if ((*ret_key = find_blob(keys, KNOWN_REVOKED, blob, size)))
		return HOST_KEY_REVOKED;
	if ((*ret_key = find_blob(keys, KNOWN_PLAIN, blob, size)))
		return HOST_KEY_KNOWN;
	if ((*ret_key = find_type(keys, KNOWN_PLAIN, type)))
		return HOST_KEY_CHANGED;
	if ((*ret_key = find_type(keys, KNOWN_PLAIN, NULL)))
		return HOST_KEY_UNKNOWN;
	if ((*ret_key = find_type(keys, KNOWN_AUTHORITY, NULL)))
		return HOST_KEY_AUTHORITY;
	return HOST_KEY_UNKNOWN;
}

bool host_keys_judge(const struct host_keys *keys, const struct ssh_target *t, const unsigned char *blob, size_t size,
		     struct error *why)
{
	const char *name = t->name ? t->name : t->address;
	const struct host_key *key;
	char type[64], print[SSH_FINGERPRINT_SIZE];

	host_keys_blob_type(type, blob, size);
	ssh_fingerprint(print, blob, size);
	switch (host_keys_verdict(keys, blob, size, &key)) {
	case HOST_KEY_KNOWN:
		return true;
	case HOST_KEY_REVOKED:
		return error_set(why, ERROR_HOST_KEY, "the key %s %s is revoked (%s)", type, print, key->where);
	case HOST_KEY_CHANGED:
		return error_set(
			why, ERROR_HOST_KEY,
			"the host key has CHANGED: it is %s %s, not the one in %s; nothing was sent. If that is "
			"right: pgresync hosts trust %s",
			type, print, key->where, name);
	case HOST_KEY_AUTHORITY:
		return error_set(why, ERROR_HOST_KEY,
				 "%s is a certificate authority, and certificates of hosts are not checked here; the "
				 "host key is %s %s. To accept that key itself: pgresync hosts trust %s",
				 key->where, type, print, name);
	case HOST_KEY_UNKNOWN:
		break;
	}
	if (key)
		return error_set(why, ERROR_HOST_KEY,
				 "unknown host key %s %s (%s has another type, %s); nothing was sent. To accept it: "
				 "pgresync hosts trust %s",
				 type, print, key->where, key->type, name);
	return error_set(why, ERROR_HOST_KEY,
			 "unknown host key %s %s; nothing was sent. To accept it: pgresync hosts trust %s", type, print,
			 name);
}
