/* Any inventory file is a small tree or refused with its place. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "inventory/arena.h"
#include "inventory/yaml_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t depth_of(const struct yaml_tree *t)
{
	size_t deepest = 0;

	for (const struct yaml_tree *e = t->first; e; e = e->next) {
		size_t depth = depth_of(e);

		if (!e->line || !e->column || (t->kind == YAML_TREE_MAP && !e->key))
			abort();
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct error why;
	const struct yaml_tree *root = yaml_tree_parse(arena, "file", (const char *)data, size, &why);

	if (root && depth_of(root) > YAML_TREE_DEPTH + 1)
		abort();
	if (!root && strncmp(why.text, "file", 4) != 0)
		abort();
	arena_free(arena);
	return 0;
}
