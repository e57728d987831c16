#include "inventory/content.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "inventory/digest.h"

void content_init(struct content *c, const char *name)
{
	memset(c, 0, sizeof(*c));
	c->arena = arena_new();
	c->name = arena_strdup(c->arena, name);
	c->room = 64;
	c->items = mem_alloc(c->room * sizeof(*c->items));
}

void content_done(struct content *c)
{
	arena_free(c->arena);
	free(c->items);
	memset(c, 0, sizeof(*c));
}

void content_add(struct content *c, const char *entity, const char *key, const char *value, size_t line, size_t column)
{
	struct item item = {.line = line, .column = column};

	if (c->count == c->room) {
		c->room = 2 * c->room;
		c->items = mem_grow(c->items, c->room, sizeof(*c->items));
	}
	/* Items of one entity come one after the other and share its name. */
	if (c->count > 0 && strcmp(c->items[c->count - 1].entity, entity) == 0)
		item.entity = c->items[c->count - 1].entity;
	else
		item.entity = arena_strdup(c->arena, entity);
	item.key = arena_strdup(c->arena, key);
	item.value = arena_strdup(c->arena, value);
	c->items[c->count++] = item;
}

static int compare(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int order = strcmp(x->entity, y->entity);

	return order ? order : strcmp(x->key, y->key);
}

void content_sort(struct content *c)
{
	if (c->count)
		qsort(c->items, c->count, sizeof(*c->items), compare);
}

static void entity_of(char *entity, size_t size, const char *kind, const char *name)
{
	snprintf(entity, size, "%s%s%s", kind, *name ? " " : "", name);
}

const struct item *content_find(const struct content *c, const char *kind, const char *name, const char *key)
{
	char entity[320];
	struct item wanted = {.entity = entity, .key = key};

	entity_of(entity, sizeof(entity), kind, name);
	return c->count ? bsearch(&wanted, c->items, c->count, sizeof(*c->items), compare) : NULL;
}

const char *content_value(const struct content *c, const char *kind, const char *name, const char *key)
{
	const struct item *item = content_find(c, kind, name, key);

	return item ? item->value : "";
}

const struct item *content_entity(const struct content *c, const char *entity, size_t *ret_count)
{
	struct item wanted = {.entity = entity, .key = ""};
	const struct item *first = c->count ? bsearch(&wanted, c->items, c->count, sizeof(*c->items), compare) : NULL;
	size_t n = 0;

	while (first && first + n < c->items + c->count && strcmp(first[n].entity, entity) == 0)
		n++;
	*ret_count = n;
	return first;
}

const char *content_name(const struct item *item, const char *kind)
{
	size_t n = strlen(kind);

	return strncmp(item->entity, kind, n) == 0 && item->entity[n] == ' ' ? item->entity + n + 1 : NULL;
}

bool content_fail(const struct content *c, const struct item *at, struct error *why, const char *format, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (at && at->line)
		return error_set(why, ERROR_CONFIG, "%s:%zu:%zu: %s", c->name, at->line, at->column, text);
	return error_set(why, ERROR_CONFIG, "%s: %s", c->name, text);
}

void content_sha256(const struct content *c, char hex[65])
{
	scoped_buf bytes = {0};

	buf_init(&bytes, SIZE_MAX / 4);
	for (size_t i = 0; i < c->count; i++) {
		digest_put_text(&bytes, c->items[i].entity);
		digest_put_text(&bytes, c->items[i].key);
		digest_put_text(&bytes, c->items[i].value);
	}
	digest_sha256(bytes.bytes, bytes.used, hex);
}
