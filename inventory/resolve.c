#include "inventory/resolve.h"

#include <string.h>

#include "base/mem.h"
#include "base/template.h"
#include "inventory/version.h"

const struct item *resolve_item(const struct content *c, const char *host, const char *setting)
{
	const struct item *item = content_find(c, "host", host, setting);

	if (!item)
		item = content_find(c, "environment", content_value(c, "host", host, "environment"), setting);
	if (!item)
		item = content_find(c, "site", content_value(c, "host", host, "site"), setting);
	return item ? item : content_find(c, "defaults", "", setting);
}

static const char *host_name(void *ctx, const char *name)
{
	const struct host *h = ctx;

	if (strcmp(name, "version") == 0)
		return h->postgresql.version;
	if (strcmp(name, "cluster") == 0)
		return h->postgresql.cluster;
	if (strcmp(name, "environment") == 0)
		return h->environment;
	if (strcmp(name, "site") == 0)
		return h->site;
	return strcmp(name, "host") == 0 ? h->name : NULL;
}

/* In host; the texts are checked, so what does not expand stays as it is. */
static const char *expand(struct arena *a, struct host *h, const char *text)
{
	struct error ignored;
	scoped_buf out = {0};

	if (!strstr(text, "${"))
		return text;
	buf_init(&out, 4096);
	return template_expand_plain(&out, text, host_name, h, &ignored) ? arena_strdup(a, out.bytes) : text;
}

static const char *const *split(struct arena *a, const char *value)
{
	size_t count = 0, lines = 1;
	const char **list;

	for (const char *c = value; *c; c++)
		lines += *c == '\n' ? 1 : 0;
	list = arena_alloc(a, (lines + 1) * sizeof(*list));
	while (*value) {
		size_t n = strcspn(value, "\n");

		list[count++] = arena_strndup(a, value, n);
		value += n + (value[n] == '\n' ? 1 : 0);
	}
	return list;
}

static struct secret_ref secret_of(struct arena *a, struct host *h, const char *value)
{
	static const char *const kinds[] = {"", "pass:", "file:", "credential:"};
	struct secret_ref ref = {SECRET_NOT_SET, ""};

	for (int kind = SECRET_PASS; kind <= SECRET_CREDENTIAL; kind++)
		if (strncmp(value, kinds[kind], strlen(kinds[kind])) == 0) {
			ref.kind = (enum secret_kind)kind;
			ref.text = expand(a, h, value + strlen(kinds[kind]));
		}
	return ref;
}

const char *secret_kind_name(enum secret_kind kind)
{
	static const char *const names[] = {"", "pass", "file", "credential"};

	return kind <= SECRET_CREDENTIAL ? names[kind] : "?";
}

static int choice_of(const struct setting *s, const char *value)
{
	for (int i = 0; s->choices[i]; i++)
		if (strcmp(s->choices[i], value) == 0)
			return i;
	return 0;
}

/* Values copied with memcpy: the table knows the place and the type. */
static void put(struct arena *a, struct host *h, const struct setting *s, const char *value)
{
	char *at = (char *)h + s->at;
	const char *text = s->type == SETTING_NAME && strcmp(value, "none") == 0 ? "" : expand(a, h, value);
	const char *const *list;
	struct secret_ref ref;
	int64_t number;
	bool flag;
	int choice;

	switch (s->type) {
	case SETTING_PATHS:
		list = split(a, value);
		memcpy(at, &list, sizeof(list));
		break;
	case SETTING_NUMBER:
		number = strtoll(value, NULL, 10);
		memcpy(at, &number, sizeof(number));
		break;
	case SETTING_BOOL:
		flag = strcmp(value, "true") == 0;
		memcpy(at, &flag, sizeof(flag));
		break;
	case SETTING_CHOICE:
		choice = choice_of(s, value);
		memcpy(at, &choice, sizeof(choice));
		break;
	case SETTING_SECRET:
		ref = secret_of(a, h, value);
		memcpy(at, &ref, sizeof(ref));
		break;
	case SETTING_VERSION:
		h->postgresql.version_num = version_number(value);
		memcpy(at, &text, sizeof(text));
		break;
	case SETTING_NAME:
	case SETTING_USER:
	case SETTING_WORD:
	case SETTING_PATH:
	case SETTING_COMMAND:
		memcpy(at, &text, sizeof(text));
		break;
	}
}

static void put_setting(const struct content *c, struct arena *a, struct host *h, const struct setting *s)
{
	const struct item *item = resolve_item(c, h->name, s->name);

	put(a, h, s, item ? arena_strdup(a, item->value) : s->standard);
}

static bool fill_host(const struct content *c, struct arena *a, struct host *h, const struct item *item,
		      struct error *why)
{
	h->name = arena_strdup(a, content_name(item, "host"));
	h->address = arena_strdup(a, content_value(c, "host", h->name, "address"));
	h->site = arena_strdup(a, content_value(c, "host", h->name, "site"));
	h->environment = arena_strdup(a, content_value(c, "host", h->name, "environment"));
	h->tags = split(a, content_value(c, "host", h->name, "tags"));
	if (!content_find(c, "site", h->site, ""))
		return content_fail(c, content_find(c, "host", h->name, "site"), why, "host %s: there is no site %s",
				    h->name, h->site);
	if (!content_find(c, "environment", h->environment, ""))
		return content_fail(c, content_find(c, "host", h->name, "environment"), why,
				    "host %s: there is no environment %s", h->name, h->environment);
	/* The paths are made from these two. */
	put_setting(c, a, h, setting_find("postgresql.version"));
	put_setting(c, a, h, setting_find("postgresql.cluster"));
	for (size_t i = 0; i < setting_count; i++)
		put_setting(c, a, h, &setting_table[i]);
	return true;
}

static const struct host *named(const struct inventory *i, const char *name)
{
	size_t low = 0, high = i->host_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(i->hosts[middle].name, name);

		if (order == 0)
			return &i->hosts[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

static bool fill_pair(const struct content *c, struct inventory *i, struct pair *p, const struct item *item,
		      struct error *why)
{
	const char *name = content_name(item, "pair"), *primary = content_value(c, "pair", name, "primary");

	p->standby = named(i, name);
	p->primary = named(i, primary);
	p->role = arena_strdup(i->own, content_value(c, "pair", name, "role"));
	if (!p->standby)
		return content_fail(c, item, why, "there is no host %s", name);
	if (!p->primary)
		return content_fail(c, content_find(c, "pair", name, "primary"), why, "there is no host %s", primary);
	p->name = p->standby->name;
	return true;
}

static bool fill(const struct content *c, struct inventory *i, struct host *hosts, struct pair *pairs,
		 struct site *sites, struct error *why)
{
	for (size_t at = 0; at < c->count; at++) {
		const struct item *item = &c->items[at];

		if (*item->key)
			continue;
		if (content_name(item, "host") && !fill_host(c, i->own, &hosts[i->host_count++], item, why))
			return false;
		if (content_name(item, "pair") && !fill_pair(c, i, &pairs[i->pair_count++], item, why))
			return false;
		if (content_name(item, "site")) {
			sites[i->site_count].name = arena_strdup(i->own, content_name(item, "site"));
			sites[i->site_count++].aliases =
				split(i->own, content_value(c, "site", content_name(item, "site"), "aliases"));
		}
	}
	return true;
}

struct inventory *resolve_content(const struct content *c, struct error *why)
{
	struct inventory *i = mem_new(struct inventory);
	size_t entities = 1;
	struct host *hosts;
	struct pair *pairs;
	struct site *sites;

	for (size_t at = 0; at < c->count; at++)
		entities += *c->items[at].key ? 0 : 1;
	i->own = arena_new();
	i->hosts = hosts = arena_alloc(i->own, entities * sizeof(*hosts));
	i->pairs = pairs = arena_alloc(i->own, entities * sizeof(*pairs));
	i->sites = sites = arena_alloc(i->own, entities * sizeof(*sites));
	content_sha256(c, i->sha256);
	/* Entities are sorted, and hosts come before pairs. */
	if (!fill(c, i, hosts, pairs, sites, why)) {
		inventory_free(i);
		return NULL;
	}
	return i;
}
