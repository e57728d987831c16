/*
 * A small tree of a YAML file, for this folder's own use.
 *
 * Only what needs no thinking is let in: one document of mappings, lists and scalars. Anchors, aliases, tags, duplicate
 * keys, control characters and invalid UTF-8 are refused with line and column.
 */
#ifndef INVENTORY_YAML_TREE_H
#define INVENTORY_YAML_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "inventory/arena.h"

enum yaml_kind { YAML_TREE_SCALAR, YAML_TREE_LIST, YAML_TREE_MAP };
enum { YAML_TREE_DEPTH = 16, YAML_TREE_BYTES = 8 << 20, YAML_TREE_SCALAR_MOST = 4096 };

struct yaml_tree {
	enum yaml_kind kind;
	const char *text;		/* of a scalar */
	bool is_plain;			/* a scalar without quotes */
	size_t line, column;		/* from 1 */
	const struct yaml_tree *key;	/* of an entry of a mapping: its key, a scalar */
	struct yaml_tree *first, *next; /* entries */
	size_t count;
};

/* The root, owned by the arena; NULL and *why ("name:line:column: …") when it cannot be had. */
struct yaml_tree *yaml_tree_parse(struct arena *arena, const char *name, const char *text, size_t length,
				  struct error *why);

/* True for a scalar that YAML takes for "nothing". */
bool yaml_tree_is_null(const struct yaml_tree *t);
const char *yaml_tree_kind_name(const struct yaml_tree *t);

#endif
