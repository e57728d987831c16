#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inventory/schema.h"
#include "inventory/store_open.h"

static bool read_version(struct store *s, int64_t *ret_application, int64_t *ret_version, struct error *why)
{
	return sql_number(s, why, ret_application, "pragma application_id", "") &&
	       sql_number(s, why, ret_version, "pragma user_version", "");
}

bool store_check_version(struct store *s, bool *ret_older, struct error *why)
{
	int64_t application = 0, version = 0;

	if (!read_version(s, &application, &version, why))
		return false;
	if (application != STORE_APPLICATION_ID || version < 1)
		return error_set(why, ERROR_STORE, "%s: not a pgresync store: give another --db", s->path);
	if (version > schema_version)
		return error_set(why, ERROR_STORE,
				 "%s: made by a newer pgresync (schema %lld, this one knows %d): use that one", s->path,
				 (long long)version, schema_version);
	*ret_older = version < schema_version;
	return true;
}

static bool copy_into(struct store *s, const char *path, struct error *why)
{
	sqlite3_backup *backup;
	sqlite3 *copy = NULL;
	int code = sqlite3_open_v2(path, &copy, SQLITE_OPEN_READWRITE, NULL);

	if (code == SQLITE_OK) {
		backup = sqlite3_backup_init(copy, "main", s->db, "main");
		if (backup) {
			sqlite3_backup_step(backup, -1);
			sqlite3_backup_finish(backup);
		}
		code = sqlite3_errcode(copy);
	}
	sqlite3_close(copy);
	if (code != SQLITE_OK)
		return error_set(why, ERROR_STORE, "%s: the backup copy before the migration failed: %s", path,
				 sqlite3_errstr(code));
	return true;
}

static bool back_up(struct store *s, int64_t version, struct error *why)
{
	char now[32];
	scoped_mem char *path = NULL;
	int fd;

	clock_format_utc(now, sizeof(now), clock_wall_us());
	path = mem_printf("%s.schema-%lld-%s.backup", s->path, (long long)version, now);
	fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(why, ERROR_STORE, "%s: the backup copy before the migration cannot be made: %m", path);
	close(fd);
	return copy_into(s, path, why);
}

static bool apply(struct store *s, int64_t version, struct error *why)
{
	char sql[80];

	for (int64_t at = version; at < schema_version; at++)
		if (sqlite3_exec(s->db, schema_migrations[at], NULL, NULL, NULL) != SQLITE_OK)
			return sql_fail(s, why) || error_in(why, "migration %lld", (long long)at + 1);
	snprintf(sql, sizeof(sql), "pragma application_id = %d; pragma user_version = %d", STORE_APPLICATION_ID,
		 schema_version);
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || sql_fail(s, why);
}

static bool set_wal(struct store *s, struct error *why)
{
	sqlite3_stmt *st = sql_start(s, why, "pragma journal_mode = wal", "");
	bool ok;

	if (!st)
		return false;
	ok = sql_step(s, st, why) == 1;
	if (ok && strcmp(sql_text(st, 0), "wal") != 0)
		ok = error_set(why, ERROR_STORE, "%s: SQLite cannot keep a write-ahead log there: use a local disk",
			       s->path);
	sql_done(s, st);
	return ok;
}

bool store_migrate(struct store *s, bool is_new, struct error *why)
{
	int64_t application = 0, version = 0;

	if (is_new && !set_wal(s, why))
		return false;
	if (!read_version(s, &application, &version, why) || (!is_new && !back_up(s, version, why)))
		return false;
	if (!store_begin(s, why))
		return false;
	/* Another process may have done it while we waited for the lock. */
	return store_finish(s, read_version(s, &application, &version, why) && apply(s, version, why), why);
}
