# shellcheck shell=bash
fault_about="the inventory lies: this machine was promoted and is a primary now, with rows of its own"

fault_apply() {
	need_role "$1" standby
	standby_promote "$1"
}

fault_undo() {
	standby_reset "$1"
}
