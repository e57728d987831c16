#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "inventory/content.h"

enum { LINE_MOST = 4096 };

void diff_done(struct diff *d)
{
	for (size_t i = 0; i < d->count; i++)
		free(d->lines[i]);
	free(d->lines);
	memset(d, 0, sizeof(*d));
}

static void add_line(struct diff *d, struct buf *line)
{
	d->lines = mem_grow(d->lines, d->count + 1, sizeof(*d->lines));
	d->lines[d->count++] = buf_steal(line);
}

static void add_value(struct buf *line, const struct item *item)
{
	if (!item || !*item->value) {
		buf_adds(line, item ? "(empty)" : "(not set)");
		return;
	}
	for (const char *c = item->value; *c; c++)
		if (!(*c == '\n' ? buf_adds(line, ", ") : buf_addc(line, *c)))
			return;
}

/* One of the two is NULL when the key is on one side only. */
static void say_change(struct diff *ret, const struct item *old, const struct item *new)
{
	const struct item *any = old ? old : new;
	scoped_buf line = {0};

	buf_init(&line, LINE_MOST);
	buf_addf(&line, "~ %s: %s: ", any->entity, any->key);
	add_value(&line, old);
	buf_adds(&line, " -> ");
	add_value(&line, new);
	add_line(ret, &line);
}

static void say_entity(struct diff *ret, char sign, const struct item *items, size_t n)
{
	scoped_buf line = {0};

	buf_init(&line, LINE_MOST);
	buf_addf(&line, "%c %s", sign, items[0].entity);
	for (size_t i = 0; i < n; i++)
		if (strcmp(items[i].key, "primary") == 0)
			buf_addf(&line, " of %s", items[i].value);
	add_line(ret, &line);
}

static size_t length_of(const struct item *items, const struct item *end)
{
	size_t n = 1;

	while (items + n < end && strcmp(items[n].entity, items[0].entity) == 0)
		n++;
	return n;
}

/* Two sorted lists: how the next of them stand to each other; a list that is at its end comes last. */
static int order_of(size_t n, size_t m, const char *a, const char *b)
{
	if (n == 0)
		return 1;
	return m == 0 ? -1 : strcmp(a, b);
}

static void compare_entity(struct diff *ret, const struct item *old, size_t n, const struct item *new, size_t m)
{
	while (n > 0 || m > 0) {
		int order = order_of(n, m, old->key, new->key);
		size_t from_old = order <= 0 ? 1 : 0, from_new = order >= 0 ? 1 : 0;

		if (order != 0 || strcmp(old->value, new->value) != 0)
			say_change(ret, from_old ? old : NULL, from_new ? new : NULL);
		old += from_old;
		n -= from_old;
		new += from_new;
		m -= from_new;
	}
}

static void count_items(const struct content *c, struct diff *ret)
{
	for (size_t i = 0; i < c->count; i++) {
		if (*c->items[i].key)
			continue;
		ret->hosts += content_name(&c->items[i], "host") ? 1 : 0;
		ret->pairs += content_name(&c->items[i], "pair") ? 1 : 0;
	}
}

void content_diff(const struct content *before, const struct content *after, struct diff *ret)
{
	const struct item *old = before->items, *old_end = old + before->count;
	const struct item *new = after->items, *new_end = new + after->count;

	count_items(after, ret);
	while (old < old_end || new < new_end) {
		int order = old == old_end ? 1 : new == new_end ? -1 : strcmp(old->entity, new->entity);
		size_t n = order <= 0 ? length_of(old, old_end) : 0, m = order >= 0 ? length_of(new, new_end) : 0;

		if (order < 0)
			say_entity(ret, '-', old, n);
		else if (order > 0)
			say_entity(ret, '+', new, m);
		else
			compare_entity(ret, old, n, new, m);
		old += n;
		new += m;
	}
}
