# shellcheck shell=bash
# What every piece of the lab shares: places, messages, recorded processes, entering a host.

lab_dir=${PGRESYNC_LAB_DIR:-/run/pgresync-lab}
cache_dir=${PGRESYNC_CACHE:-/var/cache/pgresync}
lab_link=pgrlab0
controller_address=10.99.1.1
s3_port=4568
s3_bucket=pgresync-lab
data_size=${PGRESYNC_LAB_DATA_SIZE:-512m}
host_path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

say() {
	printf 'lab: %s\n' "$*" >&2
}

die() {
	say "$@"
	exit 1
}

usage_error() {
	say "$@"
	exit 2
}

need_root() {
	[ "$(id -u)" -eq 0 ] || die "needs root: it makes namespaces, mounts and network links"
}

# A process is known by pid and start time, so that a number that was given out again is never ended.
process_started() {
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	stat=${stat##*) }
	# shellcheck disable=SC2086
	set -- $stat
	printf '%s\n' "${20}"
}

# process_record FILE PID
process_record() {
	printf '%s %s\n' "$2" "$(process_started "$2")" >"$1"
}

# process_alive FILE: prints the pid when the recorded process still is the one that was recorded.
process_alive() {
	local pid started
	read -r pid started 2>/dev/null <"$1" || return 1
	[ -n "$pid" ] && [ "$(process_started "$pid")" = "$started" ] || return 1
	printf '%s\n' "$pid"
}

# process_end FILE: ends the recorded process and waits until it is gone.
process_end() {
	local pid tries=0
	pid=$(process_alive "$1") || return 0
	kill -KILL "$pid" 2>/dev/null || return 0
	while process_alive "$1" >/dev/null && [ "$tries" -lt 200 ]; do
		sleep 0.05
		tries=$((tries + 1))
	done
}

# wait_until SECONDS COMMAND…: polls ten times a second.
wait_until() {
	local deadline=$((SECONDS + $1 + 1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		sleep 0.1
	done
}

hub_pid() {
	process_alive "$lab_dir/hub.process"
}

need_lab() {
	[ -e "$lab_dir/owner" ] || die "no lab is up (state directory $lab_dir): run 'lab up'"
	hub_pid >/dev/null || die "the lab in $lab_dir has crashed: run 'lab down', then 'lab up'"
}

host_names() {
	cut -f1 "$lab_dir/hosts.tsv" 2>/dev/null
}

need_host() {
	[ -n "${1:-}" ] || usage_error "a host name is missing; known: $(host_names | tr '\n' ' ')"
	[ -e "$lab_dir/hosts/$1/facts" ] || usage_error "no host '$1'; known: $(host_names | tr '\n' ' ')"
	host_load "$1"
}

# host_load NAME: sets H_name H_site H_address H_role H_primary H_use H_gpg H_pgpass H_legacy H_number H_version.
host_load() {
	# shellcheck disable=SC1090
	. "$lab_dir/hosts/$1/facts"
}

need_role() {
	case " $2 " in
	*" $H_role "*) ;;
	*) usage_error "$H_name is a $H_role; this needs a ${2// / or }" ;;
	esac
}

host_pid() {
	process_alive "$lab_dir/hosts/$1/init.process"
}

# host_exec NAME COMMAND…: as root inside the host, argv and stdin kept, exit status returned.
host_exec() {
	local pid
	pid=$(host_pid "$1") || { say "$1 is not running"; return 125; }
	shift
	nsenter --target "$pid" --mount --uts --ipc --net --pid --root --wdns=/ -- \
		env -i PATH="$host_path" HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" "$@"
}

# host_sql NAME [DATABASE]: SQL from stdin as OS user postgres, bare rows out.
host_sql() {
	host_exec "$1" runuser -u postgres -- psql -X -q -A -t -v ON_ERROR_STOP=1 -d "${2:-postgres}" -f -
}

host_query() {
	local name=$1
	shift
	printf '%s\n' "$*" | host_sql "$name"
}

host_service() {
	host_exec "$1" service "$2" "$3" >>"$lab_dir/hosts/$1/console" 2>&1
}

postgres_log() {
	printf '/var/log/postgresql/postgresql-%s-main.log\n' "$H_version"
}

postgres_data() {
	printf '/var/lib/postgresql/%s/main\n' "$H_version"
}

# log_size NAME, log_since NAME OFFSET: to look only at what the server said after a moment.
log_size() {
	host_exec "$1" sh -c 'wc -c <"$1" 2>/dev/null || echo 0' sh "$(postgres_log)"
}

log_since() {
	host_exec "$1" tail -c "+$(($2 + 1))" "$(postgres_log)" 2>/dev/null
}

# log_says NAME OFFSET TEXT
log_says() {
	log_since "$1" "$2" | grep -q -F -- "$3"
}
