#!/bin/bash
# What status and check say of each fault, for people, programs and Icinga; judged against the hosts.
. "$(dirname "$0")/lib.sh"

says() { grep -qF -- "$1" "$work/out"; }
# of STANDBY KEY: the value in the JSON of the last status.
of() { python3 -c 'import json,sys
for s in json.load(open(sys.argv[1]))["standbys"]:
    if s["standby"] == sys.argv[2]:
        print(s[sys.argv[3]])' "$work/out" "$1" "$2"; }
is() { [[ "$(of "$1" "$2")" == "$3" ]] || { echo "$2 of $1 is '$(of "$1" "$2")', wanted '$3'"; return 1; }; }
# The output of an Icinga plugin: one line with perfdata first, if there is any, every further line a detail.
plugin_line() { head -n 1 "$work/out" | grep -qE "^PGRESYNC $1 - [^|]*(\|( '[a-z0-9.-]+_(lag|replay_age)'=[0-9.]+(B;[0-9]+;[0-9]+;0|s))+)?$"; }

fleet_up --pairs 2 --standbys 2
a=${standbys[0]} b=${standbys[1]} c=${standbys[2]} d=${standbys[3]}
p=$(primary_of "$a")

run status
ok "a healthy fleet: exit status 0" expect 0
ok "every standby is in the table, streaming" test "$(grep -cE ' standby +streaming +streaming +streaming ' "$work/out")" -eq 4
run check
ok "check: OK, exit status 0" expect 0
ok "check speaks Icinga's format" plugin_line OK
run check "$a" --warning 0 --critical 1000000000
ok "check takes limits" expect 1 "PGRESYNC WARNING"
run check "$a" --warning 2 --critical 1
ok "limits in the wrong order are UNKNOWN" expect 3 "PGRESYNC UNKNOWN - "
run check no-such-host
ok "an unknown host is UNKNOWN" expect 3 "PGRESYNC UNKNOWN - 'no-such-host' is no standby"
run status "${a%%.*}-x"
ok "status refuses an unknown name, and says the nearest" expect 64 "did you mean"
run hosts trust "$d"
ok "hosts trust ends for a host behind a jump host, too" expect 0
run status "$p" --json
ok "a primary's name stands for its standbys" test "$(grep -o '"standby":' "$work/out" | wc -l)" -eq 2

"$lab" break "$a" stale >/dev/null 2>&1
"$lab" break "$b" stopped >/dev/null 2>&1
"$lab" break "$c" diverged >/dev/null 2>&1
run status --json
ok "faults: exit status 2" expect 2
ok "$a is stale" is "$a" state stale
ok "$b is down" is "$b" state down
ok "$c is diverged" is "$c" state diverged
ok "$d streams" is "$d" state streaming
ok "$a has no receiver" is "$a" receiver none
ok "$p has no sender for $a" is "$a" sender none
run check
ok "check: CRITICAL, exit status 2" expect 2
ok "check names each of the three" test "$(grep -c '^\[CRITICAL\]' "$work/out")" -eq 3
run check "$d"
ok "check of the healthy one alone: OK" expect 0

"$lab" break "$d" not-a-standby >/dev/null 2>&1
run status --json
ok "$d is measured as a primary, whatever the inventory says" is "$d" role PRIMARY
ok "$d is diverged" is "$d" state diverged

"$lab" break "$p" primary-down >/dev/null 2>&1
run status --json
ok "without its primary nothing is claimed of $a" is "$a" state unknown
run check "$a"
ok "one side down: CRITICAL" expect 2
run check "$b"
ok "both sides down: UNKNOWN" expect 3

ok "no secret in the store" no_canary_in "$PGRESYNC_DB" "$PGRESYNC_DB-wal" "$work/out"
