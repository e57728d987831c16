# shellcheck shell=bash
# Starting and ending one host: its namespaces, its overlay, its link.

# host_prepare NAME: once. The data filesystem lives in the hub, so that it outlives a reboot of the host.
host_prepare() {
	local dir=$lab_dir/hosts/$1
	mkdir -p "$dir/data" "$dir/upper" "$dir/work" "$dir/root"
	chmod 755 "$dir/upper"
	in_hub mount -t tmpfs -o "size=$data_size,mode=755" tmpfs "$dir/data"
}

host_start() {
	local dir=$lab_dir/hosts/$1
	rm -f "$dir/init.pid"
	setsid nsenter --target "$(hub_pid)" --mount --pid -- \
		unshare --mount --net --pid --uts --ipc --fork --propagation private \
		env -i PATH="$host_path" bash "$lab_dir/kit/init" "$lab_dir" "$1" "$lab_dir/kit" </dev/null >>"$dir/console" 2>&1 9>&- &
	disown
}

host_wait() {
	local dir=$lab_dir/hosts/$1
	wait_until 20 test -s "$dir/init.pid" || die "$1 does not start: $(tail -n 3 "$dir/console")"
	process_record "$dir/init.process" "$(cat "$dir/init.pid")"
	network_attach "$1"
}

sshd_answers() {
	host_exec "$1" bash -c 'exec 3<>/dev/tcp/127.0.0.1/22' 2>/dev/null
}

# A power cut and the start after it: every process ends at once, disk and data stay, the boot id is another one.
host_reboot() {
	process_end "$lab_dir/hosts/$1/init.process"
	host_start "$1"
	host_wait "$1"
	wait_until 10 sshd_answers "$1" || die "$1 rebooted, but its sshd does not answer"
}

# host_renew NAME: the same machine with an empty disk: what was changed on it is forgotten, its keys and address stay.
host_renew() {
	local dir=$lab_dir/hosts/$1
	process_end "$dir/init.process"
	rm -rf "$dir/upper" "$dir/work" "$dir/personal"
	mkdir -p "$dir/upper" "$dir/work"
	chmod 755 "$dir/upper"
	in_hub find "$dir/data" -mindepth 1 -delete
	host_start "$1"
	host_wait "$1"
	wait_until 10 sshd_answers "$1" || die "$1 was renewed, but its sshd does not answer"
}
