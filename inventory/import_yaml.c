#include "inventory/import_yaml.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "inventory/validate.h"

typedef const char *check_fn(const char *text);

static const struct yaml_tree *entry(const struct yaml_tree *map, const char *key)
{
	for (const struct yaml_tree *t = map->kind == YAML_TREE_MAP ? map->first : NULL; t; t = t->next)
		if (strcmp(t->key->text, key) == 0)
			return t;
	return NULL;
}

/* Null counts as an empty mapping. */
static bool expect_map(const struct content *c, const struct yaml_tree *t, const char *name, struct error *why)
{
	return t->kind == YAML_TREE_MAP || yaml_tree_is_null(t) ||
	       import_fail(c, t, why, "%s: a mapping is expected ({key: value}), not %s", name, yaml_tree_kind_name(t));
}

static bool check_name(const struct content *c, const struct yaml_tree *t, const char *what, check_fn *check,
		       struct error *why)
{
	const char *problem;

	if (t->kind != YAML_TREE_SCALAR || yaml_tree_is_null(t))
		return import_fail(c, t, why, "%s: a single value is expected, not %s", what, yaml_tree_kind_name(t));
	problem = check(t->text);
	return !problem || import_fail(c, t, why, "%s: %s: %s", what, import_quote(t->text), problem);
}

/* The scalar of that key, checked and added; false also when it is missing and no value is given instead. */
static bool add_scalar(struct content *c, const char *entity, const struct yaml_tree *map, const char *key,
		       const char *instead, check_fn *check, struct error *why)
{
	const struct yaml_tree *t = entry(map, key);

	if (!t && !instead)
		return import_fail(c, map, why, "%s: %s is missing", entity, key);
	if (t && !check_name(c, t, key, check, why))
		return false;
	content_add(c, entity, key, t ? t->text : instead, t ? t->line : map->line, t ? t->column : map->column);
	return true;
}

static bool add_site(struct content *c, const struct yaml_tree *t, struct error *why)
{
	static const char *const own[] = {"aliases", NULL};
	scoped_mem char *entity = mem_printf("site %s", t->key->text);
	const struct yaml_tree *aliases = entry(t, "aliases");

	if (!check_name(c, t->key, "site", validate_label, why) || !expect_map(c, t, entity, why))
		return false;
	content_add(c, entity, "", "", t->key->line, t->key->column);
	if (aliases && !import_labels(c, entity, aliases, why))
		return false;
	return import_settings(c, entity, t, own, why);
}

static bool add_environment(struct content *c, const struct yaml_tree *t, struct error *why)
{
	scoped_mem char *entity = mem_printf("environment %s", t->key->text);

	if (!check_name(c, t->key, "environment", validate_label, why) || !expect_map(c, t, entity, why))
		return false;
	content_add(c, entity, "", "", t->key->line, t->key->column);
	return import_settings(c, entity, t, NULL, why);
}

/* The rules check it again, when it is known whether loopback is allowed. */
static const char *check_address(const char *text)
{
	return validate_address(text, true);
}

static bool add_host(struct content *c, const struct yaml_tree *t, struct error *why)
{
	static const char *const own[] = {"address", "site", "environment", "tags", NULL};
	scoped_mem char *entity = mem_printf("host %s", t->key->text);
	const struct yaml_tree *tags = entry(t, "tags");

	if (!check_name(c, t->key, "host", validate_host_name, why) || !expect_map(c, t, entity, why))
		return false;
	content_add(c, entity, "", "", t->key->line, t->key->column);
	if (!add_scalar(c, entity, t, "address", t->key->text, check_address, why) ||
	    !add_scalar(c, entity, t, "site", NULL, validate_label, why) ||
	    !add_scalar(c, entity, t, "environment", NULL, validate_label, why))
		return false;
	if (tags && !import_labels(c, entity, tags, why))
		return false;
	return import_settings(c, entity, t, own, why);
}

static bool check_keys(const struct content *c, const struct yaml_tree *map, const char *where,
		       const char *const *known, struct error *why)
{
	for (const struct yaml_tree *t = map->first; t; t = t->next) {
		size_t i = 0;

		while (known[i] && strcmp(known[i], t->key->text) != 0)
			i++;
		if (!known[i])
			return import_unknown(c, t->key, where, known, why);
	}
	return true;
}

static bool add_pair(struct content *c, const char *primary, const struct yaml_tree *name, const char *role)
{
	scoped_mem char *entity = mem_printf("pair %s", name->text);

	content_add(c, entity, "", "", name->line, name->column);
	content_add(c, entity, "primary", primary, name->line, name->column);
	content_add(c, entity, "role", role, name->line, name->column);
	return true;
}

static bool add_standby(struct content *c, const char *primary, const struct yaml_tree *t, struct error *why)
{
	static const char *const known[] = {"host", "role", NULL};
	const struct yaml_tree *host, *role;

	if (t->kind == YAML_TREE_SCALAR)
		return check_name(c, t, "standbys", validate_host_name, why) && add_pair(c, primary, t, "live");
	if (!expect_map(c, t, "standbys", why) || !check_keys(c, t, "standbys", known, why))
		return false;
	host = entry(t, "host");
	role = entry(t, "role");
	if (!host)
		return import_fail(c, t, why, "standbys: host is missing");
	if (!check_name(c, host, "host", validate_host_name, why) ||
	    (role && !check_name(c, role, "role", validate_label, why)))
		return false;
	return add_pair(c, primary, host, role ? role->text : "live");
}

static bool add_pairs_of(struct content *c, const struct yaml_tree *t, struct error *why)
{
	static const char *const known[] = {"primary", "standbys", NULL};
	const struct yaml_tree *primary, *standbys;

	if (t->kind != YAML_TREE_MAP)
		return import_fail(c, t, why, "pairs: {primary: HOST, standbys: [...]} is expected, not %s",
				   yaml_tree_kind_name(t));
	if (!check_keys(c, t, "pairs", known, why))
		return false;
	primary = entry(t, "primary");
	standbys = entry(t, "standbys");
	if (!primary || !standbys)
		return import_fail(c, t, why, "pairs: %s is missing", primary ? "standbys" : "primary");
	if (!check_name(c, primary, "primary", validate_host_name, why))
		return false;
	if (standbys->kind != YAML_TREE_LIST || standbys->count == 0)
		return import_fail(c, standbys, why, "standbys: a list of at least one standby is expected, not %s",
				   standbys->count ? yaml_tree_kind_name(standbys) : "an empty one");
	for (const struct yaml_tree *s = standbys->first; s; s = s->next)
		if (!add_standby(c, primary->text, s, why))
			return false;
	return true;
}

typedef bool add_fn(struct content *c, const struct yaml_tree *t, struct error *why);

static bool add_each(struct content *c, const struct yaml_tree *root, const char *key, enum yaml_kind kind, add_fn *add,
		     struct error *why)
{
	const struct yaml_tree *all = entry(root, key);

	if (!all || yaml_tree_is_null(all))
		return true;
	if (all->kind != kind)
		return import_fail(c, all, why, "%s: a %s is expected, not %s", key,
				   kind == YAML_TREE_LIST ? "list" : "mapping", yaml_tree_kind_name(all));
	for (const struct yaml_tree *t = all->first; t; t = t->next)
		if (!add(c, t, why))
			return false;
	return true;
}

static bool check_version(const struct content *c, const struct yaml_tree *root, struct error *why)
{
	const struct yaml_tree *version = entry(root, "version");

	if (!version)
		return import_fail(c, root, why, "version is missing: begin the file with `version: 1`");
	if (version->kind != YAML_TREE_SCALAR || strcmp(version->text, "1") != 0)
		return import_fail(c, version, why, "version: this program reads version 1 only");
	return true;
}

/* Two pairs of one standby are neighbours now. */
static bool check_standbys(const struct content *c, struct error *why)
{
	for (size_t i = 1; i < c->count; i++) {
		const struct item *a = &c->items[i - 1], *b = &c->items[i];

		if (strcmp(a->entity, b->entity) == 0 && strcmp(a->key, b->key) == 0)
			return content_fail(c, a->line > b->line ? a : b, why,
					    "%s stands in two pairs: a standby has one primary", b->entity + 5);
	}
	return true;
}

/* The site that has this alias; NULL when there is none. Sites are the last entities. */
static const char *site_of_alias(const struct content *c, const char *alias)
{
	for (size_t n = c->count; n > 0 && content_name(&c->items[n - 1], "site"); n--) {
		const char *at = strcmp(c->items[n - 1].key, "aliases") == 0 ? c->items[n - 1].value : "";

		for (size_t length; *at; at += length + (at[length] ? 1 : 0)) {
			length = strcspn(at, "\n");
			if (length == strlen(alias) && strncmp(at, alias, length) == 0)
				return content_name(&c->items[n - 1], "site");
		}
	}
	return NULL;
}

/* A host may name its site by an alias. */
static void settle_aliases(struct content *c)
{
	for (size_t i = 0; i < c->count; i++) {
		struct item *item = &c->items[i];
		const char *site;

		if (strcmp(item->key, "site") != 0 || content_find(c, "site", item->value, ""))
			continue;
		site = site_of_alias(c, item->value);
		if (site)
			item->value = site;
	}
}

bool import_yaml(struct content *c, const struct yaml_tree *root, struct error *why)
{
	static const char *const known[] = {"version", "defaults", "sites", "environments", "hosts", "pairs", NULL};
	const struct yaml_tree *hosts, *defaults;

	if (root->kind != YAML_TREE_MAP)
		return import_fail(c, root, why, "an inventory is a mapping that begins with `version: 1`, not %s",
				   yaml_tree_kind_name(root));
	if (!check_keys(c, root, "the file", known, why) || !check_version(c, root, why))
		return false;
	hosts = entry(root, "hosts");
	if (hosts && hosts->count > IMPORT_HOSTS_MOST)
		return import_fail(c, hosts, why, "hosts: more than %d", IMPORT_HOSTS_MOST);
	content_add(c, "defaults", "", "", root->line, root->column);
	defaults = entry(root, "defaults");
	if (defaults &&
	    (!expect_map(c, defaults, "defaults", why) || !import_settings(c, "defaults", defaults, NULL, why)))
		return false;
	if (!add_each(c, root, "sites", YAML_TREE_MAP, add_site, why) ||
	    !add_each(c, root, "environments", YAML_TREE_MAP, add_environment, why) ||
	    !add_each(c, root, "hosts", YAML_TREE_MAP, add_host, why) ||
	    !add_each(c, root, "pairs", YAML_TREE_LIST, add_pairs_of, why))
		return false;
	content_sort(c);
	settle_aliases(c);
	return check_standbys(c, why);
}
