#include "inventory/store.h"

#include <stdio.h>

#include "base/mem.h"
#include "inventory/audit_words.h"
#include "inventory/store_open.h"

enum { PATIENCE_MS = 10000 };

static bool open_existing(struct store *s, enum store_mode mode, struct error *why)
{
	bool older = false;

	if (!store_connect(s, mode != STORE_READ, why) || !store_check_version(s, &older, why))
		return false;
	if (older && mode == STORE_READ)
		return error_set(why, ERROR_STORE,
				 "%s: an older pgresync made it: `pgresync inventory check` brings it up to date",
				 s->path);
	if (older && !store_migrate(s, false, why))
		return false;
	return audit_words_prepare(s, why);
}

struct store *store_open(const char *path, enum store_mode mode, struct error *why)
{
	struct store *s;
	bool exists;

	if (!store_file_check(path, mode, &exists, why))
		return NULL;
	if (!exists && !store_file_make(path, why))
		return NULL;
	s = mem_new(struct store);
	s->path = mem_strdup(path);
	if (!open_existing(s, mode, why)) {
		store_close(s);
		return NULL;
	}
	return s;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	store_disconnect(s);
	free(s->path);
	free(s);
}

const char *store_path(const struct store *s)
{
	return s->path;
}

void store_set_patience_ms(struct store *s, int within_ms)
{
	sqlite3_busy_timeout(s->db, within_ms);
}

bool store_connect(struct store *s, bool may_write, struct error *why)
{
	static const char settings[] = "pragma synchronous = full; pragma cell_size_check = on; "
				       "pragma secure_delete = on; pragma temp_store = memory;";
	int flags = may_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	int code = sqlite3_open_v2(s->path, &s->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);

	if (code != SQLITE_OK)
		return sql_fail_code(s->path, code, s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(code), why);
	s->may_write = may_write;
	sqlite3_extended_result_codes(s->db, 1);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	store_set_patience_ms(s, PATIENCE_MS);
	if (sqlite3_exec(s->db, settings, NULL, NULL, NULL) != SQLITE_OK)
		return sql_fail(s, why);
	return true;
}

void store_disconnect(struct store *s)
{
	for (int i = 0; i < s->kept_count; i++)
		sqlite3_finalize(s->kept[i].statement);
	s->kept_count = 0;
	sqlite3_close(s->db);
	s->db = NULL;
}

/* Runs "WORD" or, inside another transaction, "NESTED level". */
static bool mark(struct store *s, const char *word, const char *nested, struct error *why)
{
	char sql[64];

	if (s->depth == 0)
		snprintf(sql, sizeof(sql), "%s", word);
	else
		snprintf(sql, sizeof(sql), "%s level%d", nested, s->depth);
	return sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK || sql_fail(s, why);
}

bool store_begin(struct store *s, struct error *why)
{
	if (!mark(s, "begin immediate", "savepoint", why))
		return false;
	s->depth++;
	return true;
}

bool store_commit(struct store *s, struct error *why)
{
	s->depth--;
	if (mark(s, "commit", "release", why))
		return true;
	s->depth++;
	store_rollback(s);
	return false;
}

void store_rollback(struct store *s)
{
	struct error ignored;

	s->depth--;
	/* A full disk may have rolled back already; then there is nothing left to do. */
	if (sqlite3_get_autocommit(s->db))
		return;
	mark(s, "rollback", "rollback to", &ignored);
	if (s->depth > 0)
		mark(s, "", "release", &ignored);
}

bool store_finish(struct store *s, bool ok, struct error *why)
{
	if (ok)
		return store_commit(s, why);
	store_rollback(s);
	return false;
}
