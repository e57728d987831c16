/*
 * Looks at what the inventory refers to on this machine, and at what it leaves out. Asks no host.
 */
#ifndef INVENTORY_CHECK_H
#define INVENTORY_CHECK_H

#include <stdbool.h>

#include "base/error.h"
#include "inventory/inventory.h"

enum check_weight { CHECK_NOTE, CHECK_WARNING, CHECK_ERROR };

struct check_finding {
	enum check_weight weight;
	const char *subject; /* the host, "" for the whole inventory */
	const char *text;    /* what is wrong, and what to do */
};

/* The finding is borrowed until the function returns. */
typedef void check_found_fn(void *ctx, const struct check_finding *f);
/* Returns how many findings weigh CHECK_ERROR. */
size_t check_inventory(const struct inventory *i, check_found_fn *found, void *ctx);

#endif
