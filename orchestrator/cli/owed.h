/*
 * What is owed: holds of runs that ended or died, which only `pgresync recover` gives back. Holds of runs that are
 * still at work are not owed.
 */
#ifndef CLI_OWED_H
#define CLI_OWED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "inventory/held.h"

struct store;

/* Takes the holds of living runs out of the list. held_list_done() in any case. */
bool owed_read(struct store *store, struct held_list *ret, struct error *why);
bool owed_has_host(const struct held_list *l, const char *host);
/* The run that is at work on this standby, 0: none. */
bool owed_run_at_work(struct store *store, const char *standby, int64_t *ret_run, struct error *why);

/* "standby-1: GPG KEY UNPROTECTED since 2026-11-23 02:10:11 (run 42)": what an operator must not overlook. */
enum { OWED_LINE = 400 };
char *owed_line(char text[OWED_LINE], const struct held *h);

#endif
