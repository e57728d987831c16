#include "inventory/audit_words.h"

#include <string.h>

static const char make_index[] =
	"drop view if exists audit_text;"
	"create view audit_text as select seq, user, sudo_user, behalf, event, audit.host as host, audit.row as row,"
	" audit.outcome as outcome, reason, audit.command as command, detail,"
	" coalesce(cast(output as text), '') as output"
	" from audit left join journal on journal.id = audit.journal;"
	"create virtual table audit_words using fts5(user, sudo_user, behalf, event, host, row, outcome, reason, command,"
	" detail, output, content = 'audit_text', content_rowid = 'seq');"
	"insert into audit_words (audit_words) values ('rebuild');";

static bool is_there(struct store *s, bool *ret, struct error *why)
{
	int64_t count = 0;

	if (!sql_number(s, why, &count, "select count(*) from sqlite_schema where name = 'audit_words'", ""))
		return false;
	*ret = count > 0;
	return true;
}

bool audit_words_prepare(struct store *s, struct error *why)
{
	bool ok;

	if (!is_there(s, &s->has_words, why))
		return false;
	if (s->has_words || !s->may_write)
		return true;
	if (!store_begin(s, why))
		return false;
	/* Another process may have made it while we waited for the lock. */
	ok = is_there(s, &s->has_words, why);
	if (ok && !s->has_words)
		ok = sqlite3_exec(s->db, make_index, NULL, NULL, NULL) == SQLITE_OK || sql_fail(s, why);
	s->has_words = store_finish(s, ok, why);
	return s->has_words;
}

bool audit_words_add(struct store *s, int64_t seq, struct error *why)
{
	return sql_run(s, why,
		       "insert into audit_words (rowid, user, sudo_user, behalf, event, host, row, outcome, reason,"
		       " command, detail, output) select * from audit_text where seq = ?",
		       "i", seq);
}

void audit_words_query(struct buf *out, const char *text)
{
	while (*(text += strspn(text, " \t\n"))) {
		size_t n = strcspn(text, " \t\n");
		bool is_prefix = n > 1 && text[n - 1] == '*';

		buf_adds(out, out->used ? " \"" : "\"");
		for (size_t i = 0; i < n - (is_prefix ? 1 : 0); i++)
			buf_adds(out, text[i] == '"' ? "\"\"" : (char[]){text[i], '\0'});
		buf_adds(out, is_prefix ? "\"*" : "\"");
		text += n;
	}
}
