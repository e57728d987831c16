/*
 * Checks a connection string before libpq gets it: it must name socket directories or addresses.
 *
 * A host name would be resolved inside PQconnectStart(), which blocks; no host at all would be taken from the
 * environment.
 */
#ifndef PG_CONNINFO_H
#define PG_CONNINFO_H

#include <stdbool.h>

#include "base/error.h"

/* Fills *ret_has_options (does it set "options"?). Never quotes the string in *why: it may hold a password. */
bool conninfo_check(const char *conninfo, bool *ret_has_options, struct error *why);

#endif
