/*
 * Which libpq this program runs with.
 */
#ifndef PG_LIBRARY_H
#define PG_LIBRARY_H

/* PQlibVersion(): 150018, 90324. */
int pg_library_version(void);

#endif
