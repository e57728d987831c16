#!/bin/bash
# The site's own script: with a password prompt and without, one base backup at a time per primary, puppet off while it
# runs, a wrong password, and the script killed at the points where a rerun would do harm.
. "$(dirname "$0")/lib.sh"

resync_copy() { resync "$@" --method pg_resync_slave; }

fleet_up --pairs 1 --standbys 2
prompts='' quiet=''
for x in "${standbys[@]}"; do
	if on "$x" test -e /var/lib/postgresql/.pgpass; then quiet=$x; else prompts=$x; fi
done
primary=${primaries[0]}

# What stood on the host while the script ran: looked at from outside, without asking pgresync.
watch()
{
	local x
	while [[ -e $work/watching ]]; do
		for x in "${standbys[@]}"; do
			on "$x" sh -c '[ -d "$(echo /var/lib/postgresql/*/main.sync)" ] || exit 0
				date +"$1 %s.%N backup"; ls /var/lib/govuk_puppet | sed "s/^/$1 lock /"
				grep -l standby_mode /var/lib/pgresync/saved-*/recovery.tmp | sed "s/^/$1 kept /"' sh "$x" 2>/dev/null
		done
		sleep 0.2
	done >"$work/seen"
}

note_found "$prompts"
"$lab" break "$quiet" diverged >/dev/null 2>&1
"$lab" break "$prompts" stale >/dev/null 2>&1
note_found "$quiet"
ok "there is a standby that asks and one with a .pgpass" test -n "$prompts" -a -n "$quiet"
ok "one has diverged" sh -c "'$lab' log $quiet | grep -q 'is behind recovery timeline'"
touch "$work/watching"
watch &
watcher=$!
resync_copy "${standbys[@]}"
rm -f "$work/watching"
wait "$watcher"
ok "both copies are good" expect 0
for x in "$prompts" "$quiet"; do
	ok "$x streams from its primary" streams_to "$primary" "$x"
	ok "$x has its primary's rows" same_rows "$primary" "$x"
	ok "$x is left as found" left_as_found "$x"
	ok "$x runs collectd" collectd_runs "$x"
	ok "$x had puppet off under a lock of ours while the script ran" grep -q "^$x lock pgresync" "$work/seen"
	ok "$x had its recovery.tmp kept outside while the script ran" grep -q "^$x kept " "$work/seen"
	ok "$x has no directory left over" on "$x" sh -c '! ls -d /var/lib/postgresql/*/main.*'
done
"$program" audit --run 1 --limit 100000 --json >"$work/audit.json"
ok "one base backup at a time: the second began after the first had ended" python3 - "$work/audit.json" <<'END'
import json, sys
records = json.load(open(sys.argv[1]))
records = records["records"] if isinstance(records, dict) else records
times = {}
for r in records:
    if r.get("row") == "pg_resync_slave" and r.get("host"):
        times.setdefault(r["host"], []).append(r["time"])
a, b = sorted(sorted(t) for t in times.values())
assert len(a) >= 2 and len(b) >= 2, times
assert a[-1] <= b[0], times
END
ok "no secret in store and output" no_canary_in "$PGRESYNC_DB" "$PGRESYNC_DB-wal" "$work/out" "$work/audit.json"
ok "no secret in the logs of $prompts" sh -c "! '$lab' exec $prompts sh -c 'cat /var/log/*.log /var/log/syslog 2>/dev/null' | grep -aqFf '$LAB_CANARIES'"

# A wrong password: the standby serves on as it was.
sed 's/standby_password: .*/standby_password: {file: WRONG}/' "$LAB_INVENTORY" | sed "s|WRONG|$work/wrong|" >"$work/wrong.yaml"
(umask 077; echo 'not-the-password' >"$work/wrong")
"$program" inventory import "$work/wrong.yaml" >/dev/null 2>&1
started=$(psql_on "$prompts" 'select pg_postmaster_start_time()')
note_found "$prompts"
resync_copy "$prompts" --allow-last-standby 'scenario'
ok "a wrong password fails" expect 2
ok "and says what was refused" grep -q 'refuses the standby password\|password was refused' "$work/out"
ok "$prompts is left as found after it" left_as_found "$prompts"
ok "$prompts was not restarted" test "$(psql_on "$prompts" 'select pg_postmaster_start_time()')" = "$started"
ok "$prompts streams on" streams_to "$primary" "$prompts"
ok "no half copy is left" on "$prompts" sh -c '! ls -d /var/lib/postgresql/*/main.*'
"$program" inventory import "$LAB_INVENTORY" >/dev/null 2>&1

# killed_when CONDITION: resyncs the asking standby and kills the script and its children by pid when CONDITION (shell,
# on the host) first holds. The script is slowed down around its moves, so that there is a point to hit.
killed_when()
{
	local run
	timeout 240 "$program" resync "$prompts" --method pg_resync_slave --reason 'killed half-way' --yes --allow-last-standby scenario \
		>"$work/out" 2>&1 </dev/null &
	run=$!
	on "$prompts" timeout 60 sh -c '
		cd /var/lib/postgresql/*/ || exit 3
		until '"$1"'; do sleep 0.02; done
		pids=$(ps -e -o pid=,args= | awk "/[p]g_resync_slave/ && !/awk/ { print \$1 }" | grep -vx $$)
		for p in $pids; do kill -STOP $p 2>/dev/null; done
		kids=$(for p in $pids; do ps -o pid= --ppid $p; done)
		kill -KILL $pids $kids 2>/dev/null
		ls -d main* ; true' >"$work/left-by-kill" 2>&1
	wait "$run"
	status=$?
	sed 's/^/# /' "$work/left-by-kill"
}

slow_script() { on "$prompts" sed -i -e '/^mv "${DATADIR}"/i sleep 2' -e '/^mv "${SYNCDIR}"/i sleep 2' -e '/^cp -p/i sleep 2' -e '/^service postgresql stop/i sleep 2' /usr/local/bin/pg_resync_slave; }
settles() # TEXT CONDITION
{
	killed_when "$2"
	ok "killed $1: the run fails" expect 2
	ok "killed $1: there is one data directory with its marker" on "$prompts" sh -c 'cd /var/lib/postgresql/*/main && grep -q standby_mode recovery.conf && test -e recovery.tmp'
	ok "killed $1: the standby is one, not a primary" in_recovery "$prompts"
	ok "killed $1: puppet is on" on "$prompts" sh -c 'test -z "$(govuk_puppet -l)"'
	ok "killed $1: nothing is owed" sh -c "'$program' recover 2>&1 | grep -q 'nothing is owed'"
}
slow_script
note_found "$prompts"
settles "while the copy is made" '[ -e main.sync/PG_VERSION ]'
settles "after the stop, before the swap" '[ -e main.sync/recovery.tmp ]'
settles "between the two renames" '[ ! -e main ]'
ok "killed between the renames: the old directory is kept and named" grep -q 'todelete' "$work/out"
resync_copy "$prompts" --allow-last-standby scenario
ok "the next run wants somebody to look at it first" expect 5 todelete
on "$prompts" sh -c 'rm -rf /var/lib/postgresql/*/main.todelete'
settles "before recovery.conf is there" '[ -e main/recovery.tmp ] && [ -e main.todelete ] && [ ! -e main/recovery.conf ]'
on "$prompts" sh -c 'rm -rf /var/lib/postgresql/*/main.todelete'
resync_copy "$prompts" --allow-last-standby scenario
ok "a whole run after that is good" expect 0
ok "$prompts streams at the end" streams_to "$primary" "$prompts"
ok "$prompts has its primary's rows at the end" same_rows "$primary" "$prompts"
ok "$prompts is left as found at the end" left_as_found "$prompts"
