/*
 * The numbered migrations of inventory/schema/, embedded at build time; migration i leads to user_version i + 1.
 */
#ifndef INVENTORY_SCHEMA_H
#define INVENTORY_SCHEMA_H

extern const char *const schema_migrations[];
extern const int schema_version;

#endif
