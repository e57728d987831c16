#include "inventory/export.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "inventory/content.h"
#include "inventory/setting.h"

/* Letters, digits and harmless signs, and nothing that YAML takes for something else than text. */
static bool is_safe_plain(const char *s)
{
	static const char *const special[] = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"};
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++)
		if (strcasecmp(s, special[i]) == 0)
			return false;
	return *s && (strchr(letters, *s) || *s == '/') &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-") == strlen(s);
}

/* What is stored has passed the allow-lists: no quote, no backslash. */
static void put_text(struct buf *out, const char *s)
{
	buf_addf(out, is_safe_plain(s) ? "%s" : "\"%s\"", s);
}

static void put_list(struct buf *out, const char *value)
{
	buf_adds(out, "[");
	for (const char *sign = ""; *value; sign = ", ") {
		size_t n = strcspn(value, "\n");
		char entry[1100];

		memcpy(entry, value, n < sizeof(entry) ? n : sizeof(entry) - 1);
		entry[n < sizeof(entry) ? n : sizeof(entry) - 1] = '\0';
		buf_adds(out, sign);
		put_text(out, entry);
		value += n + (value[n] == '\n' ? 1 : 0);
	}
	buf_adds(out, "]");
}

static void put_secret(struct buf *out, const char *value)
{
	size_t n = strcspn(value, ":");

	buf_addf(out, "{%.*s: \"%s\"}", (int)n, value, value[n] ? value + n + 1 : "");
}

static void put_value(struct buf *out, const struct setting *s, const char *value)
{
	if (s->type == SETTING_NUMBER || s->type == SETTING_BOOL)
		buf_adds(out, value);
	else if (s->type == SETTING_PATHS)
		put_list(out, value);
	else if (s->type == SETTING_SECRET)
		put_secret(out, value);
	else
		put_text(out, value);
}

/* The settings of one entity, whose groups are neighbours because the items are sorted. */
static void put_settings(struct buf *out, const struct item *items, size_t n, const char *indent)
{
	const char *group = "";
	size_t group_length = 0;

	for (size_t i = 0; i < n; i++) {
		const struct setting *s = setting_find(items[i].key);
		const char *dot = strchr(items[i].key, '.');
		size_t length = dot ? (size_t)(dot - items[i].key) : 0;

		if (!s)
			continue;
		if (dot && (length != group_length || strncmp(group, items[i].key, length) != 0))
			buf_addf(out, "%s%.*s:\n", indent, (int)length, items[i].key);
		group = items[i].key;
		group_length = length;
		buf_addf(out, "%s%s%s: ", indent, dot ? "  " : "", dot ? dot + 1 : items[i].key);
		put_value(out, s, items[i].value);
		buf_adds(out, "\n");
	}
}

static size_t length_of(const struct content *c, size_t at)
{
	size_t n = 1;

	while (at + n < c->count && strcmp(c->items[at + n].entity, c->items[at].entity) == 0)
		n++;
	return n;
}

static void put_entity(struct buf *out, const struct content *c, size_t at, const char *kind)
{
	static const char *const own[] = {"address", "site", "environment"};
	const char *name = content_name(&c->items[at], kind);
	size_t n = length_of(c, at);

	buf_adds(out, "  ");
	put_text(out, name);
	buf_adds(out, n == 1 ? ": {}\n" : ":\n");
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (content_find(c, kind, name, own[i])) {
			buf_addf(out, "    %s: ", own[i]);
			put_text(out, content_value(c, kind, name, own[i]));
			buf_adds(out, "\n");
		}
	for (size_t i = at; i < at + n; i++)
		if (strcmp(c->items[i].key, "tags") == 0 || strcmp(c->items[i].key, "aliases") == 0) {
			buf_addf(out, "    %s: ", c->items[i].key);
			put_list(out, c->items[i].value);
			buf_adds(out, "\n");
		}
	put_settings(out, c->items + at, n, "    ");
}

static void put_entities(struct buf *out, const struct content *c, const char *kind)
{
	bool first = true;

	for (size_t at = 0; at < c->count; at += length_of(c, at)) {
		if (!content_name(&c->items[at], kind))
			continue;
		if (first)
			buf_addf(out, "%ss:\n", kind);
		first = false;
		put_entity(out, c, at, kind);
	}
}

static int compare_pairs(const void *a, const void *b)
{
	const struct item *const *x = a, *const *y = b;
	int order = strcmp((*x)->value, (*y)->value);

	return order ? order : strcmp((*x)->entity, (*y)->entity);
}

/* Gathered by primary. */
static void put_pairs(struct buf *out, const struct content *c)
{
	const struct item **primaries = mem_alloc((c->count + 1) * sizeof(*primaries));
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->items[i].key, "primary") == 0)
			primaries[n++] = &c->items[i];
	qsort(primaries, n, sizeof(*primaries), compare_pairs);
	buf_adds(out, n ? "pairs:\n" : "");
	for (size_t i = 0; i < n; i++) {
		const char *standby = content_name(primaries[i], "pair");

		if (i == 0 || strcmp(primaries[i - 1]->value, primaries[i]->value) != 0) {
			buf_adds(out, "  - primary: ");
			put_text(out, primaries[i]->value);
			buf_adds(out, "\n    standbys:\n");
		}
		buf_adds(out, "      - {host: ");
		put_text(out, standby);
		buf_adds(out, ", role: ");
		put_text(out, content_value(c, "pair", standby, "role"));
		buf_adds(out, "}\n");
	}
	free(primaries);
}

bool export_yaml(struct store *s, struct buf *out, struct error *why)
{
	struct content content;
	size_t n;
	const struct item *defaults;

	content_init(&content, store_path(s));
	if (!content_load(&content, s, why)) {
		content_done(&content);
		return false;
	}
	buf_adds(out, "version: 1\n");
	defaults = content_entity(&content, "defaults", &n);
	if (n > 1) {
		buf_adds(out, "defaults:\n");
		put_settings(out, defaults, n, "  ");
	}
	put_entities(out, &content, "site");
	put_entities(out, &content, "environment");
	put_entities(out, &content, "host");
	put_pairs(out, &content);
	content_done(&content);
	return true;
}
