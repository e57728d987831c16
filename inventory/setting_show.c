#include <string.h>

#include "inventory/resolve.h"

/* "defaults", "site carrenza", "environment staging" or "host x", which is how entities are called. */
static void show_all(const struct content *c, const char *host, setting_seen_fn *seen, void *ctx)
{
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *s = &setting_table[i];
		const struct item *item = resolve_item(c, host, s->name);

		seen(ctx, s, item ? item->value : s->standard, item ? item->entity : "built in");
	}
}

bool setting_show(struct store *store, const char *host, setting_seen_fn *seen, void *ctx, struct error *why)
{
	struct content content;
	bool ok;

	content_init(&content, store_path(store));
	ok = content_load(&content, store, why);
	if (ok && !content_find(&content, "host", host, ""))
		ok = error_set(why, ERROR_USAGE, "there is no host %s", host);
	if (ok)
		show_all(&content, host, seen, ctx);
	content_done(&content);
	return ok;
}
