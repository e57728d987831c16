# shellcheck shell=bash
fault_about="stopped while its primary writes on and recycles its WAL, then started: 'requested WAL segment … has already been removed'; all of it is in the archive"

# How many segments the primary goes on by: more than it keeps.
fault_apply() {
	need_role "$1" standby
	local segments=${2:-5} offset
	[[ $segments =~ ^[1-9][0-9]?$ ]] && [ "$segments" -ge 4 ] || usage_error "stale: '$segments' is not a number of segments from 4 to 99"
	host_service "$1" postgresql stop
	primary_moves_on "$H_primary" "$segments"
	offset=$(log_size "$1")
	host_service "$1" postgresql start || true
	wait_until 20 log_says "$1" "$offset" "has already been removed" ||
		die "$1 did not become stale: its log does not say so"
}

fault_undo() {
	standby_reset "$1"
}
