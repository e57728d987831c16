# shellcheck shell=bash
# The hub: one process whose pid, mount and network namespaces hold the whole lab. When it ends, the kernel ends every
# process of the lab with it and takes links, bridges and mounts away.

hub_start() {
	setsid unshare --mount --net --pid --fork --propagation private \
		env -i PATH="$host_path" bash "$lab_lib/kit/hub" "$lab_dir" </dev/null >>"$lab_dir/hub.log" 2>&1 9>&- &
	disown
	wait_until 10 test -s "$lab_dir/hub.pid" || die "the lab's namespaces could not be made: $(tail -n 3 "$lab_dir/hub.log")"
	process_record "$lab_dir/hub.process" "$(cat "$lab_dir/hub.pid")"
}

# in_hub COMMAND…: in the hub's network and mount namespaces.
in_hub() {
	nsenter --target "$(hub_pid)" --net --mount -- "$@"
}

# Two segments, one bridge each. The controller sits on the first; of the second it sees only what answers from its S3
# port, so that hosts there are reached through their jumpbox and in no other way.
network_up() {
	local hub
	hub=$(hub_pid)
	if ip link show "$lab_link" >/dev/null 2>&1; then
		die "link $lab_link exists already: another lab is up, or was not taken down"
	fi
	ip link add "$lab_link" type veth peer name controller netns "$hub"
	ip address add "$controller_address/24" dev "$lab_link"
	ip link set "$lab_link" up
	ip route add 10.99.2.0/24 via 10.99.1.254 dev "$lab_link"
	in_hub bash -e <<-END
		ip link set lo up
		ip link add segment1 type bridge
		ip link add segment2 type bridge
		ip link set controller master segment1 up
		ip address add 10.99.1.254/24 dev segment1
		ip address add 10.99.2.254/24 dev segment2
		ip link set segment1 up
		ip link set segment2 up
		echo 1 >/proc/sys/net/ipv4/ip_forward
		ip rule add priority 100 from $controller_address to 10.99.2.0/24 ipproto tcp sport $s3_port lookup main
		ip rule add priority 101 from 10.99.1.0/24 to 10.99.2.0/24 prohibit
		ip rule add priority 102 from 10.99.2.0/24 to $controller_address lookup main
		ip rule add priority 103 from 10.99.2.0/24 to 10.99.1.0/24 prohibit
	END
}

# network_attach NAME: gives a running host its link, or both in the case of a jumpbox.
network_attach() {
	local pid
	host_load "$1"
	pid=$(host_pid "$1")
	if [ "$H_role" = jumpbox ]; then
		network_port "$pid" "v${H_number}b" eth1 segment2 "10.99.2.${H_address##*.}" ""
	fi
	local segment=segment1 gateway=10.99.1.254
	[ "${H_address#10.99.2.}" = "$H_address" ] || { segment=segment2; gateway=10.99.2.254; }
	network_port "$pid" "v$H_number" eth0 "$segment" "$H_address" "$gateway"
}

# network_port PID HUB_NAME HOST_NAME BRIDGE ADDRESS GATEWAY
network_port() {
	in_hub ip link delete "$2" 2>/dev/null || true
	in_hub ip link add "$2" type veth peer name "$3" netns "$1"
	in_hub ip link set "$2" master "$4" up
	nsenter --target "$1" --net -- bash -e <<-END
		ip link set lo up
		ip address add $5/24 dev $3
		ip link set $3 up
		${6:+ip route add default via $6}
	END
}

s3_start() {
	mkdir -p "$lab_dir/s3"
	setsid nsenter --target "$(hub_pid)" --pid -- \
		"$cache_dir/s3rver/node_modules/.bin/s3rver" --directory "$lab_dir/s3" --address "$controller_address" \
		--port "$s3_port" --allow-mismatched-signatures --configure-bucket "$s3_bucket" \
		</dev/null >>"$lab_dir/s3.log" 2>&1 9>&- &
	disown
}

s3_answers() {
	(exec 3<>"/dev/tcp/$controller_address/$s3_port") 2>/dev/null
}
