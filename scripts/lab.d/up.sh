# shellcheck shell=bash
# Bringing a lab up and taking it down.

lab_mark="pgresync lab: this directory belongs to scripts/lab"

need_programs() {
	local path
	for path in /usr/sbin/sshd /usr/bin/ssh-keygen /usr/bin/gpg /usr/bin/gpg1 /usr/bin/lzop /usr/bin/pv /usr/bin/envdir \
		/usr/bin/pass /usr/sbin/collectd /usr/bin/pg_createcluster /usr/lib/postgresql/15/bin/postgres /usr/bin/openssl \
		"$cache_dir/wal-e/bin/wal-e" "$cache_dir/postgresql-10/bin/postgres" "$cache_dir/s3rver/node_modules/.bin/s3rver"; do
		[ -x "$path" ] || die "$path is missing: run scripts/setup"
	done
	command -v ip >/dev/null || die "iproute2 is missing: run scripts/setup"
}

# The state directory is the lock: who writes the mark first has it.
lab_claim() {
	umask 022
	if [ -e "$lab_dir/owner" ]; then
		hub_pid >/dev/null || die "a crashed lab is left in $lab_dir: run 'lab down' first"
		die "a lab is up already in $lab_dir: 'lab status' shows it, 'lab down' takes it down"
	fi
	mkdir -p "$lab_dir"
	[ -z "$(ls -A "$lab_dir")" ] || die "$lab_dir is not empty and not a lab's: not touched"
	(set -C && printf '%s\n' "$lab_mark" >"$lab_dir/owner") 2>/dev/null || die "another 'lab up' is running in $lab_dir"
}

# all FUNCTION NAME…: the function for each name at once, failing when one fails.
all() {
	local function=$1 name pids=() pid failed=0
	shift
	for name in "$@"; do
		"$function" "$name" &
		pids+=("$!")
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || failed=1
	done
	return "$failed"
}

lab_build() {
	local names primaries standbys name pids=() pid
	names=$(host_names)
	primaries=$(names_by_role primary)
	standbys=$(names_by_role standby)
	cp -r "$lab_lib/kit" "$lab_dir/kit"
	secrets_make
	plan_hosts_file >"$lab_dir/controller/hosts"
	chmod 644 "$lab_dir/controller/hosts"
	user_keys_make &
	pids+=("$!")
	backup_key_make &
	pids+=("$!")
	password_store_make &
	local store=$!
	hub_start
	network_up
	s3_start
	for name in $names; do
		host_keys_make "$name"
		host_prepare "$name"
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || die "keys could not be made: see $lab_dir/controller"
	done
	for name in $names; do
		seed_fill "$name"
		host_start "$name"
	done
	for name in $names; do
		host_wait "$name"
	done
	known_hosts_write
	inventory_write
	# shellcheck disable=SC2086
	all primary_make $primaries || die "a primary could not be made"
	# shellcheck disable=SC2086
	all standby_copy $standbys || die "a standby could not be made"
	wait "$store" || die "the pass store could not be made: $(tail -n 1 "$lab_dir/controller/pass.log")"
	wait_until 10 s3_answers || die "the S3 server does not answer: $(tail -n 2 "$lab_dir/s3.log")"
	# shellcheck disable=SC2086
	all database_start $primaries $standbys || die "PostgreSQL does not start everywhere"
	for name in $standbys; do
		wait_until 20 standby_streams "$name" || die "$name does not stream: see 'lab log $name'"
	done
	for name in $names; do
		wait_until 10 sshd_answers "$name" || die "sshd on $name does not answer"
	done
}

database_start() {
	host_load "$1"
	cluster_start "$1"
	host_service "$1" collectd start
}

lab_up() {
	local pairs=2 standbys=2 version=10
	while [ $# -gt 0 ]; do
		case "$1" in
		--pairs | --standbys | --pg)
			[ $# -ge 2 ] || usage_error "$1 needs a value"
			case "$1" in
			--pairs) pairs=$2 ;;
			--standbys) standbys=$2 ;;
			--pg) version=$2 ;;
			esac
			shift 2
			;;
		*) usage_error "up: unknown argument '$1'" ;;
		esac
	done
	[[ $pairs =~ ^[1-9][0-9]?$ ]] && [ "$pairs" -le 20 ] || usage_error "--pairs: '$pairs' is not a number from 1 to 20"
	[[ $standbys =~ ^[1-9][0-9]?$ ]] && [ "$standbys" -le 40 ] || usage_error "--standbys: '$standbys' is not a number from 1 to 40"
	[ $((pairs * (standbys + 1))) -le 120 ] || usage_error "that would be $((pairs * (standbys + 1))) hosts; at most 120"
	case "$version" in 10 | 15) ;; *) usage_error "--pg: '$version' is not 10 or 15" ;; esac
	need_root
	need_programs
	lab_claim
	lab_finished=no
	trap 'lab_abandon' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	local began=$SECONDS
	plan_fleet "$pairs" "$standbys" "$version"
	lab_build
	lab_finished=yes
	[ "$standbys" -le 2 ] || say "max_wal_senders is $((standbys + 1)) here, not the estate's 3, for $standbys standbys each"
	say "up in $((SECONDS - began)) s: $pairs primaries with $standbys standbys each, PostgreSQL $version, $(host_names | wc -l) hosts"
}

# An `up` that fails leaves nothing but its logs' last words on the terminal.
lab_abandon() {
	[ "$lab_finished" = yes ] || {
		say "up did not finish; what was made is taken down (PGRESYNC_LAB_KEEP_LOGS=1 keeps logs in /tmp/pgresync-lab.failed)"
		if [ -n "${PGRESYNC_LAB_KEEP_LOGS:-}" ]; then
			rm -rf /tmp/pgresync-lab.failed
			mkdir -m 700 /tmp/pgresync-lab.failed
			local console
			for console in "$lab_dir"/hosts/*/console; do
				cp "$console" "/tmp/pgresync-lab.failed/$(basename "$(dirname "$console")")" 2>/dev/null || true
			done
			cp "$lab_dir"/*.log "$lab_dir"/controller/*.log /tmp/pgresync-lab.failed/ 2>/dev/null || true
		fi
		lab_remove
	}
}

lab_down() {
	need_root
	if [ ! -e "$lab_dir/owner" ]; then
		say "no lab is up (state directory $lab_dir)"
		return 0
	fi
	grep -q -x -F "$lab_mark" "$lab_dir/owner" || die "$lab_dir is not a lab's directory: not touched"
	lab_remove
}

# Ends the hub, and with it everything that runs in the lab; then the agents that `pass` started; then the files.
lab_remove() {
	local home
	[ ! -e "$lab_dir/hub.process" ] || process_end "$lab_dir/hub.process"
	for home in "$lab_dir/controller/gnupg" "$lab_dir/controller/backup-key"; do
		[ ! -d "$home" ] || gpgconf --homedir "$home" --kill all 2>/dev/null || true
	done
	wait_until 10 link_gone || ip link delete "$lab_link" 2>/dev/null || true
	local tries=0
	until rm -rf --one-file-system "$lab_dir" 2>/dev/null || [ "$tries" -ge 50 ]; do
		sleep 0.1
		tries=$((tries + 1))
	done
	[ ! -e "$lab_dir" ] || die "could not remove $lab_dir: $(rm -rf --one-file-system "$lab_dir" 2>&1 | head -n 1)"
}

link_gone() {
	! ip link show "$lab_link" >/dev/null 2>&1
}
