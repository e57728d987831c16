#include "ssh/identity_cache.h"

#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/secret.h"
#include "ssh/identity.h"
#include "ssh/session_inner.h"

struct entry {
	struct entry *next;
	char *path;
	struct stat as_read;
	enum identity_state state;
	struct identity identity;
	struct error why;
};

struct identity_cache {
	struct ssh_context *context;
	struct entry *entries;
};

/* A decryption on a worker thread. */
struct unlock {
	uv_work_t request;
	struct entry *entry;
	struct ssh_context *context;
	struct buf text;
	char *passphrase;
	struct identity identity;
	struct error why;
	bool ok;
};

struct identity_cache *identity_cache_new(struct ssh_context *context)
{
	struct identity_cache *c = mem_new(struct identity_cache);

	c->context = context;
	return c;
}

void identity_cache_free(struct identity_cache *c)
{
	while (c->entries) {
		struct entry *e = c->entries;

		c->entries = e->next;
		identity_done(&e->identity);
		free(e->path);
		free(e);
	}
	free(c);
}

static void entry_fail(struct entry *e, const struct error *why)
{
	e->state = IDENTITY_FAILED;
	e->why = *why;
}

static void unlock_run(uv_work_t *request)
{
	struct unlock *u = request->data;

	u->ok = identity_parse(&u->identity, u->text.bytes, u->text.used, u->passphrase, &u->why);
}

static void unlock_done(uv_work_t *request, int status)
{
	struct unlock *u = request->data;
	struct ssh_context *c = u->context;

	if (u->ok && status == 0) {
		u->entry->identity = u->identity;
		u->entry->state = IDENTITY_READY;
	} else {
		entry_fail(u->entry, &u->why);
	}
	explicit_bzero(u->passphrase, strlen(u->passphrase));
	free(u->passphrase);
	buf_wipe(&u->text);
	buf_done(&u->text);
	free(u);
	for (struct session *s = c->sessions; s; s = s->next)
		session_wake(s);
	context_release(c);
}

/* Takes the text over. */
static void entry_unlock(struct identity_cache *cache, struct entry *e, struct buf *text,
			 const struct secret *passphrase)
{
	struct unlock *u = mem_new(struct unlock);

	u->request.data = u;
	u->entry = e;
	u->context = cache->context;
	u->text = *text;
	u->passphrase = mem_strndup(secret_bytes(passphrase), secret_length(passphrase));
	e->state = IDENTITY_LOADING;
	cache->context->open++;
	uv_queue_work(cache->context->loop, &u->request, unlock_run, unlock_done);
}

static void entry_load(struct identity_cache *cache, struct entry *e)
{
	struct ssh_context *c = cache->context;
	const struct secret *passphrase = NULL;
	struct buf text;
	struct error why;

	identity_done(&e->identity);
	buf_init(&text, IDENTITY_FILE_MOST);
	e->state = IDENTITY_FAILED;
	if (!identity_read_file(e->path, &text, &why)) {
		entry_fail(e, &why);
	} else {
		if (identity_is_encrypted(text.bytes, text.used) && c->passphrase)
			passphrase = c->passphrase(c->passphrase_ctx, e->path);
		if (passphrase) {
			entry_unlock(cache, e, &text, passphrase);
			return;
		}
		if (identity_parse(&e->identity, text.bytes, text.used, NULL, &why))
			e->state = IDENTITY_READY;
		else
			entry_fail(e, &why);
	}
	buf_wipe(&text);
	buf_done(&text);
}

static struct entry *entry_for(struct identity_cache *c, const char *path)
{
	struct entry *e;

	for (e = c->entries; e; e = e->next)
		if (strcmp(e->path, path) == 0)
			return e;
	e = mem_new(struct entry);
	e->path = mem_strdup(path);
	e->state = IDENTITY_FAILED;
	e->next = c->entries;
	c->entries = e;
	return e;
}

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_mode == b->st_mode &&
	       a->st_uid == b->st_uid && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

enum identity_state identity_cache_get(struct identity_cache *c, const char *path, const struct identity **ret_identity,
				       struct error *why)
{
	struct entry *e = entry_for(c, path);
	struct stat now = {0};

	if (e->state == IDENTITY_LOADING)
		return e->state;
	if (lstat(path, &now) < 0 || !is_same_file(&now, &e->as_read)) {
		e->as_read = now;
		entry_load(c, e);
	}
	*ret_identity = &e->identity;
	if (e->state == IDENTITY_FAILED)
		*why = e->why;
	return e->state;
}
