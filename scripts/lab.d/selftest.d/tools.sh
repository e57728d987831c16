# shellcheck shell=bash
# The estate's own tools on the hosts.

# puppet_row NAME WANTED_STATUS WANTED_TEXT ARGUMENT…: one row of the wrapper's table; text is a glob.
puppet_row() {
	local name=$1 status=$2 text=$3 got said
	shift 3
	said=$(on "$s1" govuk_puppet "$@" 2>&1)
	got=$?
	row_holds() {
		is "$got" "$status" || return 1
		# shellcheck disable=SC2053
		[[ $said == $text ]] || { printf 'said: %s\n' "$said"; return 1; }
	}
	check "govuk_puppet: $name" row_holds
}
date_glob='[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]-[0-9][0-9][0-9][0-9][0-9][0-9]'
puppet_row "list, none" 0 "" -l
puppet_row "enable, no lock" 1 "No lock named default found. Exiting" --enable
puppet_row "disable" 0 "" --disable "why not"
puppet_row "disable again" 1 "A lock named default already exists. Exiting" --disable "why"
puppet_row "list" 0 "default: $date_glob :: why not" -l
puppet_row "no argument while locked" 1 "default: *"
puppet_row "test while locked" 1 "default: *" --test
puppet_row "noop while locked runs puppet" 0 "*administratively disabled*" --noop --test
puppet_row "named lock" 0 "" -n other -r "reason" --disable
puppet_row "named lock has a stray colon" 0 "default: *other: $date_glob :: :reason" -l
puppet_row "enable while another lock exists" 1 "other: *" --enable
puppet_row "its own lock went nevertheless" 0 "other: *" -l
puppet_row "enable the last" 0 "" -n other --enable
puppet_row "all gone" 0 "" -l
puppet_row "empty reason" 1 "govuk_puppet: No lock reason was given. Please supply one" --disable ""
puppet_row "no reason at all" 0 "" --disable
puppet_row "is stored as a colon" 0 "default: $date_glob :: :" -l
on "$s1" rm -f /var/lib/puppet/state/agent_disabled.lock
puppet_row "enable without the agent's switch" 1 "rm: cannot remove*" --enable
puppet_row "its lock is gone all the same" 0 "" -l
puppet_row "a run when all is well" 0 "Finished catalog run"
on "$s1" mv /var/lib/govuk_puppet /var/lib/govuk_puppet.away
puppet_row "no lock directory" 1 "govuk_puppet: lock directory /var/lib/govuk_puppet is not accessible" -l
on "$s1" mv /var/lib/govuk_puppet.away /var/lib/govuk_puppet

on "$s1" service postgresql stop >/dev/null
check "service postgresql status: down is 3" fails_with 3 on "$s1" service postgresql status
puppet_row "a run starts PostgreSQL" 0 "*ensure changed 'stopped' to 'running'*"
check "service postgresql status: up is 0" on "$s1" service postgresql status
check "service collectd restart" on "$s1" service collectd restart
check "service collectd status" on "$s1" service collectd status
collects() { on "$s1" sh -c 'cat /run/collectd/csv/*/postgresql-global/*position* | tail -n 1 | grep -q ,[1-9]'; }
check "collectd reads from PostgreSQL" soon collects

if [ "$(cut -f 11 "$LAB_DIR/hosts.tsv" | head -n 1)" = 10 ]; then
	resync_with() {
		"$lab" exec "$1" sudo pg_resync_slave >"$work/resync" 2>&1 && grep -q 'base backup completed' "$work/resync"
	}
	check "pg_resync_slave asks where there is no .pgpass" resync_with "$s1" <"$LAB_STANDBY_PASSWORD_FILE"
	check "it did ask" grep -q '^Password:' "$work/resync"
	check "and streams" soon status_has "$s1" streaming
	check "pg_resync_slave does not ask where there is one" resync_with "$s2" </dev/null
	check "it did not ask" is "$(grep -c Password "$work/resync")" 0
	check "and streams" soon status_has "$s2" streaming
	bad_password() {
		local said
		said=$(printf 'wrong\n' | "$lab" exec "$s1" sudo pg_resync_slave 2>&1) && return 1
		[[ $said == *"password authentication failed"* ]] && status_has "$s1" streaming
	}
	check "a wrong password leaves the standby alone" bad_password
fi
listing_stands() {
	"$lab" upper "$s1" --list >"$work/first"
	sleep 6
	"$lab" upper "$s1" --list >"$work/second"
	cmp "$work/first" "$work/second"
}
check "the listing of changed files stands still" listing_stands
on "$s1" touch /etc/something
check "and shows a change" is "$("$lab" upper "$s1" --list | grep -c ' ./etc/something ')" 1
boot_before=$(on "$s1" cat /proc/sys/kernel/random/boot_id)
check "reboot" "$lab" reboot "$s1"
check "another boot id" test "$boot_before" != "$(on "$s1" cat /proc/sys/kernel/random/boot_id)"
check "PostgreSQL comes back with the machine" soon status_has "$s1" streaming
