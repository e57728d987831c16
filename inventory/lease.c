#include "inventory/lease.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "inventory/audit.h"
#include "inventory/store_sql.h"

#define LEASE_SELECT \
	"select kind, host, run, by, since_us, owner_pid, owner_start, owner_boot, owner_controller from lease"

static void read_lease(sqlite3_stmt *st, struct lease *l)
{
	memset(l, 0, sizeof(*l));
	l->kind = strcmp(sql_text(st, 0), "standby") == 0 ? LEASE_STANDBY : LEASE_PRIMARY;
	l->host = sql_text(st, 1);
	l->run = sqlite3_column_int64(st, 2);
	l->by = sql_text(st, 3);
	l->since_us = sqlite3_column_int64(st, 4);
	l->owner.pid = sqlite3_column_int64(st, 5);
	l->owner.start_time = sqlite3_column_int64(st, 6);
	snprintf(l->owner.boot_id, sizeof(l->owner.boot_id), "%s", sql_text(st, 7));
	snprintf(l->owner.controller, sizeof(l->owner.controller), "%s", sql_text(st, 8));
	l->stale = owner_look(&l->owner) == OWNER_DEAD;
}

static bool refuse(const struct lease *l, struct error *why)
{
	char since[32];

	clock_format_local(since, sizeof(since), l->since_us);
	if (l->stale)
		return error_set(
			why, ERROR_BUSY,
			"%s: run %lld of %s, begun %s, died and may have left it changed: `pgresync recover` first",
			l->host, (long long)l->run, l->by, since);
	if (l->kind == LEASE_PRIMARY)
		return error_set(why, ERROR_BUSY,
				 "%s: run %lld of %s has been taking a base backup from it since %s: no more at once",
				 l->host, (long long)l->run, l->by, since);
	return error_set(why, ERROR_BUSY, "%s: run %lld of %s has been at work on it since %s (pid %lld on %s)",
			 l->host, (long long)l->run, l->by, since, (long long)l->owner.pid, l->owner.controller);
}

/* Refuses when `most` leases of others exist; *ret_mine when this very lease is already there. */
static bool look(struct store *s, const char *kind, const char *host, const char *slot, int64_t run, int64_t most,
		 bool *ret_mine, struct error *why)
{
	sqlite3_stmt *st = sql_start(s, why,
				     LEASE_SELECT " where kind = ?1 and host = ?2 and not (run = ?3 and slot = ?4)"
						  " order by since_us limit 1 offset ?5",
				     "ttiti", kind, host, run, slot, most - 1);
	struct lease other;
	int64_t mine = 0;
	int step;

	if (!st)
		return false;
	step = sql_step(s, st, why);
	if (step == 1) {
		read_lease(st, &other);
		refuse(&other, why);
	}
	sql_done(s, st);
	if (step != 0 || !sql_number(s, why, &mine,
				     "select count(*) from lease where kind = ? and host = ? and slot = ? and run = ?",
				     "ttti", kind, host, slot, run))
		return false;
	*ret_mine = mine > 0;
	return true;
}

static bool take(struct store *s, const char *kind, const char *host, const char *slot, int64_t run, int64_t most,
		 const struct actor *by, struct error *why)
{
	struct owner here;
	char text[256];
	bool mine;

	owner_here(&here);
	if (!look(s, kind, host, slot, run, most, &mine, why))
		return false;
	return mine || sql_run(s, why, "insert into lease values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", "tttitiiitt", kind,
			       host, slot, run, actor_describe(text, sizeof(text), by), clock_wall_us(), here.pid,
			       here.start_time, here.boot_id, here.controller);
}

bool lease_take_standby(struct store *s, const char *standby, int64_t run, const struct actor *by, struct error *why)
{
	return store_begin(s, why) && store_finish(s, take(s, "standby", standby, "", run, 1, by, why), why);
}

bool lease_take_primary(struct store *s, const char *primary, int64_t run, const char *for_standby, int64_t most,
			const struct actor *by, struct error *why)
{
	return store_begin(s, why) &&
	       store_finish(s, take(s, "primary", primary, for_standby, run, most, by, why), why);
}

bool lease_release_standby(struct store *s, const char *standby, int64_t run, struct error *why)
{
	return sql_run(s, why, "delete from lease where kind = 'standby' and host = ? and run = ?", "ti", standby, run);
}

bool lease_release_primary(struct store *s, const char *primary, int64_t run, const char *for_standby,
			   struct error *why)
{
	return sql_run(s, why, "delete from lease where kind = 'primary' and host = ? and run = ? and slot = ?", "tit",
		       primary, run, for_standby);
}

bool lease_release_run(struct store *s, int64_t run, struct error *why)
{
	return sql_run(s, why, "delete from lease where run = ?", "i", run);
}

static bool is_mine(const struct owner *o)
{
	struct owner here;

	owner_here(&here);
	return o->pid == here.pid && o->start_time == here.start_time && strcmp(o->boot_id, here.boot_id) == 0 &&
	       strcmp(o->controller, here.controller) == 0;
}

static bool may_take_over(struct store *s, int64_t run, bool force, struct error *why)
{
	sqlite3_stmt *st = sql_start(s, why, LEASE_SELECT " where run = ?", "i", run);
	bool ok = true;
	int step = -1;

	while (ok && st && (step = sql_step(s, st, why)) == 1) {
		struct lease l;
		enum owner_sign sign;

		read_lease(st, &l);
		sign = owner_look(&l.owner);
		if (sign == OWNER_ALIVE && !is_mine(&l.owner))
			ok = refuse(&l, why);
		else if (sign == OWNER_ELSEWHERE && !force)
			ok = error_set(why, ERROR_REFUSED, "%s: run %lld was begun on %s: recover it there", l.host,
				       (long long)run, l.owner.controller);
	}
	sql_done(s, st);
	return ok && step == 0;
}

static bool take_over(struct store *s, int64_t run, bool force, const struct actor *by, struct error *why)
{
	struct audit_record r = {
		.by = *by, .event = "lease.taken-over", .run = run, .exit_status = -1, .duration_ms = -1};
	struct owner here;
	char text[256];

	if (!may_take_over(s, run, force, why))
		return false;
	owner_here(&here);
	return sql_run(s, why,
		       "update lease set owner_pid = ?, owner_start = ?, owner_boot = ?, owner_controller = ?, by = ?"
		       " where run = ?",
		       "iittti", here.pid, here.start_time, here.boot_id, here.controller,
		       actor_describe(text, sizeof(text), by), run) &&
	       audit_append(s, &r, why);
}

bool lease_take_over(struct store *s, int64_t run, bool force, const struct actor *by, struct error *why)
{
	return store_begin(s, why) && store_finish(s, take_over(s, run, force, by, why), why);
}

bool lease_list(struct store *s, lease_fn *each, void *ctx, struct error *why)
{
	sqlite3_stmt *st = sql_start(s, why, LEASE_SELECT " order by since_us, kind, host", "");
	int step = -1;

	while (st && (step = sql_step(s, st, why)) == 1) {
		struct lease l;

		read_lease(st, &l);
		if (!each(ctx, &l)) {
			step = 0;
			break;
		}
	}
	sql_done(s, st);
	return step == 0;
}
