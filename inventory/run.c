#include "inventory/run.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "inventory/audit.h"
#include "inventory/run_actor.h"

void run_actor_now(struct store *s, int64_t run, struct actor *ret)
{
	struct error ignored;
	sqlite3_stmt *st = sql_start(s, &ignored, "select behalf from run where id = ?", "i", run);

	audit_actor_here(ret);
	if (st && sql_step(s, st, &ignored) == 1)
		snprintf(ret->behalf, sizeof(ret->behalf), "%s", sql_text(st, 0));
	sql_done(s, st);
}

static bool insert_run(struct store *s, const struct run_spec *spec, int64_t *ret_run, struct error *why)
{
	const struct actor *by = spec->by;
	struct owner owner;

	owner_here(&owner);
	if (!sql_run(s, why,
		     "insert into run (kind, method, reason, limits, schedule, state, begun_us, user, sudo_user, tty,"
		     " from_address, controller, behalf, pid, owner_pid, owner_start, owner_boot, owner_controller)"
		     " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		     "ttttitittttttiiitt", spec->kind, spec->method, spec->reason, spec->limits, spec->schedule,
		     run_state_name(RUN_QUEUED), clock_wall_us(), by->user, by->sudo_user, by->tty, by->from,
		     by->controller, by->behalf, by->pid, owner.pid, owner.start_time, owner.boot_id, owner.controller))
		return false;
	*ret_run = sqlite3_last_insert_rowid(s->db);
	return true;
}

static bool insert_targets(struct store *s, int64_t run, const struct run_spec *spec, const struct run_target *targets,
			   size_t count, struct error *why)
{
	for (size_t i = 0; i < count; i++)
		if (!sql_run(s, why,
			     "insert into run_host (run, host, position, primary_host, method, state)"
			     " values (?, ?, ?, ?, ?, ?)",
			     "ititt"
			     "t",
			     run, targets[i].host, (int64_t)i, targets[i].primary,
			     targets[i].method ? targets[i].method : spec->method,
			     run_host_state_name(RUN_HOST_WAITING)))
			return false;
	return true;
}

static bool audit_begun(struct store *s, int64_t run, const struct run_spec *spec, const struct run_target *targets,
			size_t count, struct error *why)
{
	struct audit_record r = {.by = *spec->by,
				 .event = "run.begun",
				 .run = run,
				 .kind = spec->kind,
				 .reason = spec->reason,
				 .exit_status = -1,
				 .duration_ms = -1};
	scoped_buf detail = {0};

	buf_init(&detail, 16384);
	buf_addf(&detail, "%s%s", *spec->method ? "method " : "", spec->method);
	if (*spec->limits)
		buf_addf(&detail, "%s%s", detail.used ? "; " : "", spec->limits);
	buf_addf(&detail, "%s%zu hosts:", detail.used ? "; " : "", count);
	for (size_t i = 0; i < count; i++)
		if (!buf_addf(&detail, " %s", targets[i].host))
			break;
	r.detail = detail.bytes;
	return audit_append(s, &r, why);
}

bool run_begin(struct store *s, const struct run_spec *spec, const struct run_target *targets, size_t count,
	       int64_t *ret_run, struct error *why)
{
	bool ok;

	if (!spec->reason || spec->reason[strspn(spec->reason, " \t\n")] == '\0')
		return error_set(why, ERROR_USAGE, "a reason is required: --reason TEXT");
	if (count == 0)
		return error_set(why, ERROR_USAGE, "no standby is selected");
	if (!store_begin(s, why))
		return false;
	ok = insert_run(s, spec, ret_run, why) && insert_targets(s, *ret_run, spec, targets, count, why) &&
	     audit_begun(s, *ret_run, spec, targets, count, why);
	return store_finish(s, ok, why);
}

static bool load_state(struct store *s, int64_t run, enum run_state *ret, struct error *why)
{
	sqlite3_stmt *st = sql_start(s, why, "select state from run where id = ?", "i", run);
	int step;

	if (!st)
		return false;
	step = sql_step(s, st, why);
	if (step == 1)
		*ret = run_state_by_name(sql_text(st, 0));
	sql_done(s, st);
	return step == 1 || (step == 0 && error_set(why, ERROR_USAGE, "there is no run %lld", (long long)run));
}

static bool change_state(struct store *s, int64_t run, enum run_state next, const char *note, struct error *why)
{
	struct audit_record r = {.event = "run.state",
				 .run = run,
				 .outcome = run_state_name(next),
				 .detail = note,
				 .exit_status = -1,
				 .duration_ms = -1};
	enum run_state now = RUN_QUEUED;

	if (!load_state(s, run, &now, why))
		return false;
	if (!run_state_may_follow(now, next))
		return error_set(why, ERROR_FAILED, "run %lld is %s and cannot become %s", (long long)run,
				 run_state_name(now), run_state_name(next));
	run_actor_now(s, run, &r.by);
	return sql_run(s, why, "update run set state = ?, ended_us = ?, note = iif(?3 = '', note, ?3) where id = ?4",
		       "titi", run_state_name(next), run_state_is_final(next) ? clock_wall_us() : (int64_t)0, note,
		       run) &&
	       audit_append(s, &r, why);
}

bool run_set_state(struct store *s, int64_t run, enum run_state next, const char *note, struct error *why)
{
	return store_begin(s, why) && store_finish(s, change_state(s, run, next, note, why), why);
}

bool run_adopt(struct store *s, int64_t run, struct error *why)
{
	struct audit_record r = {.event = "run.adopted", .run = run, .exit_status = -1, .duration_ms = -1};
	struct owner here;
	bool ok;

	owner_here(&here);
	if (!store_begin(s, why))
		return false;
	run_actor_now(s, run, &r.by);
	ok = sql_run(s, why,
		     "update run set owner_pid = ?, owner_start = ?, owner_boot = ?, owner_controller = ? where id = ?",
		     "iitti", here.pid, here.start_time, here.boot_id, here.controller, run) &&
	     audit_append(s, &r, why);
	return store_finish(s, ok, why);
}
