/*
 * Reads an inventory file (YAML), shows what it would change and applies it as a whole or not at all.
 *
 * The file is the whole truth: what is missing in it is removed. Errors read "file:line:column: what is wrong".
 */
#ifndef INVENTORY_IMPORT_H
#define INVENTORY_IMPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "inventory/actor.h"
#include "inventory/store.h"

/* What an import changes, one line each: "+ host x", "- host y", "~ host z: postgresql.version: 9.3 -> 9.5". */
struct diff {
	char **lines;
	size_t count;
	size_t hosts, pairs; /* in the file */
};

void diff_done(struct diff *d);

/* Fills *ret (the caller frees with diff_done()); writes nothing when dry_run, when the file is wrong, or when it
 * changes nothing. An applied import is one transaction together with its audit record. */
bool import_file(struct store *s, const char *path, bool dry_run, const struct actor *by, struct diff *ret,
		 struct error *why);
/* The same for text in memory, which messages call name. */
bool import_text(struct store *s, const char *name, const char *text, size_t length, bool dry_run,
		 const struct actor *by, struct diff *ret, struct error *why);

#endif
