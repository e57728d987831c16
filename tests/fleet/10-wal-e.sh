#!/bin/bash
# Several stale standbys at once by WAL-E, two gpg generations, one site behind a jump host, one sshd with ssh-rsa only.
. "$(dirname "$0")/lib.sh"

# watch_secrets PID: samples command lines and environments of all processes while pgresync works.
watch_secrets()
{
	while kill -0 "$1" 2>/dev/null; do
		cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\0' '\n' | grep -aFf "$LAB_CANARIES" >>"$work/leaks"
		echo sample >>"$work/samples"
		sleep 0.2
	done
}

# watch_children PID: what it forks (pass is; ssh must not be), and that it is one process with many SSH connections.
watch_children()
{
	local most=0 now x
	while kill -0 "$1" 2>/dev/null; do
		for x in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do cat "/proc/$x/comm" 2>/dev/null; done >>"$work/forked"
		now=$(find "/proc/$1/fd" -lname 'socket:*' 2>/dev/null | wc -l)
		((now <= most)) || most=$now
		sleep 0.05
	done
	echo "$most" >"$work/sockets"
}

fleet_up --pairs 2 --standbys 2
for x in "${standbys[@]}"; do
	note_found "$x"
	"$lab" break "$x" stale >/dev/null 2>&1
	ok "$x is stale for real" sh -c "'$lab' log $x | grep -q 'has already been removed'"
done
run status
ok "status says stale four times" test "$(grep -c ': stale: needs segment' "$work/out")" -eq 4

: >"$work/leaks" >"$work/forked"
"$program" resync "${standbys[@]}" --reason 'fleet scenario' --yes >"$work/out" 2>&1 </dev/null &
process=$!
watch_secrets "$process" &
watch_children "$process" &
wait "$process"
status=$?
wait
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
ok "one process did it over many connections ($(cat "$work/sockets") sockets)" test "$(cat "$work/sockets")" -ge 8
ok "and forked no ssh" sh -c "! grep ssh '$work/forked'"
ok "its secrets were looked for more than once" test "$(wc -l <"$work/samples")" -gt 5
ok "no secret in any command line or environment" test ! -s "$work/leaks"
ok "no secret in store, WAL file and output" no_canary_in "$PGRESYNC_DB" "$PGRESYNC_DB-wal" "$work/run.out" "$work/audit.json"
for x in "${standbys[@]}"; do
	ok "no secret in the logs of $x" sh -c "! '$lab' exec $x sh -c 'cat /var/log/*.log /var/log/syslog /var/log/postgresql/*.log /run/sshd.log /var/log/*/*.log 2>/dev/null' | grep -aqFf '$LAB_CANARIES'"
done
run audit verify
ok "the history verifies" expect 0
