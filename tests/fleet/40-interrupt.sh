#!/bin/bash
# Runs that do not end by themselves: Ctrl-C once and twice, pgresync killed at several rows, two runs on one standby.
. "$(dirname "$0")/lib.sh"

fleet_up --pairs 1 --standbys 2
one=${standbys[0]} two=${standbys[1]} primary=${primaries[0]}

# start ARGUMENT…: in the background, pid in $process; at ROW: waits until that row has begun.
start()
{
	timeout --foreground 240 "$program" resync "$@" --reason 'fleet scenario' --yes >"$work/out" 2>&1 </dev/null &
	local shell=$!
	within 5 pgrep -P "$shell" pgresync
	process=$(pgrep -P "$shell" pgresync)
	waiting=$shell
}
at() { within 120 grep -q "$1" "$work/out" || echo "# row $1 was not reached"; }
ends() { wait "$waiting"; status=$?; [[ -z ${FLEET_VERBOSE:-} ]] || sed 's/^/# /' "$work/out"; }
stale() { "$lab" break "$1" stale >/dev/null 2>&1; note_found "$1"; }
no_work_left() { on "$1" sh -c '! ps -e -o args= | grep "/var/lib/[p]gresync"'; }
appended() { on "$1" sh -c 'grep -q restore_command /var/lib/postgresql/*/main/recovery.conf'; }
locked() { on "$1" sh -c 'govuk_puppet -l | grep -q "^pgresync"'; }
given_back() # TEXT HOST
{
	ok "$1: left as found" left_as_found "$2"
	ok "$1: the key is protected" key_is_protected "$2"
	ok "$1: the standby is one" within 20 in_recovery "$2"
	ok "$1: nothing of ours runs on the host" no_work_left "$2"
	run recover
	ok "$1: nothing is owed" expect 0 'nothing is owed'
}

run recover
ok "recover with nothing owed says so" expect 0 'nothing is owed'

# Once, at one row of each kind: a check, an open key, a restart, a poll.
stale "$one"
for row in 6/6 3/12 6/12 7/12; do
	start "$one"
	at " $row"
	kill -INT "$process"
	ends
	ok "^C at $row ends as interrupted" expect 130
	given_back "^C at $row" "$one"
done

# Twice: it leaves; the host stays as it is until somebody recovers.
stale "$one"
start "$one"
at ' 6/12 '
kill -INT "$process"
sleep 0.2
kill -INT "$process"
ends
ok "^C twice leaves at once" expect 130 'pgresync recover'
ok "what it changed is still changed" appended "$one"
run status
ok "status shows what is owed" grep -q "$one.*GPG KEY UNPROTECTED" "$work/out"
run recover
ok "recover gives back" expect 0
given_back "after ^C twice" "$one"

# killed TEXT ROW HOST ARGUMENT…: kill -9 of pgresync when that row has begun, then recover.
killed()
{
	local text=$1 row=$2 host=$3
	shift 3
	start "$host" "$@"
	at " $row"
	kill -KILL "$process"
	ends
	sleep 1
	ok "killed at $text: puppet is still off" locked "$host"
	run resync "$host" "$@" --reason 'too early' --yes
	ok "killed at $text: another run is refused until it is given back" expect 75 'pgresync recover'
	run runs
	ok "killed at $text: the run is shown as interrupted" expect 0 interrupted
	run recover
	ok "killed at $text: recover gives back" expect 0 'given back'
	given_back "killed at $text" "$host"
}
stale "$one"
killed 'the open key' 4/12 "$one"
killed 'the recovery' 7/12 "$one"
stale "$two"
killed 'the open key of gpg 1.4' 4/12 "$two"
on "$one" sed -i '/^service postgresql stop/i sleep 3' /usr/local/bin/pg_resync_slave
stale "$one"
killed 'pg_resync_slave' 4/8.pg_resync_slave "$one" --method pg_resync_slave
ok "after it there is one data directory" on "$one" sh -c 'test "$(echo /var/lib/postgresql/*/main*)" = "$(echo /var/lib/postgresql/*/main)"'

# Two at once on one standby.
stale "$one"
start "$one"
at ' 3/12 '
first=$("$program" runs --json | python3 -c 'import json, sys; r = json.load(sys.stdin); r = r["runs"] if isinstance(r, dict) else r; print(max(x["run"] if "run" in x else x["id"] for x in r))')
timeout 60 "$program" resync "$one" --reason second --yes >"$work/second" 2>&1 </dev/null
second=$?
timeout 60 "$program" recover >"$work/recover" 2>&1 </dev/null
ok "a second run on the same standby is refused" test "$second" -eq 75
ok "and names the first" grep -q "run $first" "$work/second"
ok "recover leaves a run at work alone" grep -q 'still at work' "$work/recover"
ends
ok "the first one is good" expect 0
ok "$one streams" streams_to "$primary" "$one"
ok "$one is left as found" left_as_found "$one"
run audit verify
ok "the history verifies" expect 0
