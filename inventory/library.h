/*
 * Which SQLite this program runs with.
 */
#ifndef INVENTORY_LIBRARY_H
#define INVENTORY_LIBRARY_H

#include <stdbool.h>

/* "3.40.1" */
const char *store_library_version(void);
/* False: without the full-text index the audit history cannot be searched by words. */
bool store_library_has_fts5(void);

#endif
