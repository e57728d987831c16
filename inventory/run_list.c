#include <stdio.h>
#include <string.h>

#include "inventory/run.h"
#include "inventory/store_sql.h"

#define RUN_SELECT                                                                                                  \
	"select id, kind, method, reason, limits, note, schedule, begun_us, ended_us, state, user, sudo_user, tty," \
	" from_address, controller, behalf, pid, owner_pid, owner_start, owner_boot, owner_controller,"             \
	" (select count(*) from run_host where run = id),"                                                          \
	" (select count(*) from run_host where run = id and run_host.state = 'good'),"                              \
	" (select count(*) from run_host where run = id and run_host.state = 'owed') from run"

#define COPY(field, column) snprintf(field, sizeof(field), "%s", sql_text(st, column))

static void read_run(sqlite3_stmt *st, struct run *r)
{
	memset(r, 0, sizeof(*r));
	r->id = sqlite3_column_int64(st, 0);
	r->kind = sql_text(st, 1);
	r->method = sql_text(st, 2);
	r->reason = sql_text(st, 3);
	r->limits = sql_text(st, 4);
	r->note = sql_text(st, 5);
	r->schedule = sqlite3_column_int64(st, 6);
	r->begun_us = sqlite3_column_int64(st, 7);
	r->ended_us = sqlite3_column_int64(st, 8);
	r->state = run_state_by_name(sql_text(st, 9));
	COPY(r->by.user, 10);
	COPY(r->by.sudo_user, 11);
	COPY(r->by.tty, 12);
	COPY(r->by.from, 13);
	COPY(r->by.controller, 14);
	COPY(r->by.behalf, 15);
	r->by.pid = sqlite3_column_int64(st, 16);
	r->owner.pid = sqlite3_column_int64(st, 17);
	r->owner.start_time = sqlite3_column_int64(st, 18);
	COPY(r->owner.boot_id, 19);
	COPY(r->owner.controller, 20);
	r->hosts = sqlite3_column_int64(st, 21);
	r->good = sqlite3_column_int64(st, 22);
	r->owed = sqlite3_column_int64(st, 23);
}

typedef bool wanted_fn(const struct run *r);

static bool any(const struct run *r)
{
	(void)r;
	return true;
}

static bool is_interrupted(const struct run *r)
{
	return r->state == RUN_INTERRUPTED || (!run_state_is_final(r->state) && owner_look(&r->owner) == OWNER_DEAD);
}

/* Ends the statement. *ret_count: how many were told. */
static bool tell(struct store *s, sqlite3_stmt *st, wanted_fn *wanted, run_fn *each, void *ctx, size_t *ret_count,
		 struct error *why)
{
	int step = -1;

	*ret_count = 0;
	while (st && (step = sql_step(s, st, why)) == 1) {
		struct run r;

		read_run(st, &r);
		if (!wanted(&r))
			continue;
		++*ret_count;
		if (!each(ctx, &r)) {
			step = 0;
			break;
		}
	}
	sql_done(s, st);
	return step == 0;
}

bool run_list(struct store *s, size_t limit, run_fn *each, void *ctx, struct error *why)
{
	size_t count;

	return tell(
		s, sql_start(s, why, RUN_SELECT " order by id desc limit ?", "i", limit ? (int64_t)limit : (int64_t)-1),
		any, each, ctx, &count, why);
}

bool run_load(struct store *s, int64_t run, run_fn *each, void *ctx, struct error *why)
{
	size_t count;

	if (!tell(s, sql_start(s, why, RUN_SELECT " where id = ?", "i", run), any, each, ctx, &count, why))
		return false;
	return count > 0 || error_set(why, ERROR_USAGE, "there is no run %lld: see `pgresync runs`", (long long)run);
}

bool run_list_interrupted(struct store *s, run_fn *each, void *ctx, struct error *why)
{
	size_t count;

	return tell(s,
		    sql_start(s, why,
			      RUN_SELECT
			      " where state in ('queued', 'running', 'giving-back', 'interrupted') order by id",
			      ""),
		    is_interrupted, each, ctx, &count, why);
}
