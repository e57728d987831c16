#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "inventory/import_yaml.h"
#include "inventory/setting.h"
#include "inventory/validate.h"

enum { LIST_MOST = 64, GROUP_MOST = 16 };

static bool expect_scalar(const struct content *c, const struct yaml_tree *t, const char *name, struct error *why)
{
	if (t->kind != YAML_TREE_SCALAR || yaml_tree_is_null(t))
		return import_fail(c, t, why, "%s: a single value is expected, not %s", name, yaml_tree_kind_name(t));
	return true;
}

/* The message never repeats what stands there: it may be the secret itself. */
static bool read_secret(const struct content *c, const struct yaml_tree *t, const char *name, struct buf *value,
			struct error *why)
{
	static const char *const kinds[] = {"pass", "file", "credential", NULL};
	size_t i = 0;

	if (t->kind != YAML_TREE_MAP)
		return import_fail(
			c, t, why,
			"%s: a secret never stands here: write {pass: ENTRY}, {file: PATH} or {credential: NAME}",
			name);
	if (t->count != 1)
		return import_fail(c, t, why, "%s: exactly one of pass, file and credential is expected", name);
	while (kinds[i] && strcmp(kinds[i], t->first->key->text) != 0)
		i++;
	if (!kinds[i])
		return import_unknown(c, t->first->key, name, kinds, why);
	if (!expect_scalar(c, t->first, name, why))
		return false;
	buf_addf(value, "%s:%s", kinds[i], t->first->text);
	return true;
}

static bool read_list(const struct content *c, const struct yaml_tree *t, const char *name, struct buf *value,
		      struct error *why)
{
	if (t->kind != YAML_TREE_LIST)
		return import_fail(c, t, why, "%s: a list is expected ([one, two]), not %s", name,
				   yaml_tree_kind_name(t));
	if (t->count > LIST_MOST)
		return import_fail(c, t, why, "%s: more than %d entries", name, LIST_MOST);
	for (const struct yaml_tree *e = t->first; e; e = e->next) {
		if (!expect_scalar(c, e, name, why))
			return false;
		if (strchr(e->text, '\n'))
			return import_fail(c, e, why, "%s: a line feed in %s", name, import_quote(e->text));
		if (!buf_addf(value, "%s%s", e == t->first ? "" : "\n", e->text))
			return import_fail(c, e, why, "%s: the list is too long", name);
	}
	return true;
}

static bool wants_plain(const struct setting *s)
{
	return s->type == SETTING_NUMBER || s->type == SETTING_BOOL;
}

static bool read_value(const struct content *c, const struct yaml_tree *t, const struct setting *s, struct buf *value,
		       struct error *why)
{
	if (s->type == SETTING_SECRET)
		return read_secret(c, t, s->name, value, why);
	if (s->type == SETTING_PATHS)
		return read_list(c, t, s->name, value, why);
	if (!expect_scalar(c, t, s->name, why))
		return false;
	if (wants_plain(s) && !t->is_plain)
		return import_fail(c, t, why, "%s: %s is expected, not a text in quotes", s->name,
				   s->type == SETTING_BOOL ? "true or false" : "a number");
	return buf_adds(value, t->text) || import_fail(c, t, why, "%s: the value is too long", s->name);
}

static bool add_setting(struct content *c, const char *entity, const struct setting *s, const struct yaml_tree *t,
			struct error *why)
{
	const char *problem;
	scoped_buf value = {0};

	buf_init(&value, (size_t)LIST_MOST * YAML_TREE_SCALAR_MOST);
	if (!read_value(c, t, s, &value, why))
		return false;
	if (!setting_check(s, value.bytes, &problem)) {
		if (s->type == SETTING_SECRET)
			return import_fail(c, t, why, "%s: %s", s->name, problem);
		if (s->type == SETTING_NUMBER)
			return import_fail(c, t, why, "%s: %s: %s (%lld to %lld)", s->name, import_quote(value.bytes),
					   problem, s->least, s->most);
		return import_fail(c, t, why, "%s: %s: %s", s->name, import_quote(value.bytes), problem);
	}
	content_add(c, entity, s->name, value.bytes, t->line, t->column);
	return true;
}

/* "ssh" when the setting is "ssh.user"; its length, 0 when it stands alone. */
static size_t group_of(const struct setting *s)
{
	const char *dot = strchr(s->name, '.');

	return dot ? (size_t)(dot - s->name) : 0;
}

static bool is_group(const char *name)
{
	for (size_t i = 0; i < setting_count; i++)
		if (group_of(&setting_table[i]) == strlen(name) &&
		    strncmp(setting_table[i].name, name, strlen(name)) == 0)
			return true;
	return false;
}

static bool unknown_in_group(const struct content *c, const struct yaml_tree *t, const char *group, struct error *why)
{
	const char *known[GROUP_MOST + 1] = {NULL};
	size_t n = 0;

	for (size_t i = 0; i < setting_count && n < GROUP_MOST; i++)
		if (group_of(&setting_table[i]) == strlen(group) &&
		    strncmp(setting_table[i].name, group, strlen(group)) == 0)
			known[n++] = setting_table[i].name + strlen(group) + 1;
	return import_unknown(c, t->key, group, known, why);
}

static bool add_group(struct content *c, const char *entity, const struct yaml_tree *map, struct error *why)
{
	const char *group = map->key->text;

	if (yaml_tree_is_null(map))
		return true;
	if (map->kind != YAML_TREE_MAP)
		return import_fail(c, map, why, "%s: a mapping is expected ({key: value}), not %s", group,
				   yaml_tree_kind_name(map));
	for (const struct yaml_tree *t = map->first; t; t = t->next) {
		scoped_mem char *name = mem_printf("%s.%s", group, t->key->text);
		const struct setting *s = setting_find(name);

		if (!s)
			return unknown_in_group(c, t, group, why);
		if (!add_setting(c, entity, s, t, why))
			return false;
	}
	return true;
}

static bool unknown_at_top(const struct content *c, const char *entity, const struct yaml_tree *t,
			   const char *const *skip, struct error *why)
{
	static const char *const groups[] = {"ssh",   "sudo",	   "postgresql", "commands",
					     "wal_e", "state_dir", "limits",	 "secrets"};
	const char *known[GROUP_MOST + 1] = {NULL};
	size_t n = 0;

	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		known[n++] = groups[i];
	for (; skip && *skip; skip++)
		known[n++] = *skip;
	return import_unknown(c, t->key, entity, known, why);
}

static bool is_among(const char *const *list, const char *word)
{
	for (; list && *list; list++)
		if (strcmp(*list, word) == 0)
			return true;
	return false;
}

bool import_settings(struct content *c, const char *entity, const struct yaml_tree *map, const char *const *skip,
		     struct error *why)
{
	for (const struct yaml_tree *t = map->first; t; t = t->next) {
		const struct setting *s = strchr(t->key->text, '.') ? NULL : setting_find(t->key->text);

		if (is_among(skip, t->key->text))
			continue;
		if (!s && !is_group(t->key->text))
			return unknown_at_top(c, entity, t, skip, why);
		if (!(s ? add_setting(c, entity, s, t, why) : add_group(c, entity, t, why)))
			return false;
	}
	return true;
}

static int compare_texts(const void *a, const void *b)
{
	const struct yaml_tree *const *x = a, *const *y = b;

	return strcmp((*x)->text, (*y)->text);
}

/* Each a label, none of them twice. */
static bool check_labels(const struct content *c, const char *key, const struct yaml_tree **all, size_t n,
			 struct error *why)
{
	for (size_t i = 0; i < n; i++) {
		const char *problem = validate_label(all[i]->text);

		if (problem)
			return import_fail(c, all[i], why, "%s: %s: %s", key, import_quote(all[i]->text), problem);
		if (i > 0 && strcmp(all[i - 1]->text, all[i]->text) == 0)
			return import_fail(c, all[i], why, "%s: %s stands there twice", key, all[i]->text);
	}
	return true;
}

bool import_labels(struct content *c, const char *entity, const struct yaml_tree *list, struct error *why)
{
	const struct yaml_tree *all[LIST_MOST];
	const char *key = list->key->text;
	size_t n = 0;
	scoped_buf value = {0};

	buf_init(&value, (size_t)LIST_MOST * YAML_TREE_SCALAR_MOST);
	if (!read_list(c, list, key, &value, why))
		return false;
	for (const struct yaml_tree *e = list->first; e; e = e->next)
		all[n++] = e;
	qsort(all, n, sizeof(all[0]), compare_texts);
	if (!check_labels(c, key, all, n, why))
		return false;
	buf_clear(&value);
	for (size_t i = 0; i < n; i++)
		buf_addf(&value, "%s%s", i ? "\n" : "", all[i]->text);
	if (n)
		content_add(c, entity, key, value.bytes, list->line, list->column);
	return true;
}
