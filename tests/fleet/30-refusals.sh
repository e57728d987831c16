#!/bin/bash
# What pgresync must not do: every refusal names its reason, has its exit status, and changes nothing on any host.
. "$(dirname "$0")/lib.sh"

fleet_up --pairs 1 --standbys 2
one=${standbys[0]} two=${standbys[1]} primary=${primaries[0]}

# Everything that pgresync could leave on the hosts: the listing of changed files, keys, settings, locks, scratch files.
whole()
{
	local x pids=()
	for x in "$primary" "$one" "$two"; do
		{
			"$lab" upper "$x" --list
			on "$x" sh -c 'ls -A /tmp /dev/shm /var/lib/pgresync 2>/dev/null; service postgresql status; head -n 3 /var/lib/postgresql/*/main/postmaster.pid' 2>&1
		} >"$work/whole.$x" &
		pids+=("$!")
	done
	wait "${pids[@]}"
	cat "$work/whole.$primary" "$work/whole.$one" "$work/whole.$two"
}
now_is() { whole >"$work/whole.before"; }
same_as_before() { whole >"$work/whole.after"; diff "$work/whole.before" "$work/whole.after"; }

# refused TEXT STATUS WORDS ARGUMENT…: runs it, looks at status, words and every host.
refused()
{
	local text=$1 wanted=$2 words=$3
	shift 3
	run "$@"
	ok "$text" expect "$wanted" "$words"
	ok "$text: nothing is changed" same_as_before
}
wanting() { refused "$1" "$2" "$3" resync "${@:4}" --reason scenario --yes; }

# A standby that needs no restore is tried with a segment that is in the archive.
psql_on "$primary" 'create table scenario_tick as select 1; drop table scenario_tick; select pg_switch_wal()' >/dev/null
archived() { [[ -n $(psql_on "$primary" 'select last_archived_wal from pg_stat_archiver') ]]; }
within 60 archived || echo "# nothing was archived"
now_is
run resync "$one" --dry-run
ok "a dry run of a good standby is good" expect 0
ok "a dry run changes no byte on any host" same_as_before
run resync "$one" --dry-run --method pg_resync_slave
ok "so does one of pg_resync_slave" expect 0
ok "and it changes no byte either" same_as_before

wanting "a primary as target is refused" 5 'is a primary' "$primary"
wanting "an unknown host is refused with the nearest names" 64 "$one" "${one/standby/stanby}"
wanting "no target at all is refused" 64 'name the standbys'
wanting "one standby named twice is refused" 64 'named twice' "$one" "$one"
wanting "names beside --all are refused" 64 'not both' "$one" --all
wanting "an unknown method is refused" 64 'there is no method "rsync"' "$one" --method rsync
refused "no reason is refused" 64 'a reason is required' resync "$one" --yes
refused "an empty reason is refused" 64 'a reason is required' resync "$one" --yes --reason ' '
refused "without a terminal and --yes it is refused" 5 'give --yes' resync "$one" --reason scenario
wanting "both healthy standbys of a primary at once are refused" 5 'allow-last-standby' "$one" "$two"
run resync "$one" "$two" --dry-run --allow-last-standby 'scenario'
ok "with --allow-last-standby they are not" expect 0
on "$two" service postgresql stop >/dev/null
now_is
wanting "the last healthy standby is refused" 5 "$one is the last healthy standby of $primary" "$one"
on "$two" service postgresql start >/dev/null

# The words that ask: another answer than the host's name changes nothing.
"$program" resync --help >"$work/out" 2>&1
script -qec "'$program' resync '$one' --reason scenario" /dev/null <<<'yes' >"$work/out" 2>&1
status=$?
ok "at a terminal the host's name must be typed" expect 5 'was expected; nothing was changed'

# Secrets.
mkdir -m 700 "$work/empty-store"
now_is
PASSWORD_STORE_DIR=$work/empty-store run resync "$one" --reason scenario --yes
ok "a missing entry of the password store is refused" expect 78 'postgresql-backups/staging/postgresql-primary'
ok "a missing entry: nothing is changed" same_as_before
sed '/gpg_passphrase/d' "$LAB_INVENTORY" >"$work/no-secret.yaml"
"$program" inventory import "$work/no-secret.yaml" >/dev/null 2>&1
wanting "a secret that the inventory does not name is refused" 78 'gpg_passphrase' "$one"
sed "s|gpg_passphrase: .*|gpg_passphrase: {file: $work/open}|" "$LAB_INVENTORY" >"$work/open.yaml"
cp "$LAB_GPG_PASSPHRASE_FILE" "$work/open"
chmod 644 "$work/open"
"$program" inventory import "$work/open.yaml" >/dev/null 2>&1
wanting "a secret's file that others may read is refused" 78 "$work/open" "$one"
"$program" inventory import "$LAB_INVENTORY" >/dev/null 2>&1

# Host keys: unknown, then trusted with its fingerprint; then changed.
key_of() { on "$1" sh -c 'ssh-keygen -yf /etc/ssh/ssh_host_ed25519_key'; }
fingerprint=$(key_of "$one" | ssh-keygen -lf - | awk '{ print $2 }')
address_one=$(on "$one" hostname -I | awk '{ print $1 }')
known_without() { cp "$LAB_KNOWN_HOSTS" "$1"; local n; for n in "$one" "$address_one"; do ssh-keygen -q -R "$n" -f "$1" >/dev/null 2>&1; done; }
known_without "$work/known"
sed "s|known_hosts: .*\\]|known_hosts: [$work/known]|" "$LAB_INVENTORY" >"$work/known.yaml"
"$program" inventory import "$work/known.yaml" >/dev/null 2>&1
wanting "an unknown host key blocks, with its fingerprint and the command" 5 "$fingerprint" "$one"
ok "it names the command that would accept it" grep -qF "pgresync hosts trust $one" "$work/out"
run hosts trust "$one" --fingerprint SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
ok "another fingerprint than the host's is not accepted" test "$status" -ne 0
run hosts trust "$one" --fingerprint "$fingerprint"
ok "hosts trust accepts it" expect 0
run audit --text trust
ok "and it stands in the history" grep -q "trust.*$one" "$work/out"
run resync "$one" --dry-run
ok "then the host is worked on" expect 0
run hosts distrust "$one"
ok "hosts distrust forgets it" expect 0
known_without "$work/known"
echo "$one,$address_one $(key_of "$primary" | cut -d ' ' -f 1,2)" >>"$work/known"
wanting "a changed host key blocks" 5 'CHANGED' "$one"
ok "and shows the new fingerprint" grep -qF "$fingerprint" "$work/out"
"$program" inventory import "$LAB_INVENTORY" >/dev/null 2>&1

# The store.
python3 - "$PGRESYNC_DB" "$work/locked" <<'END' &
import sqlite3, sys, time, os
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("begin exclusive")
open(sys.argv[2], "w")
while os.path.exists(sys.argv[2]): time.sleep(0.05)
END
until [[ -e $work/locked ]]; do sleep 0.05; done
refused "a locked store is refused" 75 'another process is writing' resync "$one" --reason scenario --yes
rm "$work/locked"
wait
good=$PGRESYNC_DB
store_case() # TEXT STATUS WORDS
{
	wanting "$1 is refused" "$2" "$3" "$one"
}
export PGRESYNC_DB=$work/other.db
: >"$PGRESYNC_DB"
store_case "a zero-length store" 1 'the file is empty'
python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("create table t(x)"); c.commit()' "$work/foreign.db"
PGRESYNC_DB=$work/foreign.db
store_case "somebody else's database" 1 'not a pgresync'
cp "$good" "$work/newer.db"
python3 -c 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute("pragma user_version = 999"); c.commit()' "$work/newer.db"
PGRESYNC_DB=$work/newer.db
store_case "a store of a newer version" 1 'made by a newer pgresync'
head -c 5000 /dev/urandom >"$work/noise.db"
PGRESYNC_DB=$work/noise.db
store_case "a file that is no database" 1 'not a pgresync store'
PGRESYNC_DB=$work/none/pgresync.db
store_case "a store that is not there" 1 'no store there'
mkdir "$work/ro"
cp "$good" "$work/ro/pgresync.db"
PGRESYNC_DB=$work/ro/pgresync.db
unshare --mount sh -c 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && exec "$2" resync "$3" --reason scenario --yes' \
	sh "$work/ro" "$program" "$one" >"$work/out" 2>&1 </dev/null
status=$?
ok "a store that may only be read is refused" expect 77 'pgresync.db'
ok "a store that may only be read: nothing is changed" same_as_before
PGRESYNC_DB=$good

# broken FAULT HOST: with the state after it as the one that must not change.
broken() { "$lab" break "$2" "$1" >/dev/null 2>&1 || echo "# cannot break $2 by $1"; now_is; }

broken puppet-disabled-by-other "$one"
wanting "puppet disabled by a colleague is refused, with who and why" 5 'kernel upgrade, please leave it off (by alicejones)' "$one"
"$lab" heal "$one" puppet-disabled-by-other >/dev/null 2>&1

broken primary-down "$one"
run resync "$one" --reason scenario --yes --allow-last-standby scenario
ok "a primary that is down is no reason to touch its standby" test "$status" -eq 2 -o "$status" -eq 4 -o "$status" -eq 5
ok "a primary that is down: it says so" grep -q "$primary" "$work/out"
ok "a primary that is down: nothing is changed" same_as_before
"$lab" heal "$one" primary-down >/dev/null 2>&1

broken disk-full "$one"
wanting "pg_resync_slave without room for the copy is refused" 5 'MB are free' "$one" --method pg_resync_slave
"$lab" heal "$one" disk-full >/dev/null 2>&1

broken diverged "$one"
wanting "wal-e for a diverged standby is refused and names the other method" 5 'pg_resync_slave' "$one"
"$lab" reset "$one" >/dev/null 2>&1

broken not-a-standby "$one"
wanting "a machine that is a primary in truth is refused" 5 'primary' "$one"
wanting "also by pg_resync_slave" 5 'primary' "$one" --method pg_resync_slave
"$lab" reset "$one" >/dev/null 2>&1

"$lab" break "$one" stale >/dev/null 2>&1
broken archive-gone "$one"
wanting "an empty archive is refused and the other method is named" 5 'pg_resync_slave' "$one"
"$lab" heal "$one" archive-gone >/dev/null 2>&1

"$lab" break "$one" wrong-passphrase >/dev/null 2>&1
note_found "$one"
key_sum "$one" >"$work/key.before"
started=$(psql_on "$one" 'select pg_postmaster_start_time()')
resync "$one"
ok "a passphrase that does not fit fails before PostgreSQL is touched" expect 2 'passphrase'
ok "a passphrase that does not fit: the key's bytes are the same" sh -c "'$lab' exec $one sh -c 'cd /var/lib/postgresql/.gnupg && find . -name \"*.key\" -o -name secring.gpg | sort | xargs sha256sum' | diff '$work/key.before' -"
ok "a passphrase that does not fit: left as found" left_as_found "$one"
ok "a passphrase that does not fit: PostgreSQL was not restarted" test "$(psql_on "$one" 'select pg_postmaster_start_time()')" = "$started"
run recover
ok "and nothing is owed" expect 0 'nothing is owed'
run audit verify
ok "the history verifies" expect 0
