#!/bin/bash
# PostgreSQL 15: standby.signal and a reload instead of recovery.conf and a restart. And what else differs by host: the
# three ways to open the key, an account that needs a sudo password, every kind of SSH identity.
. "$(dirname "$0")/lib.sh"

fleet_up --pg 15 --pairs 1 --standbys 2
one=${standbys[0]} two=${standbys[1]} primary=${primaries[0]}

# inventory SED-EXPRESSION…: the lab's, changed.
inventory()
{
	local e=() x
	for x in "$@"; do e+=(-e "$x"); done
	sed "${e[@]}" "$LAB_INVENTORY" >"$work/inventory.yaml"
	"$program" inventory import "$work/inventory.yaml" >"$work/import.log" 2>&1 || { echo "# import:"; sed 's/^/# /' "$work/import.log"; }
}
identity() { printf 's|identities: [^]]*\\]|identities: [%s]|' "$1"; }
started() { psql_on "$1" 'select pg_postmaster_start_time()'; }
good() # TEXT HOST
{
	ok "$1: $2 streams" streams_to "$primary" "$2"
	ok "$1: $2 has its primary's rows" same_rows "$primary" "$2"
	ok "$1: $2 is left as found" left_as_found "$2"
	ok "$1: $2 has a protected key" key_is_protected "$2"
	ok "$1: $2 was not restarted" test "$(started "$2")" = "$(cat "$work/started.$2")"
}
stale() { "$lab" break "$1" stale >/dev/null 2>&1; note_found "$1"; started "$1" >"$work/started.$1"; }

stale "$one"
stale "$two"
run resync "$one" --method pg_resync_slave --reason scenario --yes
ok "pg_resync_slave is refused: its recovery.conf is fatal here" expect 5 'does not start with the recovery.conf'
ok "and nothing is changed by that" left_as_found "$one"
resync "$one" "$two"
ok "wal-e through standby.signal is good" expect 0
good inplace "$one"
good inplace "$two"
ok "segments were restored" sh -c "'$lab' log $one | grep -q 'restored log file' && '$lab' log $two | grep -q 'restored log file'"
ok "no restore_command is left" on "$one" sh -c '! grep restore_command /var/lib/postgresql/*/main/postgresql.auto.conf'

# The key ring on disk is looked at while the run works: it must never be open, and a copy leaves it as it is.
watch_keys()
{
	while [[ -e $work/watching ]]; do
		key_sum "$1"
		on "$1" sh -c 'cd /var/lib/postgresql/.gnupg && grep -al "^Key: (private-key\|^(11:private-key" private-keys-v1.d/*.key 2>/dev/null | sed "s/^/open /"'
	done | sort -u >"$work/keys.$1"
}
never_changed() # HOST
{
	key_sum "$1" | sort -u | diff - "$work/keys.$1"
}
watched() # HOST…: resyncs them and samples their key files meanwhile
{
	local x pids=()
	touch "$work/watching"
	for x in "$@"; do watch_keys "$x" & pids+=("$!"); done
	resync "$@"
	rm -f "$work/watching"
	wait "${pids[@]}"
}

inventory 's|gpg_mode: inplace|gpg_mode: overlay|' "$(identity "$LAB_IDENTITY_ECDSA")" 's|user: deploy|user: oncall|' \
	's|^  ssh: |  sudo: password\n&|' "s|^    standby_password: .*|&\n    sudo_password: {file: $LAB_SUDO_PASSWORD_FILE}|"
stale "$one"
stale "$two"
watched "$one" "$two"
ok "overlay, as an account that needs a sudo password, by an ECDSA identity: good" expect 0
for x in "$one" "$two"; do
	good overlay "$x"
	ok "overlay: the key on $x's disk never changed" never_changed "$x"
	ok "overlay: no copy is left on $x" on "$x" sh -c '! ls -A /dev/shm | grep pgresync'
	ok "overlay: no secret in the logs of $x" sh -c "! '$lab' exec $x sh -c 'cat /var/log/*.log /var/log/syslog 2>/dev/null' | grep -aqFf '$LAB_CANARIES'"
done
ok "no secret in store and output" no_canary_in "$PGRESYNC_DB" "$PGRESYNC_DB-wal" "$work/out"

inventory 's|gpg_mode: inplace|gpg_mode: agent|' "$(identity "$LAB_IDENTITY_RSA")"
stale "$one"
watched "$one"
ok "agent, by an RSA identity: good" expect 0
good agent "$one"
ok "agent: the key on disk was never open" sh -c "test -s '$work/keys.$one' && ! grep '^open' '$work/keys.$one'"
resync "$two"
ok "agent with gpg 1.4 is refused: it has none to preset" expect 5 'GnuPG 1.4 has no agent'
ok "and $two is left as found" left_as_found "$two"
inventory "$(identity "$LAB_IDENTITY_RSA")"
run resync "$one" "$two" --dry-run --allow-last-standby scenario
ok "an RSA identity serves both machines" expect 0

# The same key three ways: encrypted in a file, in an agent, and neither of them.
inventory "$(identity "$LAB_IDENTITY_ENCRYPTED")"
export PGRESYNC_IDENTITY_PASSPHRASE_FILE=$LAB_IDENTITY_PASSPHRASE_FILE
run resync "$one" --dry-run
ok "an encrypted identity is opened by its passphrase file" expect 0
unset PGRESYNC_IDENTITY_PASSPHRASE_FILE
run resync "$one" --dry-run
ok "without its passphrase it is refused, and says why" test "$status" -ne 0
ok "in words" grep -qi 'passphrase' "$work/out"
eval "$(ssh-agent -a "$work/agent.sock")" >/dev/null
ssh-add -q "$LAB_IDENTITY" 2>/dev/null
run resync "$one" "$two" --dry-run --allow-last-standby scenario
ok "an agent's key serves" expect 0
kill "$SSH_AGENT_PID"
run audit verify
ok "the history verifies" expect 0
