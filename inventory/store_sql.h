/*
 * SQL for this folder's own use: nobody outside sees a statement.
 *
 * Arguments are bound by a string of types: t text (NULL counts as ""), i int64_t, d int, b blob (pointer, size_t).
 */
#ifndef INVENTORY_STORE_SQL_H
#define INVENTORY_STORE_SQL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "inventory/store.h"

enum { STORE_APPLICATION_ID = 0x70677273, STORE_STATEMENTS = 48 };

struct store {
	sqlite3 *db;
	char *path;
	int depth;		   /* of nested transactions */
	bool may_write, has_words; /* has_words: the full-text index is there */
	struct {
		const char *sql;
		sqlite3_stmt *statement;
		bool in_use;
	} kept[STORE_STATEMENTS];
	int kept_count;
};

/* A statement with its arguments bound; the caller ends with sql_done(). sql must be a literal. NULL and *why. */
sqlite3_stmt *sql_start(struct store *s, struct error *why, const char *sql, const char *types, ...);
void sql_done(struct store *s, sqlite3_stmt *st);
/* 1: a row; 0: no more; -1: *why. */
int sql_step(struct store *s, sqlite3_stmt *st, struct error *why);
/* Start, one step, done. */
bool sql_run(struct store *s, struct error *why, const char *sql, const char *types, ...);
/* The first column of the first row, *ret untouched when there is none. */
bool sql_number(struct store *s, struct error *why, int64_t *ret, const char *sql, const char *types, ...);

/* Never NULL; borrowed until the next step. */
const char *sql_text(sqlite3_stmt *st, int column);

/* Turns what SQLite said last into an error that names the file; returns false. */
bool sql_fail(struct store *s, struct error *why);
bool sql_fail_code(const char *path, int code, const char *text, struct error *why);

#endif
