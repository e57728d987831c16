/*
 * The page's steps 3 to 6: restore_command appended to the recovery settings, restart, recovery watched, the settings
 * put back byte for byte, restart.
 *
 * The file is recovery.conf before PostgreSQL 12 and postgresql.auto.conf from 12 on; from 14 on restore_command is
 * taken over by a reload (PostgreSQL documentation, "Archive Recovery").
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "inventory/host.h"
#include "resync/actions.h"
#include "resync/marker.h"
#include "resync/memory.h"
#include "resync/recovery_watch.h"

enum { RELOAD_SINCE = 1400 };

/* No PostgreSQL is ever started on a data directory without its standby marker. */
#define MARKER_GATE                                                           \
	"d=${data_dir}; s=${saved_dir}; f=${recovery_file}\n" MARKER_FUNCTION \
	"marker || { echo \"$d has no standby marker: it may be a primary, and is not started\" >&2; exit 30; }\n"

/* Written whole beside the file, flushed, renamed; owner and mode stay. */
#define PUT_FILE                                                                                                \
	"put() {\n"                                                                                             \
	"	cp -p \"$f\" \"$f.pgresync-new\" && cat \"$1\" >\"$f.pgresync-new\" && sync \"$f.pgresync-new\" &&\n" \
	"	mv \"$f.pgresync-new\" \"$f\" && sync \"$d\" && return 0\n"                                           \
	"	rm -f \"$f.pgresync-new\"; return 1\n"                                                                \
	"}\n"

static const struct action take = {
	.name = "append restore_command",
	.script = MARKER_GATE PUT_FILE
	"[ -f \"$f\" ] && [ ! -L \"$f\" ] || { echo \"$f is not a plain file\" >&2; exit 31; }\n"
	"mkdir -p -m 700 \"$s\" || exit 32\n"
	"if [ ! -f \"$s/recovery.saved\" ]; then\n"
	"	cp -p \"$f\" \"$s/recovery.saving\" && sync \"$s/recovery.saving\" &&\n"
	"	mv \"$s/recovery.saving\" \"$s/recovery.saved\" && sync \"$s\" || exit 32\n"
	"fi\n"
	"{ cat \"$s/recovery.saved\" || exit 32; [ -z \"$(tail -c 1 \"$s/recovery.saved\")\" ] || echo\n"
	"  printf '%s\\n' ${restore_comment} ${restore_line}; } >\"$s/recovery.wanted\" || exit 32\n"
	"cmp -s \"$s/recovery.wanted\" \"$f\" || put \"$s/recovery.wanted\" || exit 32\n"
	"cmp -s \"$s/recovery.wanted\" \"$f\" || { echo \"$f did not take the new text\" >&2; exit 33; }\n"
	"echo \"restore_command appended; the original is $s/recovery.saved\"\n",
	.user = REMOTE_ROOT,
	.flags = ACTION_DETACHED | ACTION_DESTRUCTIVE,
	.within_ms = 60 * 1000,
};

static enum answer read_reverted(const struct reading *r, struct error *why)
{
	memory_set(r->memory, "conf_reverted", r->reply->status == 0 ? "yes" : "no");
	if (r->reply->status == 0)
		return ANSWER_YES;
	error_set(why, ERROR_OWED, "the recovery settings are not put back: exit status %d: %.240s", r->reply->status,
		  reply_words(r->reply));
	return ANSWER_NO;
}

static const struct action give_file = {
	.name = "put the recovery settings back",
	.script =
		"d=${data_dir}; s=${saved_dir}; f=${recovery_file}\n" PUT_FILE
		"[ -f \"$s/recovery.saved\" ] || exit 0\n"
		"cmp -s \"$s/recovery.saved\" \"$f\" && { echo 'as it was'; exit 0; }\n"
		"if ! cmp -s \"$s/recovery.wanted\" \"$f\"; then\n"
		"	echo \"$f was changed by somebody else meanwhile; the original is $s/recovery.saved\" >&2; exit 34\n"
		"fi\n"
		"put \"$s/recovery.saved\" || { echo \"cannot write $f\" >&2; exit 32; }\n"
		"cmp -s \"$s/recovery.saved\" \"$f\" || exit 33\n"
		"echo 'put back byte for byte'\n",
	.user = REMOTE_ROOT,
	.flags = ACTION_DETACHED | ACTION_RETRIED,
	.within_ms = 60 * 1000,
	.total_ms = 10 * 60 * 1000,
	.reads = read_reverted,
};

/* Notes where the log stood, does the verb, and waits for a server process: the init script's 0 proves nothing. After a
 * restart it must be another one than before, or it still has the old settings. A server that is down is started,
 * whatever the verb. */
#define CHANGE_OVER(verb)                                                                                                               \
	MARKER_GATE MARKER_RUNS                                                                                                         \
		"mkdir -p -m 700 \"$s\"; : >\"$s/restarted\" || exit 32\n"                                                              \
		"l=${log_file}; v=" verb "\n"                                                                                           \
		"echo \"pgresync:log_inode=$(stat -c %i \"$l\" 2>/dev/null || echo 0)\"\n"                                              \
		"echo \"pgresync:log_offset=$(stat -c %s \"$l\" 2>/dev/null || echo 0)\"\n"                                             \
		"life() { sed -n '1p;3p' \"$d/postmaster.pid\" 2>/dev/null; }\n"                                                        \
		"runs || v=start\n"                                                                                                     \
		"was=$(life)\n"                                                                                                         \
		"sh -c ${service_postgresql}\" $v\"; rc=$?\n"                                                                           \
		"n=0\n"                                                                                                                 \
		"while [ $n -lt 60 ]; do\n"                                                                                             \
		"	if runs && { [ $v != restart ] || [ \"$(life)\" != \"$was\" ]; }; then\n"                                             \
		"		[ $v != reload ] || [ $rc = 0 ] || { echo \"reload ended with $rc\" >&2; exit 36; }\n"                               \
		"		echo \"$v ended with $rc; server process $p\"; exit 0\n"                                                             \
		"	fi\n"                                                                                                                 \
		"	n=$((n + 1)); sleep 0.5\n"                                                                                            \
		"done\n"                                                                                                                \
		"tail -n 20 \"$l\" >&2\n"                                                                                               \
		"if runs; then echo \"PostgreSQL was not restarted: $v ended with $rc, and process $p is the same\" >&2; exit 36; fi\n" \
		"echo \"PostgreSQL does not run after $v (exit status $rc)\" >&2; exit 35\n"

static const char restart_script[] = CHANGE_OVER("restart");
static const char reload_script[] = CHANGE_OVER("reload");

static const char *restart_or_reload(const struct host *standby)
{
	return standby->postgresql.version_num >= RELOAD_SINCE ? reload_script : restart_script;
}

/* Where the server never saw our settings, it is left alone: a restart is an outage for its readers. */
#define IF_CHANGED_OVER "[ -e ${saved_dir}/restarted ] || { echo 'the server was not touched'; exit 0; }\n"
static const char revert_restart_script[] = IF_CHANGED_OVER CHANGE_OVER("restart");
static const char revert_reload_script[] = IF_CHANGED_OVER CHANGE_OVER("reload");

static const char *revert_script(const struct host *standby)
{
	return standby->postgresql.version_num >= RELOAD_SINCE ? revert_reload_script : revert_restart_script;
}

const struct action do_restart = {
	.name = "restart PostgreSQL",
	.script_for = restart_or_reload,
	.user = REMOTE_ROOT,
	.flags = ACTION_DETACHED | ACTION_DESTRUCTIVE,
	.within_ms = 15 * 60 * 1000,
};

static const struct action give_restart = {
	.name = "restart PostgreSQL without restore_command",
	.script_for = revert_script,
	.user = REMOTE_ROOT,
	.flags = ACTION_DETACHED | ACTION_RETRIED,
	.within_ms = 15 * 60 * 1000,
	.total_ms = 30 * 60 * 1000,
};

const struct hold hold_restoring = {
	.name = "restore_command appended",
	.take = &take,
	.give = {&give_file, &give_restart},
};

const struct action do_await_recovery = {
	.name = "await recovery",
	.script = LOG_TAIL_SCRIPT,
	.user = REMOTE_ROOT,
	.flags = ACTION_LOOKS,
	.within_ms = 60 * 1000,
	.every_ms = 1000,
	.reads = recovery_watch_read,
};
