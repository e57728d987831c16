/*
 * Puppet off under our own named lock: a puppet run in mid-resync starts PostgreSQL on whatever data directory it
 * finds. The wrapper's exit status says little (field notes, section 2): every answer is read from its list of locks.
 */
#include <string.h>

#include "base/buf.h"
#include "inventory/host.h"
#include "resync/actions.h"
#include "resync/marker.h"
#include "resync/memory.h"

enum { SOMEBODY_ELSE = 20, STILL_LOCKED = 21, NO_MARKER = 30, RUNNING = 40 };

/* `locks`: who has puppet off, one a line. `puppet agent --disable` leaves no lock but the file that the wrapper's
 * --enable would remove: that is somebody's, too. A list that cannot be had is no empty list. */
#define LOCKS                                                                                                           \
	"p=${puppet}; n=${lock}; D=/var/lib/puppet/state/agent_disabled.lock\n"                                         \
	"locks() {\n"                                                                                                   \
	"	list=$(\"$p\" -l) || { printf '%s\\n' \"$list\" >&2; echo \"$p -l does not list the locks\" >&2; exit 3; }\n" \
	"}\n"                                                                                                           \
	"ours() { printf '%s\\n' \"$list\" | grep -q \"^$n: \"; }\n"                                                    \
	"others() {\n"                                                                                                  \
	"	o=$(printf '%s\\n' \"$list\" | grep -v \"^$n: \" | grep .)\n"                                                 \
	"	[ -n \"$list\" ] || [ ! -e \"$D\" ] || o=\"agent_disabled.lock: $(head -c 200 \"$D\")\"\n"                    \
	"	[ -z \"$o\" ] || { printf '%s\\n' \"$o\"; exit 20; }\n"                                                       \
	"}\n"

/* Lists other people's locks; a puppet run under way is waited for. */
static const char check_script[] =
	LOCKS "command -v \"$p\" >/dev/null 2>&1 || { echo \"$p is not there\" >&2; exit 3; }\n"
	      "locks; others\n"
	      "r=/var/lib/puppet/state/agent_catalog_run.lock\n"
	      "if [ -s \"$r\" ] && kill -0 \"$(cat \"$r\")\" 2>/dev/null; then exit 40; fi\n"
	      "exit 0\n";

static enum answer read_locks(const struct reading *r, struct error *why)
{
	const char *end = strchr(r->reply->out, '\n');
	int n = (int)(end ? end - r->reply->out : (long)r->reply->out_size);

	switch (r->reply->status) {
	case 0:
		return ANSWER_YES;
	case RUNNING:
		error_set(why, ERROR_HOST, "a puppet run is still under way");
		return ANSWER_NOT_YET;
	case SOMEBODY_ELSE:
		error_set(why, ERROR_REFUSED,
			  "somebody else has puppet off (\"%.*s\"): ask them, or wait until they enable it again",
			  n > 160 ? 160 : n, r->reply->out);
		return ANSWER_NO;
	default:
		error_set(why, ERROR_HOST, "cannot list puppet's locks: exit status %d: %.160s", r->reply->status,
			  reply_words(r->reply));
		return ANSWER_NO;
	}
}

const struct action check_puppet = {
	.name = "check puppet's locks",
	.script = check_script,
	.user = REMOTE_ROOT,
	.within_ms = 60 * 1000,
	.every_ms = 5 * 1000,
	.total_ms = 20 * 60 * 1000,
	.reads = read_locks,
};

static const struct action take = {
	.name = "disable puppet",
	.script = LOCKS "locks\n"
			"if ! ours; then others; \"$p\" -n \"$n\" -r ${lock_reason} --disable; fi\n"
			"locks; ours || { echo \"the lock $n was not made\" >&2; exit 21; }\n"
			"printf '%s\\n' \"$list\" | grep \"^$n: \"\n",
	.user = REMOTE_ROOT,
	.flags = ACTION_DETACHED,
	.within_ms = 120 * 1000,
	.reads = read_locks,
};

/* Puppet ensures that PostgreSQL runs: without its marker the standby would come up as a second primary. */
static const char marker_script[] =
	"d=${data_dir}\n" MARKER_FUNCTION "marker && exit 0\n"
	"echo \"$d has no standby marker: puppet stays off, since it would start a second primary\" >&2\n"
	"exit 30\n";

static const struct action give_safely = {
	.name = "make sure that puppet may come back",
	.script = marker_script,
	.user = REMOTE_ROOT,
	.flags = ACTION_RETRIED,
	.within_ms = 30 * 1000,
	.total_ms = 10 * 60 * 1000,
};

static enum answer read_given(const struct reading *r, struct error *why)
{
	if (r->reply->status == 0) {
		memory_set(r->memory, "puppet_on", strstr(r->reply->out, "others:") ? "others" : "yes");
		return ANSWER_YES;
	}
	memory_set(r->memory, "puppet_on", "no");
	error_set(why, ERROR_OWED, "puppet is still off: exit status %d: %.200s", r->reply->status,
		  reply_words(r->reply));
	return ANSWER_NO;
}

/* `--enable` of one of several locks ends with 1 although ours is gone, and its passive check may take 18 minutes. The
 * wrapper leaves agent_disabled.lock empty; one with words in it is a colleague's own. */
static const struct action give = {
	.name = "enable puppet",
	.script = LOCKS "locks\n"
			"if ours; then\n"
			"	\"$p\" -n \"$n\" --enable\n"
			"	locks; if ours; then echo \"the lock $n is still there\" >&2; exit 21; fi\n"
			"fi\n"
			"if [ -z \"$list\" ] && [ -s \"$D\" ]; then list=agent_disabled.lock\n"
			"elif [ -z \"$list\" ] && [ -e \"$D\" ]; then\n"
			"	echo \"no lock is left, yet agent_disabled.lock is there\" >&2; exit 21\n"
			"fi\n"
			"if [ -n \"$list\" ]; then echo \"others: $list\"; fi\n"
			"exit 0\n",
	.user = REMOTE_ROOT,
	.flags = ACTION_DETACHED | ACTION_RETRIED,
	.within_ms = 20 * 60 * 1000,
	.total_ms = 25 * 60 * 1000,
	.reads = read_given,
};

const struct hold hold_puppet_off = {
	.name = "puppet off",
	.take = &take,
	.give = {&give_safely, &give},
};
