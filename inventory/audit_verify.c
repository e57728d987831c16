#include "inventory/audit_verify.h"

#include <string.h>

#include "inventory/audit_canonical.h"
#include "inventory/audit_chain.h"
#include "inventory/journal_store.h"

/* The journal entry that the record vouches for. Fills in the output, borrowed from *ret_entry. */
static bool check_entry(struct store *s, struct audit_verdict *v, struct audit_record *r, sqlite3_stmt **ret_entry,
			struct error *why)
{
	char hex[DIGEST_HEX];
	struct journal_entry e;

	r->output = "";
	*ret_entry = NULL;
	if (r->journal == 0)
		return true;
	*ret_entry = sql_start(s, why, "select " JOURNAL_COLUMNS " from journal where id = ?", "i", r->journal);
	if (!*ret_entry)
		return false;
	if (sql_step(s, *ret_entry, why) != 1)
		return audit_chain_fail(v, r->seq, "its journal entry is missing");
	journal_read_columns(*ret_entry, &e);
	r->output = e.output;
	r->output_length = *r->output_sha256 ? e.output_length : 0;
	journal_entry_sha256(&e, hex);
	return strcmp(hex, r->entry_sha256) == 0 || audit_chain_fail(v, r->seq, "its journal entry was changed");
}

static bool check_stored_bytes(struct audit_verdict *v, const struct audit_record *r, const void *stored, size_t n)
{
	scoped_buf canonical = {0};

	buf_init(&canonical, AUDIT_CANONICAL_MOST);
	audit_canonical(&canonical, r);
	return (canonical.used == n && memcmp(canonical.bytes, stored ? stored : "", n) == 0) ||
	       audit_chain_fail(v, r->seq, "it was changed: its columns are not what was hashed");
}

static bool check_record(struct store *s, struct audit_verdict *v, sqlite3_stmt *st, struct error *why)
{
	struct audit_record r;
	sqlite3_stmt *entry = NULL;
	bool ok;

	audit_read_columns(st, &r);
	ok = check_entry(s, v, &r, &entry, why);
	/* A gap is worse news than what stands after it. */
	if (r.seq != v->head_seq + 1)
		ok = audit_chain_add(v, &r);
	ok = ok && check_stored_bytes(v, &r, sqlite3_column_blob(st, AUDIT_COLUMN_COUNT),
				      (size_t)sqlite3_column_bytes(st, AUDIT_COLUMN_COUNT));
	ok = ok && audit_chain_add(v, &r);
	sql_done(s, entry);
	return ok;
}

static bool check_all(struct store *s, struct audit_verdict *v, struct error *why)
{
	sqlite3_stmt *st = sql_start(s, why, "select " AUDIT_COLUMNS ", canonical from audit order by audit.seq", "");
	bool ok = st != NULL;
	int step = -1;

	while (ok && (step = sql_step(s, st, why)) == 1)
		ok = check_record(s, v, st, why);
	sql_done(s, st);
	return ok && step == 0;
}

/* What lies after the last record: a tail that was cut off, and journal entries that no record vouches for. */
static bool check_end(struct store *s, struct audit_verdict *v, struct error *why)
{
	int64_t highest = 0, orphan = 0;

	if (!sql_number(s, why, &highest, "select seq from sqlite_sequence where name = 'audit'", "") ||
	    !sql_number(s, why, &orphan,
			"select id from journal where not exists (select 1 from audit where audit.journal = journal.id"
			" and audit.journal > 0) order by id limit 1",
			""))
		return false;
	if (highest > v->head_seq)
		return audit_chain_fail(v, v->head_seq + 1, "it is missing (there were %lld records)",
					(long long)highest);
	return orphan == 0 ||
	       audit_chain_fail(v, v->head_seq + 1, "it is missing: nothing vouches for journal entry %lld",
				(long long)orphan);
}

bool audit_verify(struct store *s, struct audit_verdict *ret, struct error *why)
{
	bool ok, alone = s->depth == 0;

	audit_chain_begin(ret);
	/* One snapshot for all of it: others go on writing. */
	if (alone && sqlite3_exec(s->db, "begin", NULL, NULL, NULL) != SQLITE_OK)
		return sql_fail(s, why);
	ok = check_all(s, ret, why) && check_end(s, ret, why);
	if (alone)
		sqlite3_exec(s->db, "rollback", NULL, NULL, NULL);
	if (ret->bad_seq)
		return error_set(why, ERROR_STORE, "%s: the audit history does not fit: %s", store_path(s),
				 ret->problem);
	return ok;
}
