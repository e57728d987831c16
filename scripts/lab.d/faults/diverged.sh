# shellcheck shell=bash
fault_about="was promoted once, wrote on a timeline of its own, and was made a standby again"

fault_apply() {
	need_role "$1" standby
	standby_promote "$1"
	host_service "$1" postgresql stop
	host_exec "$1" sh -c 'cd "$1" && rm -f recovery.done' sh "$(postgres_data)"
	standby_mark "$1"
	local offset
	offset=$(log_size "$1")
	host_service "$1" postgresql start || true
	wait_until 20 log_says "$1" "$offset" "is behind recovery timeline" ||
		die "$1 did not diverge: its log does not say so"
}

fault_undo() {
	standby_reset "$1"
}
