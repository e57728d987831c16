/*
 * The steps of opening a store file, for store.c only.
 */
#ifndef INVENTORY_STORE_OPEN_H
#define INVENTORY_STORE_OPEN_H

#include <stdbool.h>

#include "inventory/store_sql.h"

/* Looks at the file without SQLite: kind, size, header, permissions. *ret_exists is false when there is no file. */
bool store_file_check(const char *path, enum store_mode mode, bool *ret_exists, struct error *why);
/* Makes a new store beside path and links it into place; a store that another process made meanwhile is fine. */
bool store_file_make(const char *path, struct error *why);

/* Opens the connection and sets every safety switch. */
bool store_connect(struct store *s, bool may_write, struct error *why);
void store_disconnect(struct store *s);
/* Applies what the schema lacks, in one transaction; makes a backup copy first unless the file is new. */
bool store_migrate(struct store *s, bool is_new, struct error *why);
/* Checks application_id and user_version; *ret_older when it must be migrated. */
bool store_check_version(struct store *s, bool *ret_older, struct error *why);

#endif
