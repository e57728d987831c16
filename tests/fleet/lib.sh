# shellcheck shell=bash
# The words of the fleet's scenarios. Each scenario brings its own lab up, says `ok N - text` for what holds, and is
# judged by looking at the hosts (key bytes, lock files, settings, servers), not at pgresync's store.
set -uo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
lab=$top/scripts/lab
program=${PGRESYNC_PROGRAM:-$top/build/pgresync}
work=$(mktemp -d /tmp/pgresync-fleet-XXXXXX)
export PGRESYNC_DB=$work/pgresync.db
tests=0 failures=0

fleet_end()
{
	trap - EXIT INT TERM HUP
	"$lab" down >/dev/null 2>&1
	rm -rf "$work"
	echo "1..$tests"
	# A bare `exit` in a trap gives the status from before the trap: a failed scenario ended with 0.
	exit $((failures > 0 || tests == 0))
}
trap fleet_end EXIT
trap 'failures=1; exit 130' INT TERM HUP

# ok TEXT COMMAND…: one test.
ok()
{
	local text=$1
	shift
	tests=$((tests + 1))
	if "$@" >"$work/ok.out" 2>&1; then
		echo "ok $tests - $text"
	else
		failures=$((failures + 1))
		echo "not ok $tests - $text"
		printf '# %s\n' "$*"
		sed 's/^/# /' "$work/ok.out" | tail -n 25
	fi
}

fleet_up()
{
	"$lab" down >/dev/null 2>&1
	if ! "$lab" up "$@" >"$work/up.log" 2>&1; then
		echo "Bail out! the lab does not come up"
		sed 's/^/# /' "$work/up.log" | tail -n 30
		failures=1
		exit 1
	fi
	eval "$("$lab" env)"
	read -r -a standbys <<<"$LAB_STANDBYS"
	read -r -a primaries <<<"$LAB_PRIMARIES"
	"$program" inventory import "$LAB_INVENTORY" >"$work/import.log" 2>&1 || { echo "Bail out! import"; cat "$work/import.log"; failures=1; exit 1; }
}

# fresh_store: forgets the history; the inventory is imported again.
fresh_store()
{
	rm -f "$PGRESYNC_DB"*
	"$program" inventory import "$LAB_INVENTORY" >/dev/null
}

# run ARGUMENT…: pgresync with its output in $work/out; prints nothing; the status is in $status.
run()
{
	timeout "${FLEET_WITHIN:-240}" "$program" "$@" >"$work/out" 2>&1 </dev/null
	status=$?
	[[ -z ${FLEET_VERBOSE:-} ]] || sed 's/^/# /' "$work/out"
	return 0
}

resync() { run resync "$@" --reason 'fleet scenario' --yes; }

# expect STATUS [TEXT]: of the last run.
expect()
{
	[[ $status -eq $1 ]] || { echo "exit status $status, wanted $1"; tail -n 40 "$work/out"; return 1; }
	[[ $# -lt 2 ]] || grep -qF -- "$2" "$work/out" || { echo "it does not say: $2"; tail -n 40 "$work/out"; return 1; }
}

# within SECONDS COMMAND…: until it succeeds.
within()
{
	local until=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		((SECONDS < until)) || return 1
		sleep 0.2
	done
}

on() { "$lab" exec "$@"; }
data_dir() { on "$1" sh -c 'echo /var/lib/postgresql/*/main'; }

key_sum() { on "$1" sh -c 'cd /var/lib/postgresql/.gnupg && find . -name "*.key" -o -name secring.gpg | sort | xargs sha256sum'; }
settings_sum() { on "$1" sh -c 'cd /var/lib/postgresql/*/main && stat -c "%n %a %U" recovery.conf postgresql.auto.conf standby.signal recovery.tmp 2>/dev/null; sha256sum recovery.conf postgresql.auto.conf recovery.tmp 2>/dev/null'; }
locks() { on "$1" sh -c 'govuk_puppet -l; ls /var/lib/govuk_puppet /var/lib/puppet/state/agent_disabled.lock 2>/dev/null; true'; }
# What a standby is before and must be after: key bytes, recovery settings with owner and mode, puppet's locks.
found_as() { key_sum "$1"; settings_sum "$1"; locks "$1"; on "$1" sh -c 'ls -A /var/lib/postgresql/.gnupg | grep pgresync; ls /dev/shm | grep pgresync; ls /var/lib/pgresync 2>/dev/null; true'; }
note_found() { found_as "$1" >"$work/found.$1"; }
left_as_found() { found_as "$1" >"$work/left.$1" && diff "$work/found.$1" "$work/left.$1"; }

psql_on() { on "$1" sh -c 'cd / && sudo -u postgres psql -AtqX -d postgres -c "$1"' sh "$2"; }
in_recovery() { [[ $(psql_on "$1" 'select pg_is_in_recovery()') == t ]]; }
streams_to() # PRIMARY STANDBY
{
	local address
	address=$(on "$2" hostname -I | tr ' ' '\n' | head -n 1)
	[[ $(psql_on "$1" "select state from pg_stat_replication where client_addr = '$address'") == streaming ]]
}
primary_of() { awk -v want="$1" '/primary:/ { match($0, /primary: [^,]*/); p = substr($0, RSTART + 9, RLENGTH - 9); if (index($0, "host: " want ",")) print p }' "$LAB_INVENTORY"; }
same_rows() { local rows; rows=$("$lab" sum "$1") && [[ -n $rows && $rows == "$("$lab" sum "$2")" ]]; }
key_is_protected()
{
	on "$1" sh -c 'cd /tmp; export GNUPGHOME=/var/lib/postgresql/.gnupg; k=$(cat /etc/wal-e/env.d/WALE_GPG_KEY_ID)
		sudo -u postgres env GNUPGHOME=$GNUPGHOME gpgconf --kill gpg-agent 2>/dev/null
		echo x | sudo -u postgres env GNUPGHOME=$GNUPGHOME gpg -q --batch --yes --trust-model always -r "$k" -e -o /tmp/probe.gpg || exit 2
		! sudo -u postgres env GNUPGHOME=$GNUPGHOME gpg -d -q --batch /tmp/probe.gpg >/dev/null 2>&1 </dev/null; r=$?
		rm -f /tmp/probe.gpg; exit $r'
}
collectd_runs() { on "$1" service collectd status; }
# No secret of the lab in any of these files.
no_canary_in() { local f; for f in "$@"; do [[ ! -e $f ]] || ! grep -aqFf "$LAB_CANARIES" "$f" || { echo "a secret stands in $f"; return 1; }; done; }
