/*
 * The checks that come before the first change, and are all of a dry run. Each names what it found and what helps.
 */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "inventory/host.h"
#include "resync/actions.h"
#include "resync/decide.h"
#include "resync/decide_match.h"
#include "resync/look.h"
#include "resync/marker.h"
#include "resync/memory.h"

enum { NOT_THERE = 20 };

/* Unreachable is not refused: it may be another day. */
static enum answer read_role(const struct reading *r, struct error *why)
{
	const struct look *l = r->look;

	if (!l->standby.reached || !l->primary.reached) {
		const struct look_side *away = l->standby.reached ? &l->primary : &l->standby;

		*why = away->unreached;
		return ANSWER_NO;
	}
	return decide_role_proof(l, clock_monotonic_ms(), why) ? ANSWER_YES : ANSWER_NO;
}

const struct action check_role = {
	.name = "prove the roles",
	.flags = ACTION_LOOKS,
	.within_ms = 60 * 1000,
	.reads = read_role,
};

/* A segment that was archived, for a standby whose next one is too young for that; "" when there is none. */
static const char *archived_segment(const struct look *look)
{
	const char *last = look->primary.facts.last_archived_wal;

	return last && strlen(last) == 24 ? last : "";
}

/* Also remembers the segment that the standby needs next, for the checks of the archive. */
static enum answer read_wal_e_helps(const struct reading *r, struct error *why)
{
	char segment[32], bytes[16];
	bool known, young;

	if (!decide_method_helps(r->look, "wal-e", why))
		return ANSWER_NO;
	if (!decide_needed_segment(r->look, segment)) {
		error_set(why, ERROR_REFUSED, "cannot tell which WAL segment %s needs next", r->standby->name);
		return ANSWER_NO;
	}
	memory_set(r->memory, "needed_segment", segment);
	young = !decide_segment_gone(r->look, &known, segment) && known;
	memory_set(r->memory, "primary_has_it", young ? "yes" : "no");
	memory_set(r->memory, "archived_segment", young ? archived_segment(r->look) : "");
	snprintf(bytes, sizeof(bytes), "%u",
		 r->look->primary.facts.wal_segment_bytes ? r->look->primary.facts.wal_segment_bytes :
							    16u * 1024 * 1024);
	memory_set(r->memory, "segment_bytes", bytes);
	return ANSWER_YES;
}

const struct action check_wal_e_helps = {
	.name = "check that the archive can help",
	.flags = ACTION_LOOKS,
	.within_ms = 60 * 1000,
	.reads = read_wal_e_helps,
};

static enum answer read_script_helps(const struct reading *r, struct error *why)
{
	if (r->standby->postgresql.version_num >= 1200 &&
	    strcmp(r->standby->commands.resync_script, "pg_resync_slave") == 0) {
		error_set(
			why, ERROR_REFUSED,
			"PostgreSQL %s does not start with the recovery.conf that pg_resync_slave writes: name a script of the "
			"site's own (commands.resync_script), or use method wal-e",
			r->standby->postgresql.version);
		return ANSWER_NO;
	}
	return decide_method_helps(r->look, "pg_resync_slave", why) ? ANSWER_YES : ANSWER_NO;
}

const struct action check_script_helps = {
	.name = "check that a copy can help",
	.flags = ACTION_LOOKS,
	.within_ms = 60 * 1000,
	.reads = read_script_helps,
};

/* Scripts of the checks say in words what is missing, and end with 20. */
static enum answer read_found(const struct reading *r, struct error *why)
{
	if (r->reply->status == 0)
		return ANSWER_YES;
	error_set(why, r->reply->status == NOT_THERE ? ERROR_REFUSED : ERROR_HOST, "%.400s",
		  r->reply->err_size ? reply_words(r->reply) : "it ended without a word");
	return ANSWER_NO;
}

const struct action check_tools_wal_e = {
	.name = "check the tools",
	.script =
		"need() { command -v \"$1\" >/dev/null 2>&1 || { echo \"$1 is not on this host\" >&2; exit 20; }; }\n"
		"for x in ${gpg} ${envdir} ${wal_e} lzop ${puppet} timeout sync awk tar; do need \"$x\"; done\n"
		"case ${gpg_mode}\"$(${gpg} --version 2>/dev/null | head -n 1)\" in\n"
		"	agent*' 1.'*) echo 'GnuPG 1.4 has no agent to preset: use gpg_mode inplace or overlay' >&2; exit 20;;\n"
		"esac\n"
		"[ -r ${env_dir}/WALE_GPG_KEY_ID ] || { echo 'postgres cannot read WALE_GPG_KEY_ID in '${env_dir} >&2; exit 20; }\n"
		"[ -d ${gnupg_home} ] || { echo ${gnupg_home}' is not there' >&2; exit 20; }\n"
		"f=$(tr -d ' \\n' <${env_dir}/WALE_GPG_KEY_ID)\n"
		"GNUPGHOME=${gnupg_home} ${gpg} --batch --no-tty --list-keys \"$f\" >/dev/null 2>&1 || { echo \"no key $f in \"${gnupg_home} >&2; exit 20; }\n",
	.user = REMOTE_POSTGRES,
	.within_ms = 60 * 1000,
	.reads = read_found,
};

const struct action check_tools_script = {
	.name = "check the tools",
	.script = "need() { command -v \"$1\" >/dev/null 2>&1 || { echo \"$1 is not on this host\" >&2; exit 20; }; }\n"
		  "set -- ${resync_script}; need \"$${1%% *}\"\n"
		  "for x in ${puppet} pg_basebackup setsid; do need \"$x\"; done\n",
	.user = REMOTE_ROOT,
	.within_ms = 60 * 1000,
	.reads = read_found,
};

/*
 * The segment itself is asked for, with the site's own WAL-E, but what arrives is not decrypted: `cat` stands in for gpg
 * and lzop, so that the key stays as it is. "complete wal restore" is logged even when the object was missing; the file
 * tells. A segment that the primary still has may be too young for the archive: then another one shows that it works.
 */
const struct action check_archive = {
	.name = "check the archive",
	.script =
		"t=$(mktemp -d /tmp/pgresync-check-XXXXXX) || exit 3\n"
		"trap 'rm -rf \"$t\"' EXIT; trap 'exit 1' HUP INT TERM\n"
		"for x in gpg lzop; do printf '#!/bin/sh\\nexec cat\\n' >\"$t/$x\"; chmod 700 \"$t/$x\"; done\n"
		"seg=${needed_segment}; other=${archived_segment}\n"
		"fetch() {\n"
		"	PATH=\"$t:$PATH\" WALE_RETRIES=1 timeout 120 ${envdir} ${env_dir} ${wal_e} wal-fetch -p 0 \"$1\" \"$t/segment\" >\"$t/out\" 2>&1; rc=$?\n"
		"	[ $rc = 0 ] && [ -s \"$t/segment\" ]\n"
		"}\n"
		"fetch \"$seg\" && { echo \"$seg is in the archive\"; exit 0; }\n"
		"if grep -q 'could no longer locate object' \"$t/out\" || { [ $rc = 0 ] && [ ! -s \"$t/segment\" ]; }; then\n"
		"	if [ ${primary_has_it} = yes ]; then\n"
		"		rm -f \"$t/segment\"\n"
		"		[ -n \"$other\" ] && fetch \"$other\" && { echo \"$seg is not archived yet, and the primary has it; $other is in the archive\"; echo \"pgresync:needed_segment=$other\"; exit 0; }\n"
		"		echo \"WAL segment $seg, which this standby needs next, is not in the archive yet, and the primary still has it: there is nothing to restore, it only needs to stream\" >&2; exit 20\n"
		"	fi\n"
		"	echo \"WAL segment $seg, which this standby needs next, is not in the archive: method pg_resync_slave copies the primary anew\" >&2; exit 20\n"
		"fi\n"
		"echo \"the archive does not answer (exit status $rc): $(grep -a 'MSG:\\|DETAIL:\\|rror' \"$t/out\" | tail -n 1 | sed 's/^ *//' | cut -c 1-200)\" >&2; exit 20\n",
	.user = REMOTE_POSTGRES,
	.within_ms = 150 * 1000,
	.reads = read_found,
};

/* An interrupted swap or an unfinished run of ours: somebody must look first. */
const struct action check_leftovers = {
	.name = "check for leftovers",
	.script =
		"d=${data_dir}\n"
		"[ ! -e \"$d.todelete\" ] || { echo \"$d.todelete is there: an earlier pg_resync_slave was interrupted; look which directory is the good one\" >&2; exit 20; }\n"
		"[ ! -e \"$d.sync\" ] || [ -f \"$d/PG_VERSION\" ] || { echo \"$d is missing and $d.sync is there: an earlier swap was interrupted\" >&2; exit 20; }\n"
		"for x in ${state_dir}/saved-*; do\n"
		"	[ -e \"$x\" ] || continue\n"
		"	[ ! -f \"$x/recovery.saved\" ] || { echo \"$x is left of another run: let that run, or pgresync recover, give it back\" >&2; exit 20; }\n"
		"done\n"
		"exit 0\n",
	.user = REMOTE_ROOT,
	.within_ms = 30 * 1000,
	.reads = read_found,
};

const struct action check_recovery_tmp = {
	.name = "check recovery.tmp",
	.script =
		"f=${data_dir}/recovery.tmp\n"
		"[ -f \"$f\" ] || { echo \"$f is missing: pg_resync_slave would leave a data directory without its standby marker\" >&2; exit 20; }\n" MARKER_SAYS_STANDBY
		"says_standby \"$f\" || { echo \"$f does not say standby_mode\" >&2; exit 20; }\n"
		"h=$(sed -n \"s/^[[:space:]]*primary_conninfo.*host=\\\\([^ ']*\\\\).*/\\\\1/p\" \"$f\" | tail -n 1)\n"
		"[ -n \"$h\" ] || { echo \"$f names no primary\" >&2; exit 20; }\n"
		"getent ahosts \"$h\" | awk '{ print $1 }' | grep -qxF ${primary_address} || [ \"$h\" = ${primary_address} ] ||\n"
		"	{ echo \"$f names $h, which is not this pair's primary\" >&2; exit 20; }\n",
	.user = REMOTE_ROOT,
	.within_ms = 30 * 1000,
	.reads = read_found,
};

/* The script copies beside the old directory: both must fit. */
static enum answer read_room(const struct reading *r, struct error *why)
{
	int64_t need = r->look->primary.facts.databases_bytes, room = r->look->standby.data_free_bytes;

	if (need < 0)
		need = r->look->primary.data_used_bytes;
	if (need < 0 || room < 0 || room >= need + need / 10)
		return ANSWER_YES;
	error_set(why, ERROR_REFUSED, "the copy needs %lld MB beside the old data directory, %lld MB are free",
		  (long long)((need + need / 10) / 1048576), (long long)(room / 1048576));
	return ANSWER_NO;
}

const struct action check_room = {
	.name = "check the room for a copy",
	.flags = ACTION_LOOKS,
	.within_ms = 60 * 1000,
	.reads = read_room,
};

static enum answer read_senders(const struct reading *r, struct error *why)
{
	int slots = decide_free_senders(r->look);

	if (slots != 0)
		return ANSWER_YES;
	error_set(why, ERROR_REFUSED, "%s has no free WAL sender (max_wal_senders %d)", r->primary->name,
		  r->look->primary.facts.max_wal_senders);
	return ANSWER_NO;
}

const struct action check_senders = {
	.name = "check the primary's WAL senders",
	.flags = ACTION_LOOKS,
	.within_ms = 60 * 1000,
	.reads = read_senders,
};
