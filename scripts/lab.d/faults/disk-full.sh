# shellcheck shell=bash
fault_about="its data filesystem is full but for a little (argument: megabytes left, 4)"

fault_apply() {
	need_role "$1" "primary standby"
	local left=${2:-4}
	[[ $left =~ ^[0-9]+$ ]] || usage_error "disk-full: '$left' is not a number of megabytes"
	host_exec "$1" sh -e -c '
		free=$(df --output=avail -k /var/lib/postgresql | tail -n 1)
		size=$((free - $1 * 1024))
		[ "$size" -gt 0 ] || exit 0
		fallocate -l "${size}k" /var/lib/postgresql/filler' sh "$left" || die "$1: the filesystem could not be filled"
}

fault_undo() {
	host_exec "$1" rm -f /var/lib/postgresql/filler
}
