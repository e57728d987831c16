#!/bin/bash
# Several stale standbys at once by WAL-E, two gpg generations, one site behind a jump host, one sshd with ssh-rsa only.
. "$(dirname "$0")/lib.sh"

# watch PID: samples command lines and environments of all processes, and what pgresync has forked, while it works.
watch()
{
	local samples=0
	while kill -0 "$1" 2>/dev/null; do
		cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\0' '\n' | grep -aFf "$LAB_CANARIES" >>"$work/leaks"
		ps -o comm= --ppid "$1" >>"$work/forked"
		samples=$((samples + 1))
		sleep 0.1
	done
	echo "$samples" >"$work/samples"
}

fleet_up --pairs 2 --standbys 2
for x in "${standbys[@]}"; do
	note_found "$x"
	"$lab" break "$x" stale >/dev/null 2>&1
	ok "$x is stale for real" sh -c "'$lab' log $x | grep -q 'has already been removed'"
done
run status
ok "status says stale four times" test "$(grep -c ': stale: needs segment' "$work/out")" -eq 4

: >"$work/leaks"
"$program" resync "${standbys[@]}" --reason 'fleet scenario' --yes >"$work/out" 2>&1 </dev/null &
process=$!
watch "$process"
wait "$process"
status=$?
cp "$work/out" "$work/run.out"
ok "the run is good" expect 0
for x in "${standbys[@]}"; do
	ok "$x streams from its primary" streams_to "$(primary_of "$x")" "$x"
	ok "$x has its primary's rows" same_rows "$(primary_of "$x")" "$x"
	ok "$x restored segments from the archive" sh -c "'$lab' log $x | grep -q 'restored log file'"
	ok "$x is left as found" left_as_found "$x"
	ok "$x has a protected key" key_is_protected "$x"
	ok "$x runs collectd" collectd_runs "$x"
done

# At once: each standby's first row began before any standby's last row ended.
"$program" audit --run 1 --limit 100000 --json >"$work/audit.json"
ok "the audit times show that they were worked on at once" python3 - "$work/audit.json" <<'END'
import json, sys
records = json.load(open(sys.argv[1]))
records = records["records"] if isinstance(records, dict) else records
times = {}
for r in records:
    if r.get("host") and r["event"].startswith("row"):
        times.setdefault(r["host"], []).append(r["time"])
assert len(times) == 4, times.keys()
assert max(min(t) for t in times.values()) < min(max(t) for t in times.values())
END
ok "one process did it, and forked no ssh ($(cat "$work/samples") samples)" sh -c "grep -q pass '$work/forked' && ! grep -q ssh '$work/forked'"
ok "no secret in any command line or environment" test ! -s "$work/leaks"
ok "no secret in store, WAL file and output" no_canary_in "$PGRESYNC_DB" "$PGRESYNC_DB-wal" "$work/run.out" "$work/audit.json"
for x in "${standbys[@]}"; do
	ok "no secret in the logs of $x" sh -c "! '$lab' exec $x sh -c 'cat /var/log/*.log /var/log/syslog /var/log/postgresql/*.log /run/sshd.log /var/log/*/*.log 2>/dev/null' | grep -aqFf '$LAB_CANARIES'"
done
run audit verify
ok "the history verifies" expect 0
