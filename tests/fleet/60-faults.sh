#!/bin/bash
# What happens to a run on its way: logs rotated, connections cut, the archive gone, the machine rebooted.
. "$(dirname "$0")/lib.sh"

fleet_up --pairs 1 --standbys 2
one=${standbys[0]} two=${standbys[1]} primary=${primaries[0]}

start()
{
	timeout 240 "$program" resync "$@" --reason 'fleet scenario' --yes >"$work/out" 2>&1 </dev/null &
	waiting=$!
}
at() { within 120 grep -q "$1" "$work/out" || echo "# row $1 was not reached"; }
ends() { wait "$waiting"; status=$?; [[ -z ${FLEET_VERBOSE:-} ]] || sed 's/^/# /' "$work/out"; }
stale() { "$lab" break "$1" stale "${2:-5}" >/dev/null 2>&1; note_found "$1"; }
good() # TEXT HOST
{
	ok "$1: the run is good" expect 0
	ok "$1: $2 streams" streams_to "$primary" "$2"
	ok "$1: $2 has its primary's rows" same_rows "$primary" "$2"
	ok "$1: $2 is left as found" left_as_found "$2"
	ok "$1: $2 has a protected key" key_is_protected "$2"
}

"$lab" break "$two" lagging 20 >/dev/null 2>&1
run status
ok "a paused replay is seen as lag" grep -Eq "^$two .* (lagging|catching up) .*MB" "$work/out"
"$lab" heal "$two" lagging >/dev/null 2>&1

note_found "$one"
"$lab" break "$one" stopped >/dev/null 2>&1
resync "$one"
good "a stopped standby" "$one"

# Both kinds of rotation while it recovers.
stale "$one" 9
stale "$two" 9
start "$one" "$two"
within 120 grep -q "$one 7/12" "$work/out"
on "$one" sh -c 'cd /var/log/postgresql && mv postgresql-*-main.log postgresql.log.1'
within 120 grep -q "$two 7/12" "$work/out"
on "$two" sh -c 'cd /var/log/postgresql && cp postgresql-*-main.log postgresql.log.1 && : >"$(echo postgresql-*-main.log)"'
ends
good "the log renamed meanwhile" "$one"
good "the log copied and truncated meanwhile" "$two"

# Every SSH session to the host is cut twice: during a detached row and during a poll.
cut() { on "$one" sh -c 'for p in $(ps -e -o pid=,args= | awk "/sshd: (deploy|oncall)/ && !/awk/ { print \$1 }"); do kill -KILL $p; done'; }
stale "$one" 9
start "$one"
at ' 6/12 '
cut
at ' 7/12 '
sleep 1
cut
ends
good "the connections cut" "$one"

# The archive stops answering in the middle: it gives up after the stall that the inventory allows, and gives back.
sed 's|^  secrets:|  limits: {recovery_stall_s: 8}\n&|' "$LAB_INVENTORY" >"$work/inventory.yaml"
"$program" inventory import "$work/inventory.yaml" >"$work/import.log" 2>&1 || sed 's/^/# /' "$work/import.log"
stale "$one" 9
start "$one"
at ' 6/12 '
"$lab" break "$one" s3-down >/dev/null
ends
ok "the archive gone half-way: the run fails" expect 2
ok "and says that nothing moves" grep -q 'has not moved\|does not answer\|cannot' "$work/out"
ok "the archive gone: left as found" left_as_found "$one"
ok "the archive gone: the key is protected" key_is_protected "$one"
ok "the archive gone: it serves on as a standby" within 30 in_recovery "$one"
ok "the archive gone: no WAL-E is left" on "$one" sh -c '! ps -e -o args= | grep "[w]al-e "'
resync "$one"
ok "the archive gone from the start: refused" expect 5 'the archive does not answer'
ok "and nothing is changed" left_as_found "$one"
"$lab" heal "$one" s3-down >/dev/null

# The archive is back; now the machine reboots while it recovers.
boot() { on "$one" cat /proc/sys/kernel/random/boot_id; }
before=$(boot)
start "$one"
at ' 7/12 '
"$lab" reboot "$one" >/dev/null 2>&1
ends
ok "rebooted meanwhile: it did reboot" test "$before" != "$(boot)"
good "rebooted meanwhile" "$one"
run recover
ok "nothing is owed" expect 0 'nothing is owed'
run audit verify
ok "the history verifies" expect 0
