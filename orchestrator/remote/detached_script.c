#include "remote/detached_script.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/quote.h"
#include "remote/script.h"

/*
 * alive FILE: does the very process that FILE names still run? A pid alone may have been given to another process:
 * its start time (field 22 of stat, after a name that may hold anything) and the boot must fit. A zombie is gone.
 */
static const char library[] =
	"bt=;{ read -r bt </proc/sys/kernel/random/boot_id;} 2>/dev/null\n"
	"born(){ st=;l=;{ read -r l <\"/proc/$1/stat\";} 2>/dev/null;[ -n \"$l\" ]||return 1\n"
	"l=${l##*\") \"};set -- $l;case $1 in Z|X) return 1;;esac;shift 19;st=$1;}\n"
	"alive(){ p=;s=;b=;{ read -r p s b <\"$1\";} 2>/dev/null\n"
	"[ -n \"$b\" ]&&[ \"$b\" = \"$bt\" ]&&born \"$p\"&&[ \"$st\" = \"$s\" ];}\n"
	"note(){ born \"$2\"&&printf '%s %s %s\\n' \"$2\" \"$st\" \"$bt\" >\"$1.tmp\"&&mv \"$1.tmp\" \"$1\";}\n"
	"nap(){ sleep 0.2 2>/dev/null||sleep 1;}\n";

/*
 * The child's wrapper: notes its own pid before it becomes the command. It runs in the supervisor's foreground,
 * since sh makes background commands ignore SIGINT and SIGQUIT, and what they start would inherit that.
 */
static const char child[] = "note child $$||exit 126\nexec \"$@\"\n";

/* Ends the command when its time is over; a session of its own, so that its sleep ends with it. */
static const char watcher[] = "sleep \"$1\";[ -e rc ]&&exit;alive child||exit;: >late;kill -TERM \"-$p\"\n"
			      "sleep 10;alive child&&kill -KILL \"-$p\"\n";

/*
 * The supervisor. $1 directory, $2 library, $3 watcher, $4 child's wrapper, $5 how to become the user, $6 1 for
 * interactive, $7 seconds, $8 shell. Descriptor 3 is the FIFO for reading and writing (it does not
 * end while somebody holds it), 4 the same for reading. mkdir begun decides between us and whoever gives us up.
 * rc.tmp was made at the start, so that the exit status can be written on a full disk; when the directory itself is
 * gone, nobody wants it any more.
 */
static const char supervisor[] =
	"cd \"$1\"||exit 1;eval \"$2\";sh=$8\n"
	"note pid $$||exit 1;mkdir begun 2>/dev/null||{ rm -f pid;exit 1;}\n"
	"h=;if [ \"$6\" = 1 ];then sleep 2147483647 4<&- & h=$!;note hold $h;fi\n"
	"exec 3<&-\n"
	"w=;if [ \"$7\" -gt 0 ];then setsid \"$sh\" -c \"$2$3\" pgresync \"$7\" 4<&- & w=$!;fi\n"
	"setsid \"$sh\" -c \"$2$4\" pgresync $5 \"$sh\" -c \"$(cat cmd)\" <&4 4<&- >>out 2>>err\n"
	"x=$?\n"
	"until printf '%-11d\\n' $x|dd of=rc.tmp conv=notrunc,fsync 2>/dev/null&&mv rc.tmp rc;do [ -e cmd ]||break;sleep 5;done\n"
	"[ -z \"$h\" ]||kill $h;[ -z \"$w\" ]||kill -KILL -$w\n";

/*
 * The starter. A directory that was given up (begun without pid) makes room. `setsid setsid` forks in the second
 * one, whose caller leads a group: the supervisor gets away without sh's `&` (see child). The input must have
 * arrived whole before anything runs; otherwise the directory is given up at once.
 */
static const char starter[] =
	"no(){ echo \"$1\" >&2;exit \"$2\";}\n"
	"mkdir -p \"$S/$R\"||exit 91;cd \"$S/$R\"||exit 91\n"
	"[ ! -L \"$S\" ]&&[ -O \"$S\" ]||no \"$S is not a directory of our own\" 91\n"
	"[ -d \"$K/begun\" ]&&[ ! -e \"$K/pid\" ]&&[ ! -e \"$K/rc\" ]&&mv \"$K\" \"$K.never.$$\"\n"
	"if ! e=$(mkdir \"$K\" 2>&1);then [ -d \"$K\" ]||no \"$e\" 91;cd \"$K\"||exit 91\n"
	"[ ! -e cmd ]||[ \"$(cat cmd)\" = \"$(printf %s \"$T\")\" ]||no \"$PWD holds another command\" 92\n"
	"echo attached;exit 0;fi\n"
	"cd \"$K\"||exit 91\n"
	"undo(){ mkdir begun 2>/dev/null||{ cd ..;rm -rf \"./$K\";};exit \"$1\";}\n"
	"{ printf '%-11d\\n' 0 >rc.tmp&&: >out&&: >err&&mkfifo in&&printf %s \"$T\" >cmd.tmp&&mv cmd.tmp cmd;}||undo 91\n"
	"exec 3<>in 4<in\n"
	"if [ $N -gt 0 ];then n=$(head -c $N|tee in|wc -c);[ \"$n\" -eq $N ]||undo 93;fi\n"
	"unset SUDO_COMMAND\n"
	"setsid setsid \"$H\" -c \"$V\" pgresync \"$PWD\" \"$B\" \"$W\" \"$C\" \"$U\" $I $L \"$H\" "
	"</dev/null >/dev/null 2>&1\n"
	"i=0;while [ ! -e pid ]&&[ ! -e rc ]&&[ $i -lt 60 ];do i=$((i+1));sleep 0.05 2>/dev/null||sleep 1;done\n"
	"echo started\n";

/*
 * Long poll. First line: state, exit status, late, bytes of out and err that follow, their whole sizes. The state is
 * read before the sizes: after `ended` nothing is added. Who did not begin within 15 s is given up for good.
 */
static const char follower[] =
	"cd \"$D\" 2>/dev/null||{ echo gone 0 0 0 0 0 0;exit 0;}\n"
	"ended(){ [ -e rc ]&&read -r r <rc&&x=ended;}\n"
	"look(){ r=0;ended&&return;x=running\n"
	"if [ -d begun ];then\n"
	"[ -e pid ]||{ x=never;return;};alive pid&&return;alive child&&return;ended&&return\n"
	"alive pid;[ -z \"$b\" ]||[ \"$b\" = \"$bt\" ]&&x=lost||x=rebooted\n"
	"elif ! alive pid&&[ $(($(date +%s)-$(stat -c %Y .))) -gt 15 ];then\n"
	"mkdir begun 2>/dev/null&&{ rm -f pid;x=never;};fi;}\n"
	"i=0;g=0;while :;do look\n"
	"if [ $x = lost ]&&[ $g = 0 ];then g=1;sleep 1;continue;fi\n"
	"set -- $(stat -c %s out err 2>/dev/null);o=${1:-0};e=${2:-0}\n"
	"if [ $x != running ]||[ $o -gt $O ]||[ $e -gt $E ];then break;fi\n"
	"i=$((i+1));[ $i -lt 10 ]||break;nap;done\n"
	"n=$((o-O));[ $n -ge 0 ]||n=0;[ $n -le $M ]||n=$M\n"
	"m=$((e-E));[ $m -ge 0 ]||m=0;[ $m -le $M ]||m=$M\n"
	"t=0;[ ! -e late ]||t=1;echo $x $r $t $n $m $o $e\n"
	"[ $n = 0 ]||tail -c +$((O+1)) out|head -c $n;[ $m = 0 ]||tail -c +$((E+1)) err|head -c $m\n";

/* One line, read whole into memory first; mkdir fed-N sees to it that it is fed once. */
static const char feeder[] = "cd \"$D\" 2>/dev/null||exit 94;IFS= read -r line||exit 93\n"
			     "[ ! -d fed-$Q ]||{ echo again;exit 0;}\n"
			     "i=0;while [ ! -e child ]&&[ ! -e rc ]&&[ $i -lt 10 ];do i=$((i+1));nap;done\n"
			     "alive pid||alive child||exit 95;alive hold||exit 96\n"
			     "mkdir fed-$Q||exit 91;exec 3<>in;printf '%s\\n' \"$line\" >&3;echo fed\n";

static const char feed_ender[] = "cd \"$D\" 2>/dev/null||exit 94;alive hold&&kill $p;exit 0\n";

/* The whole session of the command, since a job-control shell in it makes process groups of its own. 97: it began and
 * something of it still runs. */
static const char stopper[] =
	"cd \"$D\" 2>/dev/null||exit 0\n"
	"if mkdir begun 2>/dev/null;then rm -f pid;echo never;exit 0;fi\n"
	"i=0;while [ ! -e child ]&&alive pid&&[ ! -e rc ]&&[ $i -lt 10 ];do i=$((i+1));nap;done\n"
	"alive child||{ [ ! -e child ]&&alive pid&&[ ! -e rc ]&&exit 97;exit 0;};c=$p\n"
	"of(){ l=;{ read -r l <\"$1\";} 2>/dev/null;[ -n \"$l\" ]||return 1;q=${l%% *};l=${l##*\") \"};set -- $l\n"
	"[ \"$1\" != Z ]&&[ \"$4\" = \"$c\" ];}\n"
	"left(){ m=;for f in /proc/[0-9]*/stat;do of \"$f\"&&m=\"$m $q\";done;[ -n \"$m\" ];}\n"
	"left&&kill -TERM $m 2>/dev/null;i=0;while left&&[ $i -lt $G ];do i=$((i+1));nap;done\n"
	"i=0;while left&&[ $i -lt 10 ];do i=$((i+1));kill -KILL $m 2>/dev/null;nap;done\n"
	"left&&{ echo \"process$m does not end\" >&2;exit 97;};echo stopped\n";

static const char cleaner[] =
	"cd \"$S/$R\" 2>/dev/null||{ echo removed 0 kept 0;exit 0;}\n"
	"n=0;k=0;for d in */;do [ -d \"$d\" ]||continue\n"
	"if [ ! -e \"${d}rc\" ]&&{ alive \"${d}pid\"||alive \"${d}child\";};then k=$((k+1));continue;fi\n"
	"alive \"${d}hold\"&&kill $p;rm -rf \"./$d\"&&n=$((n+1));done\n"
	"cd ..;rmdir \"$R\" 2>/dev/null;echo removed $n kept $k\n";

static void assign(struct buf *out, const char *name, const char *value)
{
	buf_adds(out, name);
	buf_addc(out, '=');
	quote_sh(out, value);
	buf_addc(out, '\n');
}

void detached_script_key(char *key, size_t size, const struct detached_spec *spec)
{
	int at = snprintf(key, size, "%d-%.100s-%u", spec->row, spec->name, spec->attempt);

	for (int i = 0; i < at && key[i]; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", key[i]))
			key[i] = '_';
}

/* The starter is root: becoming another user needs no password. */
static void assign_user(struct buf *out, const struct remote *r, enum remote_user user)
{
	if (r->users_ignored || user == REMOTE_ROOT)
		buf_adds(out, "U=\n");
	else if (user == REMOTE_POSTGRES)
		buf_adds(out, "U='sudo -n -H -u postgres --'\n");
	else
		buf_adds(out, "U=\"sudo -n -H -u ${SUDO_USER:-root} --\"\n");
}

void detached_script_start(struct buf *out, const struct remote *r, const struct detached_spec *spec)
{
	char key[160];
	scoped_buf text;

	buf_init(&text, (size_t)2 * SCRIPT_MOST);
	buf_addf(&text, "%s\n%s", script_preamble(), spec->text);
	detached_script_key(key, sizeof(key), spec);
	assign(out, "S", spec->state_dir);
	buf_addf(out, "R=run-%" PRId64 "\n", spec->run);
	assign(out, "K", key);
	assign(out, "H", *r->shell ? r->shell : "/bin/sh");
	buf_addf(out, "N=%zu\nI=%d\nL=%u\n", spec->input ? spec->input_size : 0, spec->interactive ? 1 : 0,
		 (spec->within_ms + 999) / 1000);
	assign_user(out, r, spec->user);
	assign(out, "T", text.bytes);
	assign(out, "B", library);
	assign(out, "W", watcher);
	assign(out, "C", child);
	assign(out, "V", supervisor);
	buf_adds(out, starter);
}

void detached_script_follow(struct buf *out, const char *dir, uint64_t out_offset, uint64_t err_offset)
{
	assign(out, "D", dir);
	buf_addf(out, "O=%" PRIu64 "\nE=%" PRIu64 "\nM=%d\n", out_offset, err_offset, DETACHED_POLL_MOST);
	buf_adds(out, library);
	buf_adds(out, follower);
}

void detached_script_feed(struct buf *out, const char *dir, unsigned number)
{
	assign(out, "D", dir);
	buf_addf(out, "Q=%u\n", number);
	buf_adds(out, library);
	buf_adds(out, feeder);
}

void detached_script_feed_end(struct buf *out, const char *dir)
{
	assign(out, "D", dir);
	buf_adds(out, library);
	buf_adds(out, feed_ender);
}

void detached_script_stop(struct buf *out, const char *dir, unsigned grace_ms)
{
	assign(out, "D", dir);
	buf_addf(out, "G=%u\n", grace_ms / 200);
	buf_adds(out, library);
	buf_adds(out, stopper);
}

/* The rows one after the other: as a rule one of them runs. */
void detached_script_stop_run(struct buf *out, const char *state_dir, int64_t run, unsigned grace_ms)
{
	assign(out, "S", state_dir);
	buf_addf(out, "R=run-%" PRId64 "\nG=%u\n", run, grace_ms / 200);
	buf_adds(out, library);
	buf_adds(out, "F=0;for D in \"$S/$R\"/*/;do [ ! -d \"$D\" ]||[ -e \"${D}rc\" ]||(\n");
	buf_adds(out, stopper);
	buf_adds(out, ")||F=$?;done;exit $F\n");
}

void detached_script_clean(struct buf *out, const char *state_dir, int64_t run)
{
	assign(out, "S", state_dir);
	buf_addf(out, "R=run-%" PRId64 "\n", run);
	buf_adds(out, library);
	buf_adds(out, cleaner);
}
