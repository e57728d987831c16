#include "inventory/sample.h"

#include <string.h>

#include "base/clock.h"
#include "inventory/store_sql.h"

static bool load_measured(struct store *s, const char *standby, struct sample *ret, struct error *why)
{
	sqlite3_stmt *st = sql_start(s, why,
				     "select taken_us, lag_bytes, lag_ms, is_above, above_since_us from sample"
				     " where standby = ?",
				     "t", standby);
	int step;

	if (!st)
		return false;
	step = sql_step(s, st, why);
	if (step == 1) {
		ret->taken_us = sqlite3_column_int64(st, 0);
		ret->lag_bytes = sqlite3_column_int64(st, 1);
		ret->lag_ms = sqlite3_column_int64(st, 2);
		ret->is_above = sqlite3_column_int(st, 3) != 0;
		ret->above_since_us = sqlite3_column_int64(st, 4);
	}
	sql_done(s, st);
	return step >= 0;
}

static bool load_ended(struct store *s, const char *standby, struct sample *ret, struct error *why)
{
	sqlite3_stmt *st =
		sql_start(s, why,
			  "select coalesce(max(iif(run_host.state = 'good', run_host.ended_us, 0)), 0),"
			  " coalesce(max(run_host.ended_us), 0) from run_host join run on run.id = run_host.run"
			  " where run_host.host = ? and kind not in ('recover', 'dry-run')"
			  " and run_host.state not in ('refused', 'waiting')",
			  "t", standby);
	int step;

	if (!st)
		return false;
	step = sql_step(s, st, why);
	if (step == 1) {
		ret->last_resync_us = sqlite3_column_int64(st, 0);
		ret->last_attempt_us = sqlite3_column_int64(st, 1);
	}
	sql_done(s, st);
	return step == 1;
}

bool sample_load(struct store *s, const char *standby, struct sample *ret, struct error *why)
{
	memset(ret, 0, sizeof(*ret));
	return load_measured(s, standby, ret, why) && load_ended(s, standby, ret, why);
}

static bool note(struct store *s, const char *standby, int64_t lag_bytes, int64_t lag_ms, bool is_above,
		 struct sample *sample, struct error *why)
{
	if (!sample_load(s, standby, sample, why))
		return false;
	sample->taken_us = clock_wall_us();
	sample->lag_bytes = lag_bytes;
	sample->lag_ms = lag_ms;
	sample->above_since_us = !is_above ? 0 : sample->is_above ? sample->above_since_us : sample->taken_us;
	sample->is_above = is_above;
	return sql_run(s, why, "insert or replace into sample values (?, ?, ?, ?, ?, ?)", "tiiidi", standby,
		       sample->taken_us, lag_bytes, lag_ms, (int)is_above, sample->above_since_us);
}

bool sample_note(struct store *s, const char *standby, int64_t lag_bytes, int64_t lag_ms, bool is_above,
		 struct sample *ret, struct error *why)
{
	struct sample sample;
	bool ok;

	if (!store_begin(s, why))
		return false;
	ok = store_finish(s, note(s, standby, lag_bytes, lag_ms, is_above, &sample, why), why);
	if (ok && ret)
		*ret = sample;
	return ok;
}
