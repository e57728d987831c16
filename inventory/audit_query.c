#include <stdlib.h>

#include "base/mem.h"
#include "inventory/audit.h"
#include "inventory/audit_canonical.h"
#include "inventory/audit_words.h"

/* One statement for all filters: ?1 since, ?2 until, ?3 host, ?4 actor, ?5 run, ?6 after, ?7 words, ?8 limit. */
#define FILTERED(words)                                                                                              \
	"select * from (select " AUDIT_COLUMNS ", output"                                                            \
	" from audit left join journal on journal.id = audit.journal"                                                \
	" where (?1 = 0 or audit.wall_us >= ?1) and (?2 = 0 or audit.wall_us < ?2) and (?3 = '' or audit.host = ?3)" \
	" and (?4 = '' or user = ?4 or sudo_user = ?4 or instr(behalf, ?4) > 0) and (?5 = 0 or audit.run = ?5)"      \
	" and audit.seq > ?6 and " words " order by audit.seq desc limit ?8) order by seq"

static const char by_index[] =
	FILTERED("(?7 = '' or audit.seq in (select rowid from audit_words where audit_words match ?7))");
/* Without the index, which only a store that we may not write can lack. */
static const char by_reading[] = FILTERED(
	"(?7 = '' or instr(lower(event || ' ' || audit.host || ' ' || audit.row || ' ' || reason || ' ' || audit.command"
	" || ' ' || detail || ' ' || coalesce(cast(output as text), '')), lower(?7)) > 0)");

static sqlite3_stmt *start(struct store *s, const struct audit_filter *f, const char *words, struct error *why)
{
	int64_t limit = f->limit ? (int64_t)f->limit : -1;

	return sql_start(s, why, s->has_words ? by_index : by_reading, "iittiiti", f->since_us, f->until_us, f->host,
			 f->actor, f->run, f->after_seq, words, limit);
}

bool audit_query(struct store *s, const struct audit_filter *f, audit_record_fn *each, void *ctx, struct error *why)
{
	struct buf words;
	sqlite3_stmt *st;
	int step = -1;

	buf_init(&words, 4096);
	if (f->text && s->has_words)
		audit_words_query(&words, f->text);
	st = start(s, f, s->has_words ? words.bytes : f->text, why);
	while (st && (step = sql_step(s, st, why)) == 1) {
		struct audit_record r;

		audit_read_columns(st, &r);
		r.output = sqlite3_column_blob(st, AUDIT_COLUMN_COUNT);
		r.output_length = (size_t)sqlite3_column_bytes(st, AUDIT_COLUMN_COUNT);
		r.output = r.output ? r.output : "";
		if (!each(ctx, &r)) {
			step = 0;
			break;
		}
	}
	sql_done(s, st);
	buf_done(&words);
	return step == 0;
}
