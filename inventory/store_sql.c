#include "inventory/store_sql.h"

#include <stdarg.h>

bool sql_fail_code(const char *path, int code, const char *text, struct error *why)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return error_set(why, ERROR_BUSY, "%s: another process is writing to the store: try again", path);
	case SQLITE_NOTADB:
		return error_set(why, ERROR_STORE, "%s: not a pgresync store: give another --db", path);
	case SQLITE_CORRUPT:
		return error_set(why, ERROR_STORE, "%s: the store is damaged (%s): put back a backup", path, text);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_CANTOPEN:
		return error_set(why, ERROR_PERMISSION, "%s: cannot be written (%s): check the file and its directory",
				 path, text);
	case SQLITE_FULL:
		return error_set(why, ERROR_STORE, "%s: the disk is full: nothing was written", path);
	case SQLITE_IOERR: /* a full disk, too, when it is the -shm file that does not fit */
		return error_set(why, ERROR_STORE, "%s: %s: nothing was written; is the disk full, or failing?", path,
				 text);
	default:
		return error_set(why, ERROR_STORE, "%s: %s", path, text);
	}
}

bool sql_fail(struct store *s, struct error *why)
{
	return sql_fail_code(s->path, sqlite3_extended_errcode(s->db), sqlite3_errmsg(s->db), why);
}

static sqlite3_stmt *kept_statement(struct store *s, const char *sql)
{
	for (int i = 0; i < s->kept_count; i++)
		if (s->kept[i].sql == sql && !s->kept[i].in_use) {
			s->kept[i].in_use = true;
			return s->kept[i].statement;
		}
	return NULL;
}

static sqlite3_stmt *prepare(struct store *s, const char *sql, struct error *why)
{
	sqlite3_stmt *st = kept_statement(s, sql);

	if (st)
		return st;
	if (sqlite3_prepare_v3(s->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &st, NULL) != SQLITE_OK) {
		sql_fail(s, why);
		return NULL;
	}
	if (s->kept_count < STORE_STATEMENTS) {
		s->kept[s->kept_count].sql = sql;
		s->kept[s->kept_count].statement = st;
		s->kept[s->kept_count++].in_use = true;
	}
	return st;
}

static int bind_one(sqlite3_stmt *st, int at, char type, va_list *ap)
{
	const char *text;
	const void *blob;

	switch (type) {
	case 't':
		text = va_arg(*ap, const char *);
		return sqlite3_bind_text(st, at, text ? text : "", -1, SQLITE_TRANSIENT);
	case 'i':
		return sqlite3_bind_int64(st, at, va_arg(*ap, int64_t));
	case 'd':
		return sqlite3_bind_int(st, at, va_arg(*ap, int));
	case 'b':
		blob = va_arg(*ap, const void *);
		return sqlite3_bind_blob64(st, at, blob ? blob : "", va_arg(*ap, size_t), SQLITE_TRANSIENT);
	default:
		return SQLITE_MISUSE;
	}
}

static sqlite3_stmt *start(struct store *s, struct error *why, const char *sql, const char *types, va_list *ap)
{
	sqlite3_stmt *st = prepare(s, sql, why);

	for (int i = 0; st && types[i]; i++) {
		int code = bind_one(st, i + 1, types[i], ap);

		if (code != SQLITE_OK) {
			sql_fail_code(s->path, code, sqlite3_errstr(code), why);
			sql_done(s, st);
			return NULL;
		}
	}
	return st;
}

sqlite3_stmt *sql_start(struct store *s, struct error *why, const char *sql, const char *types, ...)
{
	sqlite3_stmt *st;
	va_list ap;

	va_start(ap, types);
	st = start(s, why, sql, types, &ap);
	va_end(ap);
	return st;
}

void sql_done(struct store *s, sqlite3_stmt *st)
{
	if (!st)
		return;
	for (int i = 0; i < s->kept_count; i++)
		if (s->kept[i].statement == st) {
			sqlite3_reset(st);
			sqlite3_clear_bindings(st);
			s->kept[i].in_use = false;
			return;
		}
	sqlite3_finalize(st);
}

int sql_step(struct store *s, sqlite3_stmt *st, struct error *why)
{
	int code = sqlite3_step(st);

	if (code == SQLITE_ROW)
		return 1;
	if (code == SQLITE_DONE)
		return 0;
	sql_fail(s, why);
	return -1;
}

bool sql_run(struct store *s, struct error *why, const char *sql, const char *types, ...)
{
	sqlite3_stmt *st;
	va_list ap;
	bool ok;

	va_start(ap, types);
	st = start(s, why, sql, types, &ap);
	va_end(ap);
	if (!st)
		return false;
	ok = sql_step(s, st, why) >= 0;
	sql_done(s, st);
	return ok;
}

bool sql_number(struct store *s, struct error *why, int64_t *ret, const char *sql, const char *types, ...)
{
	sqlite3_stmt *st;
	va_list ap;
	int step;

	va_start(ap, types);
	st = start(s, why, sql, types, &ap);
	va_end(ap);
	if (!st)
		return false;
	step = sql_step(s, st, why);
	if (step == 1)
		*ret = sqlite3_column_int64(st, 0);
	sql_done(s, st);
	return step >= 0;
}

const char *sql_text(sqlite3_stmt *st, int column)
{
	const void *text = sqlite3_column_text(st, column);

	return text ? text : "";
}
