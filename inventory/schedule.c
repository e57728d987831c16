#include "inventory/schedule.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "inventory/audit.h"
#include "inventory/store_sql.h"

static bool name_is_good(const char *name)
{
	size_t n = strlen(name);

	return n >= 1 && n <= 64 && name[0] != '-' && name[0] != '.' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == n;
}

static bool audit_change(struct store *s, const char *event, const char *reason, const char *detail,
			 const struct actor *by, struct error *why)
{
	struct audit_record r = {
		.by = *by, .event = event, .reason = reason, .detail = detail, .exit_status = -1, .duration_ms = -1};

	return audit_append(s, &r, why);
}

static bool add(struct store *s, const struct schedule *p, const struct actor *by, int64_t *ret_id, struct error *why)
{
	int64_t there = 0;
	char creator[256];
	scoped_buf detail = {0};

	if (!sql_number(s, why, &there, "select count(*) from schedule where name = ?", "t", p->name))
		return false;
	if (there)
		return error_set(why, ERROR_USAGE, "there is a schedule %s already: remove it first", p->name);
	if (!sql_run(
		    s, why,
		    "insert into schedule (name, cron, zone, selection, method, policy, limits, reason, missed, paused,"
		    " created_by, created_us) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		    "tttttttttdti", p->name, p->cron, p->zone, p->selection, p->method, p->policy, p->limits, p->reason,
		    p->missed == SCHEDULE_ONCE ? "once" : "skip", (int)p->paused,
		    actor_describe(creator, sizeof(creator), by), clock_wall_us()))
		return false;
	*ret_id = sqlite3_last_insert_rowid(s->db);
	buf_init(&detail, 4096);
	buf_addf(&detail, "%s: %s %s, %s; method %s; policy %s; %s", p->name, p->cron, p->zone, p->selection,
		 p->method ? p->method : "", p->policy ? p->policy : "", p->limits ? p->limits : "");
	return audit_change(s, "schedule.add", p->reason, detail.bytes, by, why);
}

bool schedule_add(struct store *s, const struct schedule *plan, const struct actor *by, int64_t *ret_id,
		  struct error *why)
{
	if (!name_is_good(plan->name))
		return error_set(why, ERROR_USAGE,
				 "the name of a schedule is 1 to 64 letters, digits, '.', '_' and '-'");
	if (!plan->reason || plan->reason[strspn(plan->reason, " \t\n")] == '\0')
		return error_set(why, ERROR_USAGE, "a reason is required: --reason TEXT");
	return store_begin(s, why) && store_finish(s, add(s, plan, by, ret_id, why), why);
}

static bool no_such(const char *name, struct error *why)
{
	return error_set(why, ERROR_USAGE, "there is no schedule %s: see `pgresync schedule list`", name);
}

static bool pause(struct store *s, const char *name, bool paused, const struct actor *by, struct error *why)
{
	if (!sql_run(s, why, "update schedule set paused = ? where name = ?", "dt", (int)paused, name))
		return false;
	if (sqlite3_changes(s->db) == 0)
		return no_such(name, why);
	return audit_change(s, paused ? "schedule.pause" : "schedule.resume", "", name, by, why);
}

bool schedule_set_paused(struct store *s, const char *name, bool paused, const struct actor *by, struct error *why)
{
	return store_begin(s, why) && store_finish(s, pause(s, name, paused, by, why), why);
}

static bool remove_one(struct store *s, const char *name, const struct actor *by, struct error *why)
{
	if (!sql_run(s, why, "delete from schedule where name = ?", "t", name))
		return false;
	return sqlite3_changes(s->db) == 0 ? no_such(name, why) : audit_change(s, "schedule.remove", "", name, by, why);
}

bool schedule_remove(struct store *s, const char *name, const struct actor *by, struct error *why)
{
	return store_begin(s, why) && store_finish(s, remove_one(s, name, by, why), why);
}

static void read_schedule(sqlite3_stmt *st, struct schedule *p)
{
	p->id = sqlite3_column_int64(st, 0);
	p->name = sql_text(st, 1);
	p->cron = sql_text(st, 2);
	p->zone = sql_text(st, 3);
	p->selection = sql_text(st, 4);
	p->method = sql_text(st, 5);
	p->policy = sql_text(st, 6);
	p->limits = sql_text(st, 7);
	p->reason = sql_text(st, 8);
	p->missed = strcmp(sql_text(st, 9), "once") == 0 ? SCHEDULE_ONCE : SCHEDULE_SKIP;
	p->paused = sqlite3_column_int(st, 10) != 0;
	p->created_by = sql_text(st, 11);
	p->created_us = sqlite3_column_int64(st, 12);
	p->last_due_us = sqlite3_column_int64(st, 13);
}

static bool tell(struct store *s, const char *name, schedule_fn *each, void *ctx, size_t *ret_count, struct error *why)
{
	sqlite3_stmt *st = sql_start(s, why,
				     "select id, name, cron, zone, selection, method, policy, limits, reason, missed,"
				     " paused, created_by, created_us, (select coalesce(max(due_us), 0)"
				     " from schedule_fire where schedule_fire.schedule = schedule.id)"
				     " from schedule where ?1 = '' or name = ?1 order by name",
				     "t", name);
	int step = -1;

	*ret_count = 0;
	while (st && (step = sql_step(s, st, why)) == 1) {
		struct schedule plan;

		read_schedule(st, &plan);
		++*ret_count;
		if (!each(ctx, &plan)) {
			step = 0;
			break;
		}
	}
	sql_done(s, st);
	return step == 0;
}

bool schedule_list(struct store *s, schedule_fn *each, void *ctx, struct error *why)
{
	size_t count;

	return tell(s, "", each, ctx, &count, why);
}

bool schedule_load(struct store *s, const char *name, schedule_fn *each, void *ctx, struct error *why)
{
	size_t count = 0;

	if (*name && !tell(s, name, each, ctx, &count, why))
		return false;
	return count > 0 || no_such(name, why);
}
