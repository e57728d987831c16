/*
 * The versions of PostgreSQL that an inventory may name.
 */
#ifndef INVENTORY_VERSION_H
#define INVENTORY_VERSION_H

/* 903 for "9.3", 1000 for "10"; 0 when the version is not one of ours. */
int version_number(const char *version);

#endif
