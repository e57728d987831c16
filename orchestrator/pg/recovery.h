/*
 * Reads and extends recovery.conf, postgresql.auto.conf and their like: 'name = value' lines in PostgreSQL's syntax.
 *
 * A text is never edited in place: extending gives a whole new text, and the way back is the saved original.
 */
#ifndef PG_RECOVERY_H
#define PG_RECOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

/* The value of the last line that sets name (names are compared without case), unquoted, in ret; false: no such line. */
bool recovery_get(const char *text, size_t n, const char *name, struct buf *ret);
/* "on", "true", "yes", "1" and their unique beginnings, as PostgreSQL reads them. */
bool recovery_get_bool(const char *text, size_t n, const char *name, bool when_missing);
/* Every line is one that PostgreSQL would accept; else the number of the first bad one in *why. */
bool recovery_check(const char *text, size_t n, struct error *why);

/* Appends to out: the text, a final newline where it lacks one, "# pgresync run RUN" and "name = 'value'". The later
 * line wins, so what stood there before is overridden, not changed. False when it does not fit. */
bool recovery_append(struct buf *out, const char *text, size_t n, int64_t run, const char *name, const char *value);
/* The run whose mark stands in the text (the last one); 0: none. */
int64_t recovery_marked_run(const char *text, size_t n);
/* Appends the value in quotes as PostgreSQL reads it. */
bool recovery_quote(struct buf *out, const char *value);

/* Parts of a primary_conninfo; empty where it does not say. */
struct recovery_conninfo {
	char host[256], hostaddr[64], user[64], application_name[64];
	int port; /* 5432 when it does not say */
	bool has_password;
};

/* Never quotes the text in *why: it may hold a password. */
bool recovery_parse_conninfo(const char *conninfo, struct recovery_conninfo *ret, struct error *why);
/* Appends the conninfo without its password, for showing and storing. */
bool recovery_conninfo_shown(struct buf *out, const char *conninfo, struct error *why);

#endif
