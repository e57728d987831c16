#include "inventory/trust.h"

#include "base/buf.h"
#include "base/clock.h"
#include "inventory/audit.h"
#include "inventory/store_sql.h"

static bool audit_key(struct store *s, const char *event, const char *host, const char *detail, const struct actor *by,
		      struct error *why)
{
	struct audit_record r = {
		.by = *by, .event = event, .host = host, .detail = detail, .exit_status = -1, .duration_ms = -1};

	return audit_append(s, &r, why);
}

/* Appends ", was SHA256:…" when another key of that type is known. */
static bool say_replaced(struct store *s, const char *host, const char *type, struct buf *detail, struct error *why)
{
	sqlite3_stmt *st =
		sql_start(s, why, "select fingerprint from host_key where host = ? and type = ?", "tt", host, type);
	int step;

	if (!st)
		return false;
	step = sql_step(s, st, why);
	if (step == 1)
		buf_addf(detail, ", was %s", sql_text(st, 0));
	sql_done(s, st);
	return step >= 0;
}

static bool add(struct store *s, const struct trust_key *key, const struct actor *by, struct error *why)
{
	scoped_buf detail = {0};

	buf_init(&detail, 1024);
	buf_addf(&detail, "%s %s", key->type, key->fingerprint);
	return say_replaced(s, key->host, key->type, &detail, why) &&
	       sql_run(s, why, "insert or replace into host_key values (?, ?, ?, ?, ?, ?)", "ttbtti", key->host,
		       key->type, key->blob, key->blob_length, key->fingerprint, key->accepted_by, key->accepted_us) &&
	       audit_key(s, "trust.add", key->host, detail.bytes, by, why);
}

bool trust_add(struct store *s, const char *host, const char *type, const uint8_t *blob, size_t blob_length,
	       const char *fingerprint, const struct actor *by, struct error *why)
{
	char text[256];
	struct trust_key key = {
		host, type, blob, blob_length, fingerprint, actor_describe(text, sizeof(text), by), clock_wall_us()};

	return store_begin(s, why) && store_finish(s, add(s, &key, by, why), why);
}

static bool remove_keys(struct store *s, const char *host, const char *type, const struct actor *by, struct error *why)
{
	if (!sql_run(s, why, "delete from host_key where host = ?1 and (?2 = '' or type = ?2)", "tt", host, type))
		return false;
	if (sqlite3_changes(s->db) == 0)
		return error_set(why, ERROR_USAGE, "%s: no %s%skey of it is trusted: see `pgresync hosts list`", host,
				 type ? type : "", type ? " " : "");
	return audit_key(s, "trust.remove", host, type ? type : "all keys", by, why);
}

bool trust_remove(struct store *s, const char *host, const char *type, const struct actor *by, struct error *why)
{
	return store_begin(s, why) && store_finish(s, remove_keys(s, host, type, by, why), why);
}

bool trust_list(struct store *s, const char *host, trust_key_fn *each, void *ctx, struct error *why)
{
	sqlite3_stmt *st = sql_start(s, why,
				     "select host, type, blob, fingerprint, accepted_by, accepted_us from host_key"
				     " where ?1 = '' or host = ?1 order by host, type",
				     "t", host);
	int step = -1;

	while (st && (step = sql_step(s, st, why)) == 1) {
		struct trust_key key = {
			.host = sql_text(st, 0),
			.type = sql_text(st, 1),
			.blob = sqlite3_column_blob(st, 2),
			.blob_length = (size_t)sqlite3_column_bytes(st, 2),
			.fingerprint = sql_text(st, 3),
			.accepted_by = sql_text(st, 4),
			.accepted_us = sqlite3_column_int64(st, 5),
		};

		if (!each(ctx, &key)) {
			step = 0;
			break;
		}
	}
	sql_done(s, st);
	return step == 0;
}
