#include "base/clock.h"
#include "inventory/schedule.h"
#include "inventory/store_sql.h"

static bool begin(struct store *s, int64_t schedule, int64_t due_us, bool missed, int64_t *ret_fire, struct error *why)
{
	int64_t there = 0;

	if (!sql_number(s, why, &there, "select count(*) from schedule_fire where schedule = ? and due_us = ?", "ii",
			schedule, due_us))
		return false;
	if (there)
		return error_set(why, ERROR_BUSY, "another process has taken up this time of the schedule");
	if (!sql_run(s, why, "insert into schedule_fire (schedule, due_us, started_us, missed) values (?, ?, ?, ?)",
		     "iiid", schedule, due_us, clock_wall_us(), (int)missed))
		return false;
	*ret_fire = sqlite3_last_insert_rowid(s->db);
	return true;
}

bool schedule_fire_begin(struct store *s, int64_t schedule, int64_t due_us, bool missed, int64_t *ret_fire,
			 struct error *why)
{
	return store_begin(s, why) && store_finish(s, begin(s, schedule, due_us, missed, ret_fire, why), why);
}

bool schedule_fire_end(struct store *s, int64_t fire, int64_t run, const char *outcome, struct error *why)
{
	return sql_run(s, why, "update schedule_fire set finished_us = ?, run = ?, outcome = ? where id = ?", "iiti",
		       clock_wall_us(), run, outcome, fire);
}

bool schedule_fire_list(struct store *s, int64_t schedule, int limit, schedule_fire_fn *each, void *ctx,
			struct error *why)
{
	sqlite3_stmt *st = sql_start(s, why,
				     "select id, schedule, due_us, started_us, finished_us, run, missed, outcome"
				     " from schedule_fire where schedule = ? order by due_us desc limit ?",
				     "id", schedule, limit ? limit : -1);
	int step = -1;

	while (st && (step = sql_step(s, st, why)) == 1) {
		struct schedule_fire fire = {
			.id = sqlite3_column_int64(st, 0),
			.schedule = sqlite3_column_int64(st, 1),
			.due_us = sqlite3_column_int64(st, 2),
			.started_us = sqlite3_column_int64(st, 3),
			.finished_us = sqlite3_column_int64(st, 4),
			.run = sqlite3_column_int64(st, 5),
			.missed = sqlite3_column_int(st, 6) != 0,
			.outcome = sql_text(st, 7),
		};

		if (!each(ctx, &fire)) {
			step = 0;
			break;
		}
	}
	sql_done(s, st);
	return step == 0;
}
