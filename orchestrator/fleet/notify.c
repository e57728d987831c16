#include "fleet/notify.h"

#include <syslog.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "inventory/held.h"
#include "inventory/run.h"
#include "inventory/run_host.h"
#include "loop/process.h"

enum { WITHIN_MS = 60 * 1000, OUTPUT_MOST = 4096, BUSY = 75, CANCELLED = 130 };

struct notify {
	notify_fn *told;
	void *ctx;
};

bool notify_is_due(int exit_status)
{
	return exit_status != 0 && exit_status != BUSY && exit_status != CANCELLED;
}

static void put_time(struct json *j, const char *key, int64_t wall_us)
{
	char text[32];

	json_put_string(j, key, wall_us ? clock_format_utc(text, sizeof(text), wall_us) : NULL);
}

static bool put_host(void *ctx, const struct run_host *h)
{
	struct json *j = ctx;

	json_open_object(j);
	json_put_string(j, "host", h->host);
	json_put_string(j, "primary", h->primary);
	json_put_string(j, "method", h->method);
	json_put_string(j, "state", run_host_state_name(h->state));
	json_put_string(j, "why", h->why);
	json_put_string(j, "key_protected", run_left_name(h->left.key_protected));
	json_put_string(j, "conf_reverted", run_left_name(h->left.conf_reverted));
	json_put_string(j, "puppet_on", run_left_name(h->left.puppet_on));
	json_put_string(j, "collectd_running", run_left_name(h->left.collectd_running));
	json_close_object(j);
	return true;
}

static bool put_run(void *ctx, const struct run *r)
{
	struct json *j = ctx;

	json_put_number(j, "run", r->id);
	json_put_string(j, "state", run_state_name(r->state));
	json_put_string(j, "reason", r->reason);
	put_time(j, "begun", r->begun_us);
	put_time(j, "ended", r->ended_us);
	return true;
}

static void put_owed(struct json *j, struct store *store)
{
	struct held_list owed;
	struct error why;

	if (!owed_list(store, &owed, &why))
		return;
	json_key(j, "owed");
	json_open_array(j);
	for (size_t i = 0; i < owed.count; i++) {
		json_open_object(j);
		json_put_string(j, "host", owed.held[i].host);
		json_put_string(j, "hold", owed.held[i].hold);
		json_put_number(j, "run", owed.held[i].run);
		put_time(j, "since", owed.held[i].since_us);
		json_put_string(j, "last_error", owed.held[i].last_error);
		json_close_object(j);
	}
	json_close_array(j);
	held_list_done(&owed);
}

void notify_summary(struct buf *out, struct store *store, const struct notify_about *about)
{
	struct error why;
	struct json j;

	json_begin(&j, out);
	json_open_object(&j);
	json_put_number(&j, "schema", 1);
	json_put_string(&j, "event", "summary");
	json_put_string(&j, "what", about->what);
	put_time(&j, "time", clock_wall_us());
	json_put_string(&j, "schedule", about->schedule);
	json_put_number(&j, "exit_status", about->exit_status);
	json_put_string(&j, "text", about->text);
	if (about->run) {
		run_load(store, about->run, put_run, &j, &why);
		json_key(&j, "hosts");
		json_open_array(&j);
		run_host_list(store, about->run, put_host, &j, &why);
		json_close_array(&j);
	}
	put_owed(&j, store);
	json_close_object(&j);
	json_end(&j);
	buf_addc(out, '\n');
}

static void replied(void *ctx, const struct process_reply *reply)
{
	struct notify *n = ctx;
	struct error why;

	if (reply->why)
		n->told(n->ctx, reply->why);
	else if (reply->status == 0)
		n->told(n->ctx, NULL);
	else {
		error_set(&why, ERROR_FAILED, "exit status %d: %.200s", reply->status, reply->err);
		n->told(n->ctx, &why);
	}
	free(n);
}

struct process *notify_send(uv_loop_t *loop, const char *program, const struct buf *summary, notify_fn *told, void *ctx)
{
	const char *argv[] = {program, NULL};
	struct process_spec spec = {
		.argv = argv,
		.input = summary->bytes,
		.input_size = summary->used,
		.within_ms = WITHIN_MS,
		.most = OUTPUT_MOST,
	};
	struct notify *n = mem_new(struct notify);

	n->told = told;
	n->ctx = ctx;
	return process_run(loop, &spec, replied, n);
}

void notify_syslog(const struct notify_about *about)
{
	openlog("pgresync", LOG_PID, LOG_DAEMON);
	syslog(LOG_ERR, "%s%s%s ended with exit status %d%s%s (run %lld)", about->what,
	       about->schedule ? " of schedule " : "", about->schedule ? about->schedule : "", about->exit_status,
	       about->text ? ": " : "", about->text ? about->text : "", (long long)about->run);
	closelog();
}
