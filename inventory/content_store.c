#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "inventory/content.h"
#include "inventory/setting.h"
#include "inventory/store_sql.h"

/* Adds one item a row of: entity, key, value. */
static bool add_rows(struct content *c, struct store *s, sqlite3_stmt *st, struct error *why)
{
	int step = -1;

	while (st && (step = sql_step(s, st, why)) == 1)
		content_add(c, sql_text(st, 0), sql_text(st, 1), sql_text(st, 2), 0, 0);
	sql_done(s, st);
	return step == 0;
}

static const char all_items[] =
	"select 'defaults', '', '' union all"
	" select 'site ' || name, '', '' from site union all"
	" select 'environment ' || name, '', '' from environment union all"
	" select 'host ' || name, '', '' from host union all"
	" select 'host ' || name, 'address', address from host union all"
	" select 'host ' || name, 'site', site from host union all"
	" select 'host ' || name, 'environment', environment from host union all"
	" select 'pair ' || standby, '', '' from pair union all"
	" select 'pair ' || standby, 'primary', primary_host from pair union all"
	" select 'pair ' || standby, 'role', role from pair union all"
	" select 'site ' || site, 'aliases', group_concat(alias, char(10))"
	" from (select site, alias from site_alias order by site, alias) group by site union all"
	" select 'host ' || host, 'tags', group_concat(tag, char(10))"
	" from (select host, tag from host_tag order by host, tag) group by host union all"
	" select scope || iif(owner = '', '', ' ' || owner), name, value from setting";

bool content_load(struct content *c, struct store *s, struct error *why)
{
	if (!add_rows(c, s, sql_start(s, why, all_items, ""), why))
		return false;
	content_sort(c);
	return true;
}

static bool clear(struct store *s, struct error *why)
{
	static const char all[] = "delete from setting; delete from pair; delete from host_tag; delete from host;"
				  "delete from site_alias; delete from environment; delete from site;";

	return sqlite3_exec(s->db, all, NULL, NULL, NULL) == SQLITE_OK || sql_fail(s, why);
}

/* Each line of the value: one row. */
static bool save_list(struct store *s, const char *sql, const char *name, const char *value, struct error *why)
{
	for (int64_t at = 0; *value; at++) {
		size_t n = strcspn(value, "\n");
		scoped_mem char *entry = mem_strndup(value, n);

		if (!sql_run(s, why, sql, "tti", name, entry, at))
			return false;
		value += n + (value[n] == '\n' ? 1 : 0);
	}
	return true;
}

/* Entities whose rows others refer to come first. */
static bool save_name(struct store *s, const struct content *c, const struct item *item, struct error *why)
{
	const char *name;

	if ((name = content_name(item, "site")))
		return sql_run(s, why, "insert into site values (?)", "t", name);
	if ((name = content_name(item, "environment")))
		return sql_run(s, why, "insert into environment values (?)", "t", name);
	if ((name = content_name(item, "host")))
		return sql_run(s, why, "insert into host values (?, ?, ?, ?)", "tttt", name,
			       content_value(c, "host", name, "address"), content_value(c, "host", name, "site"),
			       content_value(c, "host", name, "environment"));
	if ((name = content_name(item, "pair")))
		return sql_run(s, why, "insert into pair values (?, ?, ?)", "ttt", name,
			       content_value(c, "pair", name, "primary"), content_value(c, "pair", name, "role"));
	return true;
}

static bool save_value(struct store *s, const struct item *item, struct error *why)
{
	const char *space = strchr(item->entity, ' '), *owner = space ? space + 1 : "";
	char scope[16];

	if (strcmp(item->key, "tags") == 0)
		return save_list(s, "insert into host_tag (host, tag, position) values (?, ?, ?)", owner, item->value,
				 why);
	if (strcmp(item->key, "aliases") == 0)
		return save_list(s, "insert into site_alias (site, alias) select ?1, ?2 where ?3 >= 0", owner,
				 item->value, why);
	if (!setting_find(item->key))
		return true;
	snprintf(scope, sizeof(scope), "%.*s", (int)strcspn(item->entity, " "), item->entity);
	return sql_run(s, why, "insert into setting values (?, ?, ?, ?)", "tttt", scope, owner, item->key, item->value);
}

bool content_save(const struct content *c, struct store *s, struct error *why)
{
	static const char *const order[] = {"site", "environment", "host", "pair"};

	if (!clear(s, why))
		return false;
	for (size_t kind = 0; kind < sizeof(order) / sizeof(order[0]); kind++)
		for (size_t i = 0; i < c->count; i++)
			if (!*c->items[i].key && content_name(&c->items[i], order[kind]) &&
			    !save_name(s, c, &c->items[i], why))
				return false;
	for (size_t i = 0; i < c->count; i++)
		if (*c->items[i].key && !save_value(s, &c->items[i], why))
			return false;
	return sql_run(s, why, "update inventory set revision = revision + 1", "");
}
