# Messages of init scripts in Ubuntu's form: " * Stopping …   [ OK ]" on a terminal, "   ...done." elsewhere.
log_daemon_msg() {
	if [ -t 1 ]; then
		printf ' * %-72s' "$*"
	else
		printf ' * %s\n' "$*"
	fi
}

log_progress_msg() {
	:
}

log_end_msg() {
	if [ "$1" -eq 0 ]; then
		if [ -t 1 ]; then echo '[ OK ]'; else echo '   ...done.'; fi
	else
		if [ -t 1 ]; then echo '[fail]'; else echo '   ...fail!'; fi
	fi
	return "$1"
}
