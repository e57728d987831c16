/*
 * A method is a table of rows: TAKE, DO, GIVE.
 *
 * A hold is a change to the host that must not outlive the run; TAKE begins it, GIVE ends it. A hold counts as held
 * from the moment its TAKE is begun, so every script here is idempotent: taking twice is taking once, giving back
 * what was never taken does nothing. The same table is the run, the dry run (its checks), the documentation, the
 * progress line and the audit record. No row has a condition: an action that must differ by host chooses its script
 * itself (script_for).
 */
#ifndef RESYNC_METHOD_H
#define RESYNC_METHOD_H

#include <stdbool.h>
#include <stddef.h>

#include "resync/action.h"

enum { HOLD_GIVES = 4 };

struct hold {
	const char *name; /* "puppet off" */
	const struct action *take;
	const struct action *give[HOLD_GIVES]; /* in this order; NULL ends */
};

enum row_kind { ROW_END, ROW_TAKE, ROW_DO, ROW_GIVE };

struct row {
	enum row_kind kind;
	const struct hold *hold;     /* TAKE and GIVE */
	const struct action *action; /* DO */
};

#define TAKE(h)                      \
	{                            \
		ROW_TAKE, &(h), NULL \
	}
#define DO(a)                      \
	{                          \
		ROW_DO, NULL, &(a) \
	}
#define GIVE(h)                      \
	{                            \
		ROW_GIVE, &(h), NULL \
	}
#define END                         \
	{                           \
		ROW_END, NULL, NULL \
	}

struct method {
	const char *name, *summary;
	const char *secret;		    /* name of the secret that it needs; NULL: none */
	bool base_backup;		    /* counts against base_backups_per_primary */
	const struct action *const *checks; /* NULL-terminated: all of the dry run, and the first part of every run */
	const struct row *rows;
};

extern const struct method *const methods[]; /* NULL-terminated */

const struct method *method_find(const char *name);
size_t method_rows(const struct method *m);
/* "puppet off" for TAKE and GIVE, the action's name for DO. */
const char *row_name(const struct row *row);
const char *row_kind_name(enum row_kind kind);
/* NULL when the table is well formed: each hold taken once and given once, newest first; else what is wrong. */
const char *method_fault(const struct row *rows);

#endif
