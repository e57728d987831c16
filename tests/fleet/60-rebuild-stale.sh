#!/bin/bash
# The scheduled rebuild: by hand, by a schedule that `pgresync serve` keeps, stopped in order, killed, told of.
. "$(dirname "$0")/lib.sh"

daemon=
serve()
{
	"$program" serve --config "$work/config.yml" >>"$work/serve.log" 2>&1 </dev/null &
	daemon=$!
}
# until SECONDS COMMAND…
until_holds()
{
	local left=$(($1 * 5))
	shift
	while ! "$@" >/dev/null 2>&1; do
		((left-- > 0)) || { echo "never: $*"; tail -n 20 "$work/serve.log" 2>/dev/null; return 1; }
		sleep 0.2
	done
}
ends() # PID: of a child of ours; its exit status in $status
{
	until_holds 120 sh -c "! kill -0 $1" || return 1
	wait "$1"
	status=$?
}
row_runs() { "$program" runs log "$1" "$2" 2>/dev/null | grep -q "$3"; }
newest_run() { "$program" runs list --json | python3 -c 'import json,sys
runs = json.load(sys.stdin)
runs = runs["runs"] if isinstance(runs, dict) else runs
print(max([r["run"] if "run" in r else r["id"] for r in runs], default=0))'; }
run_is_at_work() { "$program" runs list --json | grep -q '"running"'; }
stale() { "$lab" break "$1" stale >/dev/null 2>&1; }

fleet_up --pairs 2 --standbys 2
a=${standbys[0]} b=${standbys[1]} c=${standbys[2]}
p=$(primary_of "$a")
for x in "${standbys[@]}"; do note_found "$x"; done
printf '#!/bin/sh\ncat >>%s/told\n' "$work" >"$work/notify"
chmod 755 "$work/notify"
printf 'notify: %s/notify\n' "$work" >"$work/config.yml"

run rebuild-stale
ok "nothing to do: exit status 0, no run" sh -c "[ $status -eq 0 ] && [ -z \"\$('$program' runs list --json | grep -o '\"rebuild\"')\" ]"
stale "$a"
"$lab" break "$c" diverged >/dev/null 2>&1
"$lab" upper "$a" --list >"$work/before"
run rebuild-stale --dry-run --exit-code
ok "a dry run says what it would do" expect 3 "resync  $a  stale: needs segment"
ok "and what it would not, and why" expect 3 "pg_resync_slave can"
"$lab" upper "$a" --list >"$work/after"
ok "it changes no byte on the host" diff "$work/before" "$work/after"
run rebuild-stale
ok "the stale one is resynced" expect 0 "1 good"
ok "$a streams" streams_to "$p" "$a"
ok "$a has its primary's rows" same_rows "$p" "$a"
ok "$a is left as found" left_as_found "$a"
run rebuild-stale "$c" --method pg_resync_slave
ok "the diverged one is copied anew when the method says so" expect 0 "1 good"
ok "$c streams" streams_to "$(primary_of "$c")" "$c"

stale "$a"
run rebuild-stale
ok "not twice within the cool-down" expect 0 "cool-down 360 min"

run schedule add often --cron '* * * * *' --zone Europe/London --policy 'cool-down=1s' --reason 'kept fresh' --missed once
ok "a schedule is added" expect 0
serve
ok "the daemon starts a run when it is due" until_holds 80 run_is_at_work
r=$(newest_run)
ok "a second run on the same standby is refused meanwhile" sh -c "
	'$program' resync '$a' --reason x --yes >'$work/second' 2>&1 </dev/null; [ \$? -eq 75 ]"
ok "the run reaches its rows" until_holds 60 row_runs "$r" "$a" "restart PostgreSQL"
kill -TERM "$daemon"
ends "$daemon"
ok "an orderly stop finishes or gives back, exit status 0" test "$status" -eq 0
ok "$a is left as found after the stop" left_as_found "$a"
ok "an orderly stop is not told" test ! -e "$work/told"
run status
ok "nothing is owed" sh -c "! grep -q NEEDS-OPERATOR '$work/out'"

# The daemon killed: its run goes on by itself.
stale "$a"
serve
ok "a new daemon starts the next run" until_holds 100 run_is_at_work
r=$(newest_run)
kill -KILL "$daemon"
wait "$daemon" 2>/dev/null
ok "the run outlives its daemon" until_holds 180 sh -c "! '$program' runs list --json | grep -q '\"running\"'"
ok "$a streams" streams_to "$p" "$a"
ok "$a is left as found after the kill" left_as_found "$a"
run audit --run "$r" --json --limit 100000
ok "the schedule and who made it stand in the audit" grep -q 'schedule often of' "$work/out"

# A run that fails tells: the archive is gone.
run schedule remove often
stale "$b"
"$lab" break "$b" archive-gone >/dev/null 2>&1
run schedule add once --cron '* * * * *' --policy 'cool-down=1h' --reason 'told of' --missed skip
serve
ok "a run that cannot help is told to the notify program" until_holds 100 grep -q '"event":"summary"' "$work/told"
kill -TERM "$daemon"
ends "$daemon"
ok "with the schedule's name, one JSON object a line" python3 - "$work/told" <<'END'
import json, sys
for line in open(sys.argv[1]):
    told = json.loads(line)
    assert told["schedule"] == "once" and told["exit_status"] != 0, told
END
ok "$b was not touched" left_as_found "$b"
run schedule show once
ok "the fires and their ends stand in the schedule" grep -qE '(refused|failed)' "$work/out"
run audit verify
ok "the audit chain holds" expect 0
ok "no secret anywhere" no_canary_in "$PGRESYNC_DB" "$PGRESYNC_DB-wal" "$work/out" "$work/serve.log" "$work/told"
