#include "cli/selected.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/suggest.h"
#include "cli/context.h"
#include "inventory/inventory.h"

bool selected_has(const struct selected *s, const struct pair *pair)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->pairs[i] == pair)
			return true;
	return false;
}

static void add(struct selected *s, const struct pair *pair)
{
	if (selected_has(s, pair))
		return;
	s->pairs = mem_grow(s->pairs, s->n + 1, sizeof(*s->pairs));
	s->pairs[s->n++] = pair;
}

/* Does the pair belong to what that name stands for? */
static bool fits(const struct pair *pair, const char *name, const struct host *host, const struct site *site)
{
	if (host)
		return pair->standby == host || pair->primary == host;
	if (site)
		return strcmp(pair->standby->site, site->name) == 0;
	return strcasecmp(pair->standby->environment, name) == 0;
}

/* Neither a host nor something that looks like one: sites go by their aliases, too. */
static bool refuse_unknown(struct command_context *context, const char *name, struct error *why)
{
	const struct inventory *inventory = context->inventory;
	const char *nearest[INVENTORY_SUGGESTIONS], **names = NULL;
	scoped_buf hint;
	size_t n = 0;

	buf_init(&hint, 400);
	if (inventory_suggest(inventory, name, nearest) > 0)
		return context_host(context, name, why) != NULL;
	for (size_t i = 0; i < inventory->site_count; i++)
		for (const char *const *alias = inventory->sites[i].aliases; *alias; alias++) {
			names = mem_grow(names, n + 1, sizeof(*names));
			names[n++] = *alias;
		}
	for (size_t i = 0; i < inventory->pair_count; i++) {
		const char *environment = inventory->pairs[i].standby->environment;
		bool known = false;

		for (size_t k = 0; k < n; k++)
			known = known || strcmp(names[k], environment) == 0;
		if (known)
			continue;
		names = mem_grow(names, n + 1, sizeof(*names));
		names[n++] = environment;
	}
	suggest_add(&hint, name, names, n);
	free(names);
	return error_set(why, ERROR_USAGE, "'%s' is no standby, primary, site or environment%s", name,
			 hint.used ? hint.bytes : "; 'pgresync inventory list' shows all");
}

static bool add_named(struct command_context *context, struct selected *s, const char *name, struct error *why)
{
	const struct inventory *inventory = context->inventory;
	const struct host *host = inventory_find_host(inventory, name);
	const struct site *site = host ? NULL : inventory_find_site(inventory, name);
	size_t before = s->n;
	bool any = false;

	for (size_t i = 0; i < inventory->pair_count; i++)
		if (fits(&inventory->pairs[i], name, host, site)) {
			add(s, &inventory->pairs[i]);
			any = true;
		}
	if (any || s->n > before)
		return true;
	if (host)
		return error_set(why, ERROR_USAGE, "%s stands in no pair", host->name);
	if (site)
		return error_set(why, ERROR_USAGE, "site %s has no standbys", site->name);
	return refuse_unknown(context, name, why);
}

bool selected_read(struct command_context *context, const char *const *names, size_t n, struct selected *ret,
		   struct error *why)
{
	const struct inventory *inventory;

	*ret = (struct selected){0};
	inventory = context_inventory(context, why);
	if (!inventory)
		return false;
	if (inventory->pair_count == 0)
		return error_set(why, ERROR_CONFIG, "the inventory has no pairs: see `pgresync inventory import`");
	for (size_t i = 0; n == 0 && i < inventory->pair_count; i++)
		add(ret, &inventory->pairs[i]);
	for (size_t i = 0; i < n; i++)
		if (!add_named(context, ret, names[i], why))
			return false;
	return true;
}

bool selected_read_words(struct command_context *context, const char *words, struct selected *ret, struct error *why)
{
	char *text = mem_strdup(words), *rest = text;
	const char **names = NULL;
	size_t n = 0;
	bool good;

	for (char *word; (word = strsep(&rest, " \t")) != NULL;)
		if (*word) {
			names = mem_grow(names, n + 1, sizeof(*names));
			names[n++] = word;
		}
	good = selected_read(context, names, n, ret, why);
	free(names);
	free(text);
	return good;
}

void selected_done(struct selected *s)
{
	free(s->pairs);
	*s = (struct selected){0};
}
