/*
 * The site's own pg_resync_slave, driven safely: recovery.tmp kept outside the data directory before it is let loose
 * (the script moves it about, and its first command deletes the copy that an interrupted run left), its password
 * prompt answered exactly once, and a half-finished swap of directories finished forward, never run over again.
 */
#include <stdio.h>
#include <string.h>

#include "inventory/host.h"
#include "resync/actions.h"
#include "resync/marker.h"
#include "resync/memory.h"

#define PATHS "d=${data_dir}; s=${saved_dir}; S=\"$d.sync\"; T=\"$d.todelete\"\n" MARKER_FUNCTION

static const struct action take = {
	.name = "keep recovery.tmp",
	.script = PATHS
	"[ -d \"$d\" ] || { echo \"$d is missing: look before anything is run\" >&2; exit 31; }\n"
	"mkdir -p -m 700 \"$s\" || exit 32\n"
	"if [ ! -f \"$s/recovery.tmp\" ]; then\n"
	"	says_standby \"$d/recovery.tmp\" || { echo \"$d/recovery.tmp does not say standby_mode\" >&2; exit 30; }\n"
	"	cp -p \"$d/recovery.tmp\" \"$s/recovery.tmp.new\" && sync \"$s/recovery.tmp.new\" &&\n"
	"	mv \"$s/recovery.tmp.new\" \"$s/recovery.tmp\" && sync \"$s\" || exit 32\n"
	"fi\n"
	"echo \"kept in $s\"\n",
	.user = REMOTE_ROOT,
	.flags = ACTION_DETACHED,
	.within_ms = 60 * 1000,
};

static enum answer read_settled(const struct reading *r, struct error *why)
{
	const char *kept = memory_get(r->memory, "old_directory");
	char text[300];

	if (kept) {
		snprintf(text, sizeof(text),
			 "%.200s is the data directory of before: remove it when the standby is good", kept);
		memory_set(r->memory, "warning", text);
	}
	memory_set(r->memory, "conf_reverted", r->reply->status == 0 ? "yes" : "no");
	if (r->reply->status == 0)
		return ANSWER_YES;
	error_set(why, ERROR_OWED, "the data directory needs a look: exit status %d: %.240s", r->reply->status,
		  reply_words(r->reply));
	return ANSWER_NO;
}

/*
 * Whatever point the script was ended at, this finds: the data directory missing and the copy complete (ended between
 * the two renames: the second is done); a copy without its marker (the marker is written, from the kept recovery.tmp);
 * the old directory with the server stopped (it is started). PostgreSQL is started with its marker only.
 */
static const struct action settle = {
	.name = "settle the data directory",
	.script = PATHS MARKER_RUNS
	"[ -f \"$s/recovery.tmp\" ] || exit 0\n"
	"if [ ! -e \"$d\" ]; then\n"
	"	if [ -f \"$S/PG_VERSION\" ] && [ -f \"$S/backup_label\" ]; then mv \"$S\" \"$d\" && echo 'finished the swap'\n"
	"	elif [ -f \"$T/PG_VERSION\" ]; then mv \"$T\" \"$d\" && echo 'put the old directory back'\n"
	"	fi\n"
	"fi\n"
	"[ -f \"$d/PG_VERSION\" ] || { echo \"$d is not a data directory\" >&2; exit 31; }\n"
	"[ -f \"$d/recovery.tmp\" ] || { cp -p \"$s/recovery.tmp\" \"$d/recovery.tmp\" && sync \"$d/recovery.tmp\" && echo 'put recovery.tmp back'; }\n"
	"cmp -s \"$s/recovery.tmp\" \"$d/recovery.tmp\" || { echo \"$d/recovery.tmp was changed meanwhile; ours is in $s\" >&2; exit 34; }\n"
	"if [ ${version_num} -lt 1200 ] && [ ! -f \"$d/recovery.conf\" ]; then\n"
	"	[ -f \"$d/backup_label\" ] || { echo \"$d has neither recovery.conf nor backup_label: it may have been promoted, and is not started\" >&2; exit 30; }\n"
	"	cp -p \"$d/recovery.tmp\" \"$d/recovery.conf\" && sync \"$d/recovery.conf\" && echo 'wrote recovery.conf'\n"
	"fi\n"
	"marker || { echo \"$d has no standby marker: it may be a primary, and is not started\" >&2; exit 30; }\n"
	"if ! runs; then\n"
	"	sh -c ${service_postgresql}' start'; rc=$?; n=0\n"
	"	until runs; do\n"
	"		[ $n -lt 60 ] || { echo \"PostgreSQL does not start (exit status $rc)\" >&2; exit 35; }\n"
	"		n=$((n + 1)); sleep 0.5\n"
	"	done\n"
	"	echo 'started PostgreSQL'\n"
	"fi\n"
	"[ ! -d \"$S\" ] || { rm -rf \"$S\" && echo \"removed $S\"; }\n"
	"[ ! -d \"$T\" ] || echo \"pgresync:old_directory=$T\"\n"
	"exit 0\n",
	.user = REMOTE_ROOT,
	.flags = ACTION_DETACHED | ACTION_RETRIED,
	.within_ms = 10 * 60 * 1000,
	.total_ms = 30 * 60 * 1000,
	.reads = read_settled,
};

const struct hold hold_recovery_tmp = {
	.name = "recovery.tmp kept",
	.take = &take,
	.give = {&settle},
};

static enum answer read_script(const struct reading *r, struct error *why)
{
	if (r->reply->status == 0)
		return ANSWER_YES; /* its 0 says that the init script said 0: the proof comes later */
	if (strstr(r->reply->err, "password authentication failed"))
		return error_set(why, ERROR_HOST, "the primary refuses the standby password"), ANSWER_NO;
	if (strstr(r->reply->err, "max_wal_senders") || strstr(r->reply->err, "requested standby connections"))
		return error_set(why, ERROR_HOST, "the primary has no free WAL sender"), ANSWER_NO;
	error_set(why, ERROR_HOST, "exit status %d: %.240s", r->reply->status, reply_words(r->reply));
	return ANSWER_NO;
}

/* The marker is looked at once more in the breath before: the script starts PostgreSQL by itself. And the directory's own:
 * a standby that was promoted after the role proof has lost it, and would be overwritten with recovery.tmp still there. */
const struct action do_resync_script = {
	.name = "pg_resync_slave",
	.script = PATHS
	"marker || { echo \"$d has no standby marker: it may have become a primary, and the script is not run\" >&2; exit 30; }\n"
	"says_standby \"$d/recovery.tmp\" || { echo \"$d/recovery.tmp does not say standby_mode: the script is not run\" >&2; exit 30; }\n"
	"exec sh -c ${resync_script}\n",
	.feeds = "standby_password",
	.user = REMOTE_ROOT,
	.flags = ACTION_DETACHED | ACTION_DESTRUCTIVE | ACTION_PROGRESS,
	.within_ms = 24u * 3600 * 1000,
	.reads = read_script,
};
