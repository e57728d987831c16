/*
 * WAL-E's GnuPG key opened for the time of the restore, in the site's way, and protected again.
 *
 *  inplace  the page's way: the passphrase is taken off the key. The original bytes are saved first and put back at
 *           the end byte for byte, which needs no passphrase and cannot fail by a typo.
 *  overlay  a copy of the key ring on a tmpfs is unprotected; the one on disk never is.
 *  agent    the passphrase is preset in a gpg-agent with a time limit; nothing on disk is unprotected (GnuPG 2 only).
 *
 * gpg ends with 0 after wrong passphrases and half-done changes (faults.md, finding 3): what counts is the key files'
 * own state and a decryption that works, or must fail, with no agent running. The passphrase comes on stdin.
 */
#include "base/buf.h"
#include "inventory/host.h"
#include "resync/actions.h"
#include "resync/memory.h"

enum { WAS_OPEN = 21, BAD_PASSPHRASE = 22, STILL_OPEN = 23 };

/* Runs as postgres. `probe` makes a message to the key; `opens HOME` tells whether it decrypts with nobody there. */
#define KEY_HEAD                                                                                                                          \
	"h=${gnupg_home}; g=${gpg}; export GNUPGHOME=\"$h\"\n"                                                                            \
	"fpr=$(tr -d ' \\n' <${env_dir}/WALE_GPG_KEY_ID) && [ -n \"$fpr\" ] || { echo 'no WALE_GPG_KEY_ID' >&2; exit 3; }\n"              \
	"case $(\"$g\" --version 2>/dev/null | head -n 1) in *' 1.'*) gen=1;; *' 2.'*) gen=2;; *) echo \"no $g\" >&2; exit 3;; esac\n"    \
	"t=$(mktemp -d /tmp/pgresync-key-XXXXXX) || exit 3\n"                                                                             \
	"trap 'rm -rf \"$t\"' EXIT; trap 'exit 1' HUP INT TERM\n"                                                                         \
	"quiet() { [ $gen = 1 ] || GNUPGHOME=\"$1\" gpgconf --kill gpg-agent >/dev/null 2>&1; }\n"                                        \
	"noask() { [ $gen = 1 ] && echo --no-use-agent || echo --pinentry-mode=error; }\n"                                                \
	"probe() { printf probe | \"$g\" -q --no-tty --batch --yes --trust-model always -r \"$fpr\" -o \"$t/probe\" -e 2>\"$t/err\"; }\n" \
	"opens() { GNUPGHOME=\"$1\" \"$g\" -d -q --no-tty --batch \"$(noask)\" \"$t/probe\" </dev/null >\"$t/plain\" 2>\"$t/err\" &&\n"   \
	"	[ \"$(cat \"$t/plain\")\" = probe ]; }\n"                                                                                       \
	"grips() { \"$g\" --batch --with-colons --with-keygrip -K \"$fpr\" 2>/dev/null | awk -F: '$1 == \"grp\" { print $10 }'; }\n"      \
	"files() { if [ $gen = 1 ]; then echo secring.gpg; else for x in $(grips); do echo \"private-keys-v1.d/$x.key\"; done; fi; }\n"   \
	"probe || { echo \"cannot encrypt to $fpr: $(tail -n 1 \"$t/err\")\" >&2; exit 3; }\n"

/* `unlock HOME`: takes the passphrase $p off the key in that key ring, after it has proved right. */
#define KEY_UNLOCK                                                                                                                                                                  \
	"ask() { printf '%s' \"$p\" | { exec 7<&0; printf '%s\\n' 'OPTION pinentry-mode=loopback' \\\n"                                                                             \
	"	'/definqfile PASSPHRASE /dev/fd/7' '/definqfile NEW_PASSPHRASE /dev/null' \"$1\" /bye |\n"                                                                                \
	"	gpg-connect-agent 2>&1; } | grep -a '^ERR' >\"$t/answer\"; [ ! -s \"$t/answer\" ]; }\n"                                                                                   \
	"right1() { printf '%s\\n' \"$p\" | { exec 7<&0; \"$g\" -d -q --no-tty --batch --no-use-agent --passphrase-fd 7 \"$t/probe\" </dev/null >\"$t/plain\" 2>\"$t/err\"; } &&\n" \
	"	[ \"$(cat \"$t/plain\")\" = probe ]; }\n"                                                                                                                                 \
	"right2() { for x in $(grips); do ask \"PASSWD --verify $x\" || return 1; done; }\n"                                                                                        \
	"unlock() {\n"                                                                                                                                                              \
	"	export GNUPGHOME=\"$1\"\n"                                                                                                                                                \
	"	right$gen || { quiet \"$1\"; echo 'the passphrase does not fit the key' >&2; return 22; }\n"                                                                              \
	"	if [ $gen = 1 ]; then\n"                                                                                                                                                  \
	"		printf 'passwd\\n%s\\n\\ny\\nsave\\n' \"$p\" | \"$g\" --no-tty --no-use-agent --status-fd 1 --command-fd 0 --edit-key \"$fpr\" >\"$t/out\" 2>&1\n"                       \
	"	else\n"                                                                                                                                                                   \
	"		for x in $(grips); do grep -aq '(protected-private-key' \"$1/private-keys-v1.d/$x.key\" && ask \"PASSWD $x\"; done\n"                                                    \
	"	fi\n"                                                                                                                                                                     \
	"	quiet \"$1\"\n"                                                                                                                                                           \
	"	opens \"$1\" || { echo \"the key does not open: $(tail -n 1 \"$t/err\")\" >&2; return 24; }\n"                                                                            \
	"}\n"                                                                                                                                                                       \
	"IFS= read -r p || [ -n \"$p\" ] || { echo 'no passphrase came' >&2; exit 3; }\n"

/* Saved whole under another name and renamed, so that a saved copy is always a complete one. The agent's way needs it,
 * too: gpg-agent writes an imported key's file anew when its passphrase is used for the first time. */
#define KEY_SAVE                                                                                                          \
	"s=\"$h/.pgresync-saved-${tag}\"\n"                                                                               \
	"if [ ! -d \"$s\" ]; then\n"                                                                                      \
	"	quiet \"$h\"\n"                                                                                                 \
	"	if opens \"$h\"; then echo 'the key is already open: somebody forgot to protect it' >&2; exit 21; fi\n"         \
	"	rm -rf \"$s.new\"; mkdir -m 700 \"$s.new\" || exit 3\n"                                                         \
	"	for x in $(files); do mkdir -p \"$s.new/$(dirname \"$x\")\" && cp -p \"$h/$x\" \"$s.new/$x\" || exit 3; done\n" \
	"	[ -n \"$(files)\" ] || { echo 'no secret key files' >&2; exit 3; }\n"                                           \
	"	find \"$s.new\" -exec sync {} + && mv \"$s.new\" \"$s\" && sync \"$h\" || exit 3\n"                             \
	"fi\n"

static const char take_inplace[] =
	KEY_HEAD KEY_UNLOCK KEY_SAVE "opens \"$h\" && quiet \"$h\" && opens \"$h\" && exit 0\n"
				     "unlock \"$h\" || exit $?\n"
				     "echo \"key $fpr open in place; its bytes are saved in $s\"\n";

static const char take_overlay[] = KEY_HEAD KEY_UNLOCK
	"o=${overlay_dir}\n"
	"quiet \"$h\"; opens \"$h\" && { echo 'the key is already open: somebody forgot to protect it' >&2; exit 21; }\n"
	"if [ ! -d \"$o\" ]; then mkdir -m 700 \"$o\" || exit 3; fi\n"
	"[ -O \"$o\" ] && [ ! -L \"$o\" ] || { echo \"$o is somebody else's\" >&2; exit 3; }\n"
	"[ \"$(stat -f -c %T \"$o\")\" = tmpfs ] || { echo \"$o is not on a tmpfs\" >&2; rmdir \"$o\"; exit 3; }\n"
	"opens \"$o\" && exit 0\n"
	"(cd \"$h\" && find . -name .pgresync-saved-\\* -prune -o -type f -print | tar -cf - -T -) | tar -xpf - -C \"$o\" || exit 3\n"
	"unlock \"$o\" || exit $?\n"
	"echo \"key $fpr open in a copy on a tmpfs\"\n";

static const char take_agent[] = KEY_HEAD KEY_UNLOCK
	"[ $gen = 2 ] || { echo 'GnuPG 1.4 has no agent to preset: use gpg_mode inplace or overlay' >&2; exit 3; }\n" KEY_SAVE
	"quiet \"$h\" # the decryption that failed has started an agent without the option\n"
	"gpg-agent --homedir \"$h\" --daemon --allow-preset-passphrase --max-cache-ttl ${key_seconds} --default-cache-ttl 1 >/dev/null 2>&1 </dev/null\n"
	"right2 || { quiet \"$h\"; echo 'the passphrase does not fit the key' >&2; exit 22; }\n"
	"x=$(gpgconf --list-dirs libexecdir)/gpg-preset-passphrase; [ -x \"$x\" ] || x=/usr/lib/gnupg/gpg-preset-passphrase\n"
	"for y in $(grips); do printf '%s' \"$p\" | \"$x\" --preset \"$y\" || { quiet \"$h\"; exit 3; }; done\n"
	"opens \"$h\" || { echo \"the agent does not open the key: $(tail -n 1 \"$t/err\")\" >&2; exit 24; }\n"
	"echo \"key $fpr preset in gpg-agent for ${key_seconds} s\"\n";

static const char *take_script(const struct host *standby)
{
	static const char *const scripts[] = {
		[HOST_GPG_INPLACE] = take_inplace, [HOST_GPG_OVERLAY] = take_overlay, [HOST_GPG_AGENT] = take_agent};

	return scripts[standby->wal_e.gpg_mode];
}

static enum answer read_taken(const struct reading *r, struct error *why)
{
	if (r->reply->status == 0)
		return ANSWER_YES;
	error_set(why, r->reply->status == WAS_OPEN ? ERROR_REFUSED : ERROR_HOST, "%.300s",
		  r->reply->err_size ? reply_words(r->reply) : "gpg failed without a word");
	return ANSWER_NO;
}

static const struct action take = {
	.name = "open the GPG key",
	.script_for = take_script,
	.feeds = "gpg_passphrase",
	.user = REMOTE_POSTGRES,
	.flags = ACTION_DETACHED,
	.within_ms = 120 * 1000,
	.reads = read_taken,
};

/* WAL-E's detached prefetchers outlive a restart and still need the key: they are waited for, then ended, since the key
 * must not stay open for them. What they leave goes with them. This text stands in its own shell's command line: the
 * pattern must not fit itself. */
static const struct action give_prefetchers = {
	.name = "await WAL-E's prefetchers",
	.script =
		"d=${data_dir}; n=0\n"
		"pids() { for x in /proc/[0-9]*; do\n"
		"	{ tr '\\0' ' ' <\"$x/cmdline\"; } 2>/dev/null | grep -q 'wal-e.* [w]al-prefetch ' && echo \"$${x#/proc/}\"; done; }\n"
		"while [ -n \"$(pids)\" ] && [ $n -lt 40 ]; do n=$((n + 1)); sleep 0.5; done\n"
		"for s in TERM KILL; do\n"
		"	p=$(pids); [ -n \"$p\" ] || break\n"
		"	kill -$s $p 2>/dev/null; echo \"ended with $s:\" $p; sleep 1\n"
		"done\n"
		"for x in \"$d/pg_wal/.wal-e\" \"$d/pg_xlog/.wal-e\"; do [ ! -d \"$x\" ] || rm -rf \"$x\"; done\n"
		"exit 0\n",
	.user = REMOTE_POSTGRES,
	.flags = ACTION_DETACHED | ACTION_RETRIED,
	.within_ms = 90 * 1000,
	.total_ms = 10 * 60 * 1000,
};

/* Ends only when a decryption with no agent running fails. A key that we never opened is not judged, nor asked for: where
 * gpg itself fails, nothing was opened, and nobody is to be alarmed. */
#define KEY_PROOF                                                                                    \
	"quiet \"$h\"\n"                                                                             \
	"if opens \"$h\"; then echo 'the key still opens without its passphrase' >&2; exit 23; fi\n" \
	"echo \"key $fpr protected: a decryption without the passphrase fails\"\n"

/* Whatever mode it was opened in: the inventory may have changed since. The bytes first, and the overlay: that needs no
 * gpg. The agent forgets what was preset when it ends. */
#define KEY_CLOSE                                                                                                             \
	"h=${gnupg_home}; s=\"$h/.pgresync-saved-${tag}\"; o=${overlay_dir}; touched=\n"                                      \
	"rm -rf \"$s.new\"; GNUPGHOME=\"$h\" gpgconf --kill gpg-agent >/dev/null 2>&1\n"                                      \
	"if [ -d \"$s\" ]; then\n"                                                                                            \
	"	touched=1\n"                                                                                                        \
	"	for x in $(cd \"$s\" && find . -type f); do\n"                                                                      \
	"		cmp -s \"$s/$x\" \"$h/$x\" && continue\n"                                                                          \
	"		cp -p \"$s/$x\" \"$h/$x.pgresync-new\" && sync \"$h/$x.pgresync-new\" && mv \"$h/$x.pgresync-new\" \"$h/$x\" &&\n" \
	"		sync \"$(dirname \"$h/$x\")\" && cmp -s \"$s/$x\" \"$h/$x\" || { echo \"cannot restore $x\" >&2; exit 25; }\n"     \
	"	done\n"                                                                                                             \
	"fi\n"                                                                                                                \
	"if [ -e \"$o\" ] || [ -L \"$o\" ]; then\n"                                                                           \
	"	touched=1\n"                                                                                                        \
	"	if [ -d \"$o\" ] && [ ! -L \"$o\" ] && [ -O \"$o\" ]; then\n"                                                       \
	"		GNUPGHOME=\"$o\" gpgconf --kill gpg-agent >/dev/null 2>&1; rm -rf \"$o\"\n"                                        \
	"	fi\n"                                                                                                               \
	"	[ ! -e \"$o\" ] && [ ! -L \"$o\" ] || { echo \"$o is still there\" >&2; exit 25; }\n"                               \
	"fi\n"

static const char give_files[] = KEY_CLOSE
	"[ -n \"$touched\" ] || { echo 'the key was not touched'; exit 0; }\n" KEY_HEAD KEY_PROOF "rm -rf \"$s\"\n";
static const char give_agent[] = KEY_CLOSE KEY_HEAD KEY_PROOF "rm -rf \"$s\"\n";

static const char *give_script(const struct host *standby)
{
	return standby->wal_e.gpg_mode == HOST_GPG_AGENT ? give_agent : give_files;
}

static enum answer read_given(const struct reading *r, struct error *why)
{
	memory_set(r->memory, "key_protected", r->reply->status == 0 ? "yes" : "no");
	if (r->reply->status == 0)
		return ANSWER_YES;
	error_set(why, ERROR_OWED, "GPG KEY UNPROTECTED: exit status %d: %.240s", r->reply->status,
		  reply_words(r->reply));
	return ANSWER_NO;
}

static const struct action give = {
	.name = "protect the GPG key",
	.script_for = give_script,
	.user = REMOTE_POSTGRES,
	.flags = ACTION_DETACHED | ACTION_RETRIED,
	.within_ms = 120 * 1000,
	.total_ms = 10 * 60 * 1000,
	.reads = read_given,
};

const struct hold hold_key_open = {
	.name = "GPG key open",
	.take = &take,
	.give = {&give_prefetchers, &give},
};

/* As WAL-E itself will do it: the segment that the standby needs next, fetched, decrypted, whole. */
const struct action do_trial_decryption = {
	.name = "trial decryption",
	.script =
		"t=$(mktemp -d /tmp/pgresync-trial-XXXXXX) || exit 3\n"
		"trap 'rm -rf \"$t\"' EXIT; trap 'exit 1' HUP INT TERM\n"
		"export GNUPGHOME=${key_home} WALE_RETRIES=1\n"
		"seg=${needed_segment}\n"
		"timeout 120 ${envdir} ${env_dir} ${wal_e} wal-fetch -p 0 \"$seg\" \"$t/segment\" >\"$t/out\" 2>&1; rc=$?\n"
		"size=$(stat -c %s \"$t/segment\" 2>/dev/null || echo 0)\n"
		"if [ $rc = 0 ] && [ \"$size\" = ${segment_bytes} ]; then echo \"$seg fetched and decrypted, $size bytes\"; exit 0; fi\n"
		"echo \"WAL-E cannot restore $seg (exit status $rc, $size bytes): $(grep -a 'gpg:\\|lzop:\\|MSG:' \"$t/out\" | tail -n 1 | cut -c 1-160)\" >&2\n"
		"exit 26\n",
	.user = REMOTE_POSTGRES,
	.flags = ACTION_DETACHED,
	.within_ms = 150 * 1000,
};
