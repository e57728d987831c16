/*
 * A snapshot of all hosts and pairs, resolved; later changes of the store do not show in it.
 *
 * The inventory owns everything that is found through it; pointers are borrowed until inventory_free().
 */
#ifndef INVENTORY_INVENTORY_H
#define INVENTORY_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "inventory/host.h"
#include "inventory/store.h"

/* One pair per standby; its name is the standby's. */
struct pair {
	const char *name;
	const struct host *primary, *standby;
	const char *role; /* "live", "dr" or another word */
};

struct site {
	const char *name;
	const char *const *aliases; /* ends with NULL */
};

struct inventory {
	const struct host *hosts; /* sorted by name */
	size_t host_count;
	const struct pair *pairs; /* sorted by name */
	size_t pair_count;
	const struct site *sites;
	size_t site_count;
	int64_t revision; /* grows by one with every import that changed something; 0: nothing imported yet */
	char sha256[65];  /* of the whole content, for plans */
	struct arena *own;
};

struct inventory *inventory_load(struct store *s, struct error *why);
void inventory_free(struct inventory *i);

/* By name, letters' case ignored; the first labels of a name will do when they fit one host only
 * ("postgresql-standby-1" or "postgresql-standby-1.backend"). NULL when there is none or more than one. */
const struct host *inventory_find_host(const struct inventory *i, const char *name);
/* The pair of that standby, by the same rule. */
const struct pair *inventory_find_pair(const struct inventory *i, const char *name);
/* The n-th pair (from 0) of that primary, NULL when there are no more. */
const struct pair *inventory_find_pair_of(const struct inventory *i, const struct host *primary, size_t n);
/* By name or alias, letters' case ignored; NULL when there is none. */
const struct site *inventory_find_site(const struct inventory *i, const char *name_or_alias);

enum { INVENTORY_SUGGESTIONS = 3 };
/* Fills nearest with up to three host and site names that look like name; returns how many. When name is a short
 * form that fits several hosts, those are suggested. */
size_t inventory_suggest(const struct inventory *i, const char *name, const char *nearest[INVENTORY_SUGGESTIONS]);

/* Fills *ret with the current revision without loading the rest. */
bool inventory_revision(struct store *s, int64_t *ret, struct error *why);

#endif
