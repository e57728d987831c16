# shellcheck shell=bash
fault_about="streams, but its replay is paused while the primary writes on (argument: WAL segments of 16 MB, 3)"

fault_apply() {
	need_role "$1" standby
	local segments=${2:-3}
	[[ $segments =~ ^[1-9][0-9]?$ ]] || usage_error "lagging: '$segments' is not a number of segments from 1 to 99"
	host_query "$1" "SELECT pg_wal_replay_pause();" >/dev/null
	primary_moves_on "$H_primary" "$segments"
}

fault_undo() {
	host_query "$1" "SELECT pg_wal_replay_resume();" >/dev/null
}
