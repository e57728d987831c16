/*
 * From what the inventory says to hosts with every value filled in, for this folder's own use.
 */
#ifndef INVENTORY_RESOLVE_H
#define INVENTORY_RESOLVE_H

#include "inventory/content.h"
#include "inventory/inventory.h"
#include "inventory/setting.h"

/* NULL and *why when a reference leads nowhere. The caller frees with inventory_free(). */
struct inventory *resolve_content(const struct content *c, struct error *why);

/* What was said for that setting of that host, the narrowest scope first; NULL when nobody said anything. */
const struct item *resolve_item(const struct content *c, const char *host, const char *setting);

/* Refuses what no single value shows: unknown or circular jumps, machines named twice, impossible pairs. */
bool rules_check(const struct content *c, const struct inventory *i, struct error *why);

#endif
