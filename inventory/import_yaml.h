/*
 * From the YAML tree to what the inventory says: every key known, every value checked; for this folder's own use.
 */
#ifndef INVENTORY_IMPORT_YAML_H
#define INVENTORY_IMPORT_YAML_H

#include "inventory/content.h"
#include "inventory/yaml_tree.h"

enum { IMPORT_HOSTS_MOST = 100000 };

/* Fills and sorts *c; messages name c->name, line and column. */
bool import_yaml(struct content *c, const struct yaml_tree *root, struct error *why);

/* Settings of one scope, which are the entries of map except for those named in skip (ends with NULL). */
bool import_settings(struct content *c, const char *entity, const struct yaml_tree *map, const char *const *skip,
		     struct error *why);
/* Adds a list of labels ("aliases", "tags"), sorted. */
bool import_labels(struct content *c, const char *entity, const struct yaml_tree *list, struct error *why);

/* "file:line:column: text"; returns false. */
bool import_fail(const struct content *c, const struct yaml_tree *at, struct error *why, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* The same for a key that nobody knows, with the nearest of those that are known. */
bool import_unknown(const struct content *c, const struct yaml_tree *key, const char *where, const char *const *known,
		    struct error *why);
/* Text for a message: what a terminal could misread is made visible, and it is short. Borrowed until the next call. */
const char *import_quote(const char *text);

#endif
