#include "inventory/run_host.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "inventory/audit.h"
#include "inventory/run_actor.h"

static const char *const left_names[] = {"unknown", "yes", "no", "not-touched"};

const char *run_left_name(enum run_left l)
{
	return l <= RUN_LEFT_NOT_TOUCHED ? left_names[l] : "?";
}

static enum run_left left_by_name(const char *name)
{
	enum run_left l = RUN_LEFT_UNKNOWN;

	while (l < RUN_LEFT_NOT_TOUCHED && strcmp(left_names[l], name) != 0)
		l++;
	return l;
}

static bool load_state(struct store *s, int64_t run, const char *host, enum run_host_state *ret, struct error *why)
{
	sqlite3_stmt *st = sql_start(s, why, "select state from run_host where run = ? and host = ?", "it", run, host);
	int step;

	if (!st)
		return false;
	step = sql_step(s, st, why);
	if (step == 1)
		*ret = run_host_state_by_name(sql_text(st, 0));
	sql_done(s, st);
	return step == 1 || (step == 0 && error_set(why, ERROR_USAGE, "%s is not in run %lld", host, (long long)run));
}

static bool change_state(struct store *s, int64_t run, const char *host, enum run_host_state next, const char *why_text,
			 struct error *why)
{
	struct audit_record r = {.event = "host.state",
				 .run = run,
				 .host = host,
				 .detail = why_text,
				 .outcome = run_host_state_name(next),
				 .exit_status = -1,
				 .duration_ms = -1};
	enum run_host_state now = RUN_HOST_WAITING;
	bool ends = run_host_state_is_final(next) || next == RUN_HOST_OWED;
	int64_t wall_us = clock_wall_us();

	if (!load_state(s, run, host, &now, why))
		return false;
	if (!run_host_state_may_follow(now, next))
		return error_set(why, ERROR_FAILED, "%s in run %lld is %s and cannot become %s", host, (long long)run,
				 run_host_state_name(now), run_host_state_name(next));
	run_actor_now(s, run, &r.by);
	return sql_run(s, why,
		       "update run_host set state = ?1, why = iif(?2 = '', why, ?2), ended_us = ?3,"
		       " begun_us = iif(begun_us = 0, ?4, begun_us) where run = ?5 and host = ?6",
		       "ttiiit", run_host_state_name(next), why_text, ends ? wall_us : (int64_t)0, wall_us, run,
		       host) &&
	       audit_append(s, &r, why);
}

bool run_host_set_state(struct store *s, int64_t run, const char *host, enum run_host_state next, const char *why_text,
			struct error *why)
{
	return store_begin(s, why) && store_finish(s, change_state(s, run, host, next, why_text, why), why);
}

static bool change_left(struct store *s, int64_t run, const char *host, const struct run_left_as *left,
			struct error *why)
{
	struct audit_record r = {.event = "host.left", .run = run, .host = host, .exit_status = -1, .duration_ms = -1};
	enum run_host_state now;
	scoped_buf detail = {0};

	buf_init(&detail, 512);
	buf_addf(&detail, "key protected: %s; recovery.conf reverted: %s; puppet on: %s; collectd running: %s",
		 run_left_name(left->key_protected), run_left_name(left->conf_reverted), run_left_name(left->puppet_on),
		 run_left_name(left->collectd_running));
	r.detail = detail.bytes;
	run_actor_now(s, run, &r.by);
	return load_state(s, run, host, &now, why) &&
	       sql_run(s, why,
		       "update run_host set key_protected = ?, conf_reverted = ?, puppet_on = ?, collectd_running = ?"
		       " where run = ? and host = ?",
		       "ttttit", run_left_name(left->key_protected), run_left_name(left->conf_reverted),
		       run_left_name(left->puppet_on), run_left_name(left->collectd_running), run, host) &&
	       audit_append(s, &r, why);
}

bool run_host_set_left(struct store *s, int64_t run, const char *host, const struct run_left_as *left,
		       struct error *why)
{
	return store_begin(s, why) && store_finish(s, change_left(s, run, host, left, why), why);
}

#define RUN_HOST_SELECT                                                                                \
	"select run, host, primary_host, method, why, state, key_protected, conf_reverted, puppet_on," \
	" collectd_running, begun_us, ended_us from run_host"

static void read_host(sqlite3_stmt *st, struct run_host *h)
{
	h->run = sqlite3_column_int64(st, 0);
	h->host = sql_text(st, 1);
	h->primary = sql_text(st, 2);
	h->method = sql_text(st, 3);
	h->why = sql_text(st, 4);
	h->state = run_host_state_by_name(sql_text(st, 5));
	h->left.key_protected = left_by_name(sql_text(st, 6));
	h->left.conf_reverted = left_by_name(sql_text(st, 7));
	h->left.puppet_on = left_by_name(sql_text(st, 8));
	h->left.collectd_running = left_by_name(sql_text(st, 9));
	h->begun_us = sqlite3_column_int64(st, 10);
	h->ended_us = sqlite3_column_int64(st, 11);
}

static bool tell(struct store *s, sqlite3_stmt *st, run_host_fn *each, void *ctx, struct error *why)
{
	int step = -1;

	while (st && (step = sql_step(s, st, why)) == 1) {
		struct run_host h;

		read_host(st, &h);
		if (!each(ctx, &h)) {
			step = 0;
			break;
		}
	}
	sql_done(s, st);
	return step == 0;
}

bool run_host_list(struct store *s, int64_t run, run_host_fn *each, void *ctx, struct error *why)
{
	return tell(s, sql_start(s, why, RUN_HOST_SELECT " where run = ? order by position", "i", run), each, ctx, why);
}

bool run_host_history(struct store *s, const char *host, int limit, run_host_fn *each, void *ctx, struct error *why)
{
	return tell(s,
		    sql_start(s, why, RUN_HOST_SELECT " where host = ? order by run desc limit ?", "td", host,
			      limit ? limit : -1),
		    each, ctx, why);
}
