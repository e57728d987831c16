# shellcheck shell=bash
fault_about="a colleague has disabled puppet under the default lock, with a reason"

fault_apply() {
	need_role "$1" "primary standby"
	host_exec "$1" govuk_puppet --disable "kernel upgrade, please leave it off (by alicejones)" >/dev/null ||
		die "puppet on $1 is disabled already"
}

fault_undo() {
	host_exec "$1" govuk_puppet --enable >/dev/null || true
}
