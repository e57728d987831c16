/*
 * What every method begins and ends with: the position to reach, collectd, and the proof that replication streams.
 */
#include <stdio.h>
#include <string.h>

#include "inventory/host.h"
#include "pg/lsn.h"
#include "resync/actions.h"
#include "resync/decide.h"
#include "resync/look.h"
#include "resync/memory.h"
#include "resync/recovery_watch.h"

static enum answer read_goal(const struct reading *r, struct error *why)
{
	const struct look_side *p = &r->look->primary;
	char text[LSN_TEXT];

	if (!p->up || !p->facts.has_current) {
		error_set(why, ERROR_HOST, "%s does not tell where it writes: %.200s", r->primary->name, p->down.text);
		return ANSWER_NO;
	}
	memory_set(r->memory, "goal_lsn", lsn_format(text, p->facts.current));
	snprintf(r->watch->line, sizeof(r->watch->line), "%s writes at %s", r->primary->name, text);
	return ANSWER_YES;
}

/* Where the log stands before anything is done: the proof reads on from here unless a restart notes a later place. */
const struct action do_note_goal = {
	.name = "note the primary's position",
	.script = "l=${log_file}\n"
		  "echo \"pgresync:log_inode=$(stat -c %i \"$l\" 2>/dev/null || echo 0)\"\n"
		  "echo \"pgresync:log_offset=$(stat -c %s \"$l\" 2>/dev/null || echo 0)\"\n",
	.user = REMOTE_ROOT,
	.flags = ACTION_LOOKS,
	.within_ms = 30 * 1000,
	.reads = read_goal,
};

/* Monitoring that does not come back is a warning, no failure: the standby is good. */
static enum answer read_collectd(const struct reading *r, struct error *why)
{
	bool runs = r->reply->status == 0;
	char text[240];

	(void)why;
	memory_set(r->memory, "collectd_running", runs ? "yes" : "no");
	if (!runs) {
		snprintf(text, sizeof(text), "collectd does not run: %.200s",
			 r->reply->err_size ? r->reply->err : r->reply->out);
		text[strcspn(text, "\n")] = '\0';
		memory_set(r->memory, "warning", text);
	}
	return ANSWER_YES;
}

/* `restart` ends with 0 even where collectd is disabled: its status is what counts. */
const struct action do_restart_collectd = {
	.name = "restart collectd",
	.script = "sh -c ${restart_collectd}; n=0\n"
		  "while [ $n -lt 10 ]; do\n"
		  "	s=$(sh -c ${collectd_status} 2>&1) && { printf '%s\\n' \"$s\"; exit 0; }\n"
		  "	n=$((n + 1)); sleep 0.5\n"
		  "done\n"
		  "printf '%s\\n' \"$s\" >&2; exit 41\n",
	.user = REMOTE_ROOT,
	.flags = ACTION_DETACHED,
	.within_ms = 120 * 1000,
	.reads = read_collectd,
};

const struct action do_prove_streaming = {
	.name = "prove streaming",
	.script = LOG_TAIL_SCRIPT,
	.user = REMOTE_ROOT,
	.flags = ACTION_LOOKS,
	.within_ms = 60 * 1000,
	.every_ms = 1500,
	.total_ms = 15 * 60 * 1000,
	.reads = recovery_watch_prove,
};
