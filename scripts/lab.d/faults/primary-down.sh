# shellcheck shell=bash
fault_about="the PostgreSQL of its primary (or its own, on a primary) is stopped"

fault_apply() {
	need_role "$1" "primary standby"
	host_service "$H_primary" postgresql stop
}

fault_undo() {
	cluster_start "$H_primary"
}
