#include "inventory/audit.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/redact.h"
#include "inventory/audit_canonical.h"
#include "inventory/audit_words.h"
#include "inventory/digest.h"
#include "inventory/text.h"

/* The texts of one record on their way in: valid UTF-8, without secrets. */
struct clean {
	struct buf event, host, row, reason, command, detail;
};

static const char *clean_text(struct buf *out, const char *text)
{
	struct buf redacted;

	buf_init(out, AUDIT_TEXT_MOST);
	if (!text)
		return out->bytes;
	buf_init(&redacted, 4 * AUDIT_TEXT_MOST);
	redact_text(&redacted, text, strnlen(text, AUDIT_TEXT_MOST / 4));
	text_add_clean(out, redacted.bytes, redacted.used);
	buf_done(&redacted);
	return out->bytes;
}

static void clean_actor_text(char *text, size_t size)
{
	struct buf out;

	buf_init(&out, size - 1);
	text_add_clean(&out, text, strlen(text));
	snprintf(text, size, "%s", out.bytes);
	buf_done(&out);
}

static void clean_record(struct audit_record *r, struct clean *c)
{
	r->event = clean_text(&c->event, r->event);
	r->host = clean_text(&c->host, r->host);
	r->row = clean_text(&c->row, r->row);
	r->reason = clean_text(&c->reason, r->reason);
	r->command = clean_text(&c->command, r->command);
	r->detail = clean_text(&c->detail, r->detail);
	r->kind = r->kind ? r->kind : "";
	r->outcome = r->outcome ? r->outcome : "";
	r->output_sha256 = r->output_sha256 ? r->output_sha256 : "";
	r->entry_sha256 = r->entry_sha256 ? r->entry_sha256 : "";
	clean_actor_text(r->by.user, sizeof(r->by.user));
	clean_actor_text(r->by.sudo_user, sizeof(r->by.sudo_user));
	clean_actor_text(r->by.tty, sizeof(r->by.tty));
	clean_actor_text(r->by.from, sizeof(r->by.from));
	clean_actor_text(r->by.controller, sizeof(r->by.controller));
	clean_actor_text(r->by.behalf, sizeof(r->by.behalf));
}

static void clean_done(struct clean *c)
{
	buf_done(&c->event);
	buf_done(&c->host);
	buf_done(&c->row);
	buf_done(&c->reason);
	buf_done(&c->command);
	buf_done(&c->detail);
}

/* A tail that was cut off leaves a gap in the numbers, because sqlite_sequence remembers the highest. */
static bool find_head(struct store *s, int64_t *ret_seq, char prev_hash[DIGEST_HEX], struct error *why)
{
	static const char sql[] = "select max(coalesce((select max(seq) from audit), 0),"
				  " coalesce((select seq from sqlite_sequence where name = 'audit'), 0)),"
				  " (select hash from audit order by seq desc limit 1)";
	sqlite3_stmt *st = sql_start(s, why, sql, "");
	bool ok;

	if (!st)
		return false;
	ok = sql_step(s, st, why) == 1;
	*ret_seq = ok ? sqlite3_column_int64(st, 0) : 0;
	snprintf(prev_hash, DIGEST_HEX, "%s", ok && *sql_text(st, 1) ? sql_text(st, 1) : audit_no_hash);
	sql_done(s, st);
	return ok;
}

static bool insert(struct store *s, const struct audit_record *r, const struct buf *canonical, struct error *why)
{
	return sql_run(s, why,
		       "insert into audit (seq, wall_us, user, sudo_user, tty, from_address, controller, behalf, pid,"
		       " event, run, host, row, kind, attempt, outcome, exit_status, duration_ms, reason, command,"
		       " detail, output_sha256, output_dropped, entry_sha256, journal, prev_hash, hash, canonical)"
		       " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		       "iittttttititttdtdittttititt"
		       "b",
		       r->seq, r->wall_us, r->by.user, r->by.sudo_user, r->by.tty, r->by.from, r->by.controller,
		       r->by.behalf, r->by.pid, r->event, r->run, r->host, r->row, r->kind, r->attempt, r->outcome,
		       r->exit_status, r->duration_ms, r->reason, r->command, r->detail, r->output_sha256,
		       r->output_dropped, r->entry_sha256, r->journal, r->prev_hash, r->hash, canonical->bytes,
		       canonical->used);
}

static bool append(struct store *s, struct audit_record *r, struct error *why)
{
	char prev_hash[DIGEST_HEX], hash[DIGEST_HEX];
	struct buf canonical;
	bool ok;

	if (!find_head(s, &r->seq, prev_hash, why))
		return false;
	r->seq++;
	r->prev_hash = prev_hash;
	buf_init(&canonical, AUDIT_CANONICAL_MOST);
	audit_canonical(&canonical, r);
	digest_sha256(canonical.bytes, canonical.used, hash);
	r->hash = hash;
	ok = insert(s, r, &canonical, why) && audit_words_add(s, r->seq, why);
	buf_done(&canonical);
	return ok;
}

bool audit_append(struct store *s, const struct audit_record *record, struct error *why)
{
	struct audit_record r = *record;
	struct clean clean;
	bool ok = false;

	if (!store_begin(s, why))
		return false;
	clean_record(&r, &clean);
	if (r.wall_us == 0)
		r.wall_us = clock_wall_us();
	ok = append(s, &r, why);
	clean_done(&clean);
	return store_finish(s, ok, why);
}
