#include "inventory/journal_store.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/redact.h"
#include "inventory/audit.h"
#include "inventory/journal.h"
#include "inventory/text.h"

enum { TEXT_MOST = 1 << 16, SAVED_MOST = 1 << 20, HASHED_MOST = 4 << 20 };

static const char *const kinds[JOURNAL_KINDS] = {"take", "do", "give", "check"};
static const char *const phases[JOURNAL_PHASES] = {"begun", "ended"};
static const char *const outcomes[JOURNAL_OUTCOMES] = {"",	  "ok",	       "failed", "not-yet",
						       "refused", "cancelled", "lost",	 "unknown"};

const char *journal_kind_name(enum journal_kind k)
{
	return k < JOURNAL_KINDS ? kinds[k] : "?";
}

const char *journal_phase_name(enum journal_phase p)
{
	return p < JOURNAL_PHASES ? phases[p] : "?";
}

const char *journal_outcome_name(enum journal_outcome o)
{
	return o < JOURNAL_OUTCOMES ? outcomes[o] : "?";
}

/* 0 when there is no such name: what is read has been written by us. */
static int by_name(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return 0;
}

void journal_read_columns(sqlite3_stmt *st, struct journal_entry *ret)
{
	const void *output = sqlite3_column_blob(st, 14);

	memset(ret, 0, sizeof(*ret));
	ret->id = sqlite3_column_int64(st, 0);
	ret->wall_us = sqlite3_column_int64(st, 1);
	ret->run = sqlite3_column_int64(st, 2);
	ret->of_run = sqlite3_column_int64(st, 3);
	ret->host = sql_text(st, 4);
	ret->row = sqlite3_column_int(st, 5);
	ret->row_name = sql_text(st, 6);
	ret->kind = (enum journal_kind)by_name(kinds, JOURNAL_KINDS, sql_text(st, 7));
	ret->attempt = sqlite3_column_int(st, 8);
	ret->phase = (enum journal_phase)by_name(phases, JOURNAL_PHASES, sql_text(st, 9));
	ret->outcome = (enum journal_outcome)by_name(outcomes, JOURNAL_OUTCOMES, sql_text(st, 10));
	ret->exit_status = sqlite3_column_int(st, 11);
	ret->duration_ms = sqlite3_column_int64(st, 12);
	ret->command = sql_text(st, 13);
	ret->output = output ? output : "";
	ret->output_length = (size_t)sqlite3_column_bytes(st, 14);
	ret->output_dropped = sqlite3_column_int64(st, 15);
	snprintf(ret->output_sha256, sizeof(ret->output_sha256), "%s", sql_text(st, 16));
	ret->saved = sql_text(st, 17);
	ret->error = sql_text(st, 18);
}

void journal_entry_sha256(const struct journal_entry *e, char hex[DIGEST_HEX])
{
	scoped_buf bytes = {0};

	buf_init(&bytes, HASHED_MOST);
	buf_addc(&bytes, 0x02);
	digest_put_number(&bytes, e->id);
	digest_put_number(&bytes, e->wall_us);
	digest_put_number(&bytes, e->run);
	digest_put_number(&bytes, e->of_run);
	digest_put_text(&bytes, e->host);
	digest_put_number(&bytes, e->row);
	digest_put_text(&bytes, e->row_name);
	digest_put_text(&bytes, journal_kind_name(e->kind));
	digest_put_number(&bytes, e->attempt);
	digest_put_text(&bytes, journal_phase_name(e->phase));
	digest_put_text(&bytes, journal_outcome_name(e->outcome));
	digest_put_number(&bytes, e->exit_status);
	digest_put_number(&bytes, e->duration_ms);
	digest_put_text(&bytes, e->command);
	digest_put_bytes(&bytes, e->output, e->output_length);
	digest_put_number(&bytes, e->output_dropped);
	digest_put_text(&bytes, e->output_sha256);
	digest_put_text(&bytes, e->saved);
	digest_put_text(&bytes, e->error);
	digest_sha256(bytes.bytes, bytes.used, hex);
}

/* Without secrets, valid UTF-8, and not longer than most. */
static void clean_into(struct buf *out, const char *text, size_t most)
{
	scoped_buf redacted = {0};

	buf_init(out, most);
	buf_init(&redacted, 2 * most);
	if (text)
		redact_text(&redacted, text, strnlen(text, most / 4));
	text_add_clean(out, redacted.bytes, redacted.used);
}

/* The output without secrets; when it is too long its head and tail. */
static void clean_output(struct buf *out, struct journal_entry *e)
{
	enum { HALF = JOURNAL_OUTPUT_MOST / 2 - 64 };
	scoped_buf all = {0};

	buf_init(&all, 2 * e->output_length + 4096);
	buf_init(out, JOURNAL_OUTPUT_MOST);
	if (e->output)
		redact_text(&all, e->output, e->output_length);
	if (all.used <= JOURNAL_OUTPUT_MOST) {
		buf_add(out, all.bytes, all.used);
	} else {
		size_t cut = all.used - (size_t)2 * HALF;

		buf_add(out, all.bytes, HALF);
		buf_addf(out, "\n[%zu bytes left out]\n", cut);
		buf_add(out, all.bytes + all.used - HALF, HALF);
		e->output_dropped += (int64_t)cut;
	}
	e->output = out->bytes;
	e->output_length = out->used;
	digest_sha256(out->bytes, out->used, e->output_sha256);
}

static bool insert(struct store *s, struct journal_entry *e, struct error *why)
{
	if (!sql_run(s, why,
		     "insert into journal (wall_us, run, of_run, host, row, row_name, kind, attempt, phase, outcome,"
		     " exit_status, duration_ms, command, output, output_dropped, output_sha256, saved, error)"
		     " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		     "iiitdttdttditbittt", e->wall_us, e->run, e->of_run, e->host, e->row, e->row_name,
		     journal_kind_name(e->kind), e->attempt, journal_phase_name(e->phase),
		     journal_outcome_name(e->outcome), e->exit_status, e->duration_ms, e->command, e->output,
		     e->output_length, e->output_dropped, e->output_sha256, e->saved, e->error))
		return false;
	e->id = sqlite3_last_insert_rowid(s->db);
	return true;
}

static bool append_audit(struct store *s, const struct actor *by, const struct journal_entry *e, struct error *why)
{
	char entry_sha256[DIGEST_HEX];
	struct audit_record r = {
		.wall_us = e->wall_us,
		.by = *by,
		.event = e->phase == JOURNAL_BEGUN ? "row.begun" : "row.ended",
		.run = e->run,
		.host = e->host,
		.row = e->row_name,
		.kind = journal_kind_name(e->kind),
		.attempt = e->attempt,
		.outcome = journal_outcome_name(e->outcome),
		.exit_status = e->exit_status,
		.duration_ms = e->duration_ms,
		.command = e->command,
		.detail = e->error,
		.output_sha256 = e->output_length > 0 ? e->output_sha256 : "",
		.output_dropped = e->output_dropped,
		.entry_sha256 = entry_sha256,
		.journal = e->id,
	};

	journal_entry_sha256(e, entry_sha256);
	return audit_append(s, &r, why);
}

bool journal_write(struct store *s, const struct actor *by, const struct journal_entry *entry, struct error *why)
{
	struct journal_entry e = *entry;
	scoped_buf command = {0}, output = {0}, saved = {0}, error = {0};
	bool ok;

	clean_into(&command, e.command, TEXT_MOST);
	clean_into(&saved, e.saved, SAVED_MOST);
	clean_into(&error, e.error, TEXT_MOST);
	clean_output(&output, &e);
	e.command = command.bytes;
	e.saved = saved.bytes;
	e.error = error.bytes;
	e.host = e.host ? e.host : "";
	e.row_name = e.row_name ? e.row_name : "";
	e.of_run = e.of_run ? e.of_run : e.run;
	e.wall_us = e.wall_us ? e.wall_us : clock_wall_us();
	if (!store_begin(s, why))
		return false;
	ok = insert(s, &e, why) && append_audit(s, by, &e, why);
	return store_finish(s, ok, why);
}
