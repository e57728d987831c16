#include "inventory/inventory.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/suggest.h"
#include "inventory/resolve.h"
#include "inventory/store_sql.h"

struct inventory *inventory_load(struct store *s, struct error *why)
{
	struct inventory *i = NULL;
	struct content content;
	int64_t revision = 0;

	content_init(&content, store_path(s));
	if (inventory_revision(s, &revision, why) && content_load(&content, s, why))
		i = resolve_content(&content, why);
	content_done(&content);
	if (i)
		i->revision = revision;
	return i;
}

void inventory_free(struct inventory *i)
{
	if (!i)
		return;
	arena_free(i->own);
	free(i);
}

bool inventory_revision(struct store *s, int64_t *ret, struct error *why)
{
	return sql_number(s, why, ret, "select revision from inventory", "");
}

bool host_has_tag(const struct host *h, const char *tag)
{
	for (const char *const *t = h->tags; *t; t++)
		if (strcmp(*t, tag) == 0)
			return true;
	return false;
}

/* True when name is the whole of full or its first labels. */
static bool begins(const char *full, const char *name)
{
	size_t n = strlen(name);

	return n > 0 && strncasecmp(full, name, n) == 0 && full[n] == '.';
}

const struct host *inventory_find_host(const struct inventory *i, const char *name)
{
	const struct host *found = NULL;
	size_t low = 0, high = i->host_count, fits = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcasecmp(i->hosts[middle].name, name);

		if (order == 0)
			return &i->hosts[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (size_t n = 0; n < i->host_count; n++)
		if (begins(i->hosts[n].name, name)) {
			found = &i->hosts[n];
			fits++;
		}
	return fits == 1 ? found : NULL;
}

const struct pair *inventory_find_pair(const struct inventory *i, const char *name)
{
	const struct host *standby = inventory_find_host(i, name);

	for (size_t n = 0; standby && n < i->pair_count; n++)
		if (i->pairs[n].standby == standby)
			return &i->pairs[n];
	return NULL;
}

const struct pair *inventory_find_pair_of(const struct inventory *i, const struct host *primary, size_t n)
{
	for (size_t at = 0; at < i->pair_count; at++)
		if (i->pairs[at].primary == primary && n-- == 0)
			return &i->pairs[at];
	return NULL;
}

const struct site *inventory_find_site(const struct inventory *i, const char *name_or_alias)
{
	for (size_t n = 0; n < i->site_count; n++) {
		if (strcasecmp(i->sites[n].name, name_or_alias) == 0)
			return &i->sites[n];
		for (const char *const *alias = i->sites[n].aliases; *alias; alias++)
			if (strcasecmp(*alias, name_or_alias) == 0)
				return &i->sites[n];
	}
	return NULL;
}

static size_t suggest_ambiguous(const struct inventory *i, const char *name, const char *nearest[INVENTORY_SUGGESTIONS])
{
	size_t count = 0;

	for (size_t n = 0; n < i->host_count && count < INVENTORY_SUGGESTIONS; n++)
		if (begins(i->hosts[n].name, name))
			nearest[count++] = i->hosts[n].name;
	return count;
}

static size_t count_labels(const char *name)
{
	size_t n = 1;

	for (; *name; name++)
		n += *name == '.' ? 1 : 0;
	return n;
}

/* The first so many labels of a host's name: a short form is compared with what it is short for. */
static size_t length_of_labels(const char *name, size_t labels)
{
	const char *at = name;

	while (labels-- > 0) {
		at = strchrnul(at, '.');
		if (*at && labels > 0)
			at++;
	}
	return (size_t)(at - name);
}

size_t inventory_suggest(const struct inventory *i, const char *name, const char *nearest[INVENTORY_SUGGESTIONS])
{
	size_t count = suggest_ambiguous(i, name, nearest), total = i->host_count + i->site_count;
	const char *found[SUGGEST_MOST];
	const char **names;

	_Static_assert((int)INVENTORY_SUGGESTIONS <= (int)SUGGEST_MOST, "as many as can be found");
	if (count)
		return count;
	names = mem_alloc((2 * total + 1) * sizeof(*names));
	for (size_t n = 0; n < i->host_count; n++) {
		const char *full = i->hosts[n].name;

		names[n] = mem_strndup(full, length_of_labels(full, count_labels(name)));
	}
	for (size_t n = 0; n < i->site_count; n++)
		names[i->host_count + n] = mem_strdup(i->sites[n].name);
	count = suggest_nearest(name, names, total, found);
	for (size_t k = 0; k < count; k++)
		for (size_t n = 0; n < total; n++)
			if (names[n] == found[k])
				nearest[k] = n < i->host_count ? i->hosts[n].name : i->sites[n - i->host_count].name;
	for (size_t n = 0; n < total; n++) {
		char *mine;

		memcpy(&mine, &names[n], sizeof(mine));
		free(mine);
	}
	free(names);
	return count;
}
