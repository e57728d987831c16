#include "inventory/audit_canonical.h"

#include <stdio.h>
#include <string.h>

#include "inventory/digest.h"
#include "inventory/store_sql.h"

const char audit_no_hash[65] = "0000000000000000000000000000000000000000000000000000000000000000";

void audit_canonical(struct buf *out, const struct audit_record *r)
{
	buf_addc(out, 0x01);
	digest_put_text(out, r->prev_hash);
	digest_put_number(out, r->seq);
	digest_put_number(out, r->wall_us);
	digest_put_text(out, r->by.user);
	digest_put_text(out, r->by.sudo_user);
	digest_put_text(out, r->by.tty);
	digest_put_text(out, r->by.from);
	digest_put_text(out, r->by.controller);
	digest_put_text(out, r->by.behalf);
	digest_put_number(out, r->by.pid);
	digest_put_text(out, r->event);
	digest_put_number(out, r->run);
	digest_put_text(out, r->host);
	digest_put_text(out, r->row);
	digest_put_text(out, r->kind);
	digest_put_number(out, r->attempt);
	digest_put_text(out, r->outcome);
	digest_put_number(out, r->exit_status);
	digest_put_number(out, r->duration_ms);
	digest_put_text(out, r->reason);
	digest_put_text(out, r->command);
	digest_put_text(out, r->detail);
	digest_put_text(out, r->output_sha256);
	digest_put_number(out, r->output_dropped);
	digest_put_text(out, r->entry_sha256);
	digest_put_number(out, r->journal);
}

static void read_actor(sqlite3_stmt *st, struct actor *a)
{
	memset(a, 0, sizeof(*a));
	snprintf(a->user, sizeof(a->user), "%s", sql_text(st, 2));
	snprintf(a->sudo_user, sizeof(a->sudo_user), "%s", sql_text(st, 3));
	snprintf(a->tty, sizeof(a->tty), "%s", sql_text(st, 4));
	snprintf(a->from, sizeof(a->from), "%s", sql_text(st, 5));
	snprintf(a->controller, sizeof(a->controller), "%s", sql_text(st, 6));
	snprintf(a->behalf, sizeof(a->behalf), "%s", sql_text(st, 7));
	a->pid = sqlite3_column_int64(st, 8);
}

void audit_read_columns(sqlite3_stmt *st, struct audit_record *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->seq = sqlite3_column_int64(st, 0);
	ret->wall_us = sqlite3_column_int64(st, 1);
	read_actor(st, &ret->by);
	ret->event = sql_text(st, 9);
	ret->run = sqlite3_column_int64(st, 10);
	ret->host = sql_text(st, 11);
	ret->row = sql_text(st, 12);
	ret->kind = sql_text(st, 13);
	ret->attempt = sqlite3_column_int(st, 14);
	ret->outcome = sql_text(st, 15);
	ret->exit_status = sqlite3_column_int(st, 16);
	ret->duration_ms = sqlite3_column_int64(st, 17);
	ret->reason = sql_text(st, 18);
	ret->command = sql_text(st, 19);
	ret->detail = sql_text(st, 20);
	ret->output_sha256 = sql_text(st, 21);
	ret->output_dropped = sqlite3_column_int64(st, 22);
	ret->entry_sha256 = sql_text(st, 23);
	ret->journal = sqlite3_column_int64(st, 24);
	ret->prev_hash = sql_text(st, 25);
	ret->hash = sql_text(st, 26);
}
