# shellcheck shell=bash
# Every fault's sign, as the host shows it, and the way back.

missing_segment() {
	"$lab" log "$1" | sed -n 's/.*requested WAL segment \([0-9A-F]*\) has already been removed.*/\1/p' | tail -n 1
}

# fetched HOST: a copy of the key ring without passphrase fetches the missing segment; the ring itself cannot.
fetched() {
	local segment
	segment=$(missing_segment "$1")
	"$lab" exec "$1" bash -c '
		set -e
		rm -rf /tmp/ring; cp -a /var/lib/postgresql/.gnupg /tmp/ring
		rm -f /tmp/ring/S.*; cat >/tmp/passphrase
		as() { (cd / && runuser -u postgres -- "$@"); }
		if [ -x /usr/bin/gpg-agent ]; then
			tr -d "\n" </tmp/passphrase >/tmp/old; : >/tmp/new; chown postgres /tmp/old /tmp/new
			for grip in $(as gpg --homedir /tmp/ring --batch --with-colons --with-keygrip -K | awk -F: "\$1 == \"grp\" { print \$10 }"); do
				printf "%s\n" "OPTION pinentry-mode=loopback" "/definqfile PASSPHRASE /tmp/old" \
					"/definqfile NEW_PASSPHRASE /tmp/new" "PASSWD $grip" /bye | as gpg-connect-agent --homedir /tmp/ring | grep -q OK
			done
		else
			printf "passwd\n%s\n\ny\nsave\n" "$(cat /tmp/passphrase)" | as gpg --homedir /tmp/ring --no-tty --status-fd 1 \
				--command-fd 0 --edit-key "$(cat /etc/wal-e/env.d/WALE_GPG_KEY_ID)" >/dev/null
		fi
		rm -f /tmp/segment
		as env GNUPGHOME=/tmp/ring envdir /etc/wal-e/env.d wal-e wal-fetch "$1" /tmp/segment >/tmp/fetch.log 2>&1
		[ "$(stat -c %s /tmp/segment)" = 16777216 ]
		! as env WALE_RETRIES=1 envdir /etc/wal-e/env.d gpg -d -q --batch </dev/null >/dev/null 2>&1
		[ ! -x /usr/bin/gpg-agent ] || as gpgconf --homedir /tmp/ring --kill gpg-agent
		rm -rf /tmp/ring /tmp/passphrase /tmp/old /tmp/new /tmp/segment' bash "$segment" <"$LAB_GPG_PASSPHRASE_FILE"
}

for host in "$s1" "$s2"; do
	check "stale" "$lab" break "$host" stale
	check "stale: the log says so" logged "$host" "has already been removed"
	check "stale: what is missing is in the archive" fetched "$host"
done
check "the other rows differ now" test "$("$lab" sum "$s1")" != "$("$lab" sum "$primary")"
check "stale healed" "$lab" heal "$s1" stale
check "reset" "$lab" reset "$s2"
check "rows are the same again" soon is "$("$lab" sum "$s2")" "$("$lab" sum "$primary")"

check "lagging" "$lab" break "$s1" lagging
lags() {
	local bytes
	bytes=$(on "$primary" runuser -u postgres -- psql -X -A -t -c \
		"SELECT max(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn)) FROM pg_stat_replication WHERE client_addr = '$(address_of "$s1")'")
	[ "${bytes%.*}" -gt 30000000 ]
}
check "lagging: streams, but far behind in replay" soon lags
check "lagging healed" "$lab" heal "$s1" lagging
catches_up() { is "$("$lab" sum "$s1")" "$("$lab" sum "$primary")"; }
check "lagging: catches up" soon catches_up

check "diverged" "$lab" break "$s1" diverged
check "diverged: the log says so" logged "$s1" "is behind recovery timeline"
check "diverged healed" "$lab" heal "$s1" diverged
check "not-a-standby" "$lab" break "$s1" not-a-standby
check "not-a-standby: it is a primary" status_has "$s1" ' up +primary'
check "not-a-standby healed" "$lab" heal "$s1" not-a-standby

check "stopped" "$lab" break "$s1" stopped
check "stopped: it is down" status_has "$s1" ' down '
check "stopped healed" "$lab" heal "$s1" stopped
check "puppet-disabled-by-other" "$lab" break "$s1" puppet-disabled-by-other
puppet_row "a colleague's lock" 0 "default: *alicejones*" -l
check "puppet-disabled-by-other healed" "$lab" heal "$s1" puppet-disabled-by-other

opens() {
	printf probe | on "$1" true
	"$lab" exec "$1" bash -c '
		cd /; as() { runuser -u postgres -- "$@"; }
		fpr=$(cat /etc/wal-e/env.d/WALE_GPG_KEY_ID)
		echo probe | as gpg -q --batch -e -r "$fpr" >/tmp/probe
		[ ! -x /usr/bin/gpg-agent ] || mode="--pinentry-mode loopback"
		as gpg -q --batch --no-tty ${mode:-} --passphrase-fd 0 -d /tmp/probe 2>/dev/null >/tmp/plain || true
		[ ! -x /usr/bin/gpg-agent ] || as gpgconf --kill gpg-agent
		grep -q probe /tmp/plain' <"$LAB_GPG_PASSPHRASE_FILE"
}
stays_shut() { ! opens "$1"; }
for host in "$s1" "$s2"; do
	check "the passphrase of the store opens the key" opens "$host"
	check "wrong-passphrase" "$lab" break "$host" wrong-passphrase
	check "wrong-passphrase: it does not open the key" stays_shut "$host"
	check "wrong-passphrase healed" "$lab" heal "$host" wrong-passphrase
	check "wrong-passphrase: it opens the key again" opens "$host"
done

check "disk-full" "$lab" break "$s1" disk-full
no_room() { ! on "$s1" dd if=/dev/zero of=/var/lib/postgresql/probe bs=1M count=8; }
check "disk-full: eight megabytes do not fit" no_room
check "disk-full healed" "$lab" heal "$s1" disk-full
on "$s1" rm -f /var/lib/postgresql/probe
check "archive-gone" "$lab" break "$s1" archive-gone
check "archive-gone: nothing is left" test ! -e "$LAB_DIR/s3/pgresync-lab/$primary/wal_005"
check "archive-gone healed" "$lab" heal "$s1" archive-gone
check "archive-gone: it is back" test -e "$LAB_DIR/s3/pgresync-lab/$primary/wal_005"
check "primary-down" "$lab" break "$s1" primary-down
check "primary-down: the standby says so" soon logged "$s1" "could not connect to the primary server"
check "primary-down healed" "$lab" heal "$s1" primary-down
check "primary-down: streams again" soon status_has "$s1" streaming
