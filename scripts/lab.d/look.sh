# shellcheck shell=bash
# Looking at a lab: status, logs, checksums, listings.

lab_status() {
	need_lab
	printf '%-32s %-12s %-9s %-5s %-8s %-9s %-22s %s\n' HOST ADDRESS ROLE GNUPG PGPASS SERVER STATE LSN
	local name
	for name in $(host_names); do
		host_load "$name"
		status_line "$name"
	done
}

status_line() {
	local server=down state=- lsn=- answer
	if ! host_pid "$1" >/dev/null; then
		server=off
	elif [ "$H_role" = jumpbox ]; then
		server=-
	elif answer=$(host_query "$1" "SELECT CASE WHEN pg_is_in_recovery() THEN 'recovery' ELSE 'primary' END,
		CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END;" 2>&1); then
		server=up
		state=${answer%%|*}
		lsn=${answer##*|}
		[ "$H_role" != standby ] || ! standby_streams "$1" || state="$state, streaming"
	elif [[ $answer == *"starting up"* ]]; then
		server=starting
	fi
	host_load "$1"
	printf '%-32s %-12s %-9s %-5s %-8s %-9s %-22s %s\n' \
		"$1" "$H_address" "$H_role" "$([ "$H_gpg" = 1 ] && echo 1.4 || echo 2.2)" "$H_pgpass" "$server" "$state" "$lsn"
}

lab_sum() {
	host_sql "$1" transition <"$lab_lib/sums.sql"
}

# A listing that stands still while nobody changes the host: every file of the overlay's upper layer and of the data
# filesystem with type, mode, owner and hash, but not what a running server writes by itself.
lab_listing() {
	local upper=$lab_dir/hosts/$1/upper
	(cd "$upper" && list_tree upper \( -path ./var/log -o -path ./var/lib/collectd -o -path './var/cache' \))
	host_exec "$1" sh -c '
		cd /var/lib/postgresql
		find . \( -path "./*/main/*" -type d -o -name random_seed -o -name "*.lock" -o -name "S.*" \) -prune -o \
			\( -path "./*/main/*" ! -name "*.conf" ! -name "*.tmp" ! -name "*.signal" ! -name "*.done" ! -name backup_label \) -o -print |
		LC_ALL=C sort | while IFS= read -r path; do
			printf "data %s %s " "$path" "$(stat -c "%A %u:%g" "$path")"
			if [ -f "$path" ]; then sha256sum <"$path" | cut -c 1-64; else echo -; fi
		done'
}

list_tree() {
	local label=$1 path
	shift
	find . "$@" -prune -o -print | LC_ALL=C sort | while IFS= read -r path; do
		printf '%s %s %s ' "$label" "$path" "$(stat -c '%A %u:%g' "$path")"
		if [ -f "$path" ] && [ ! -L "$path" ]; then sha256sum <"$path" | cut -c 1-64; else echo -; fi
	done
}
