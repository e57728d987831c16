# shellcheck shell=bash
fault_about="its PostgreSQL is stopped"

fault_apply() {
	need_role "$1" "primary standby"
	host_service "$1" postgresql stop
}

fault_undo() {
	cluster_start "$1"
}
