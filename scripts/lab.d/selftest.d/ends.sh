# shellcheck shell=bash
# Crash and end: what is left afterwards.

no_namespace_left() {
	local link left=0
	for link in /proc/[0-9]*/ns/net; do
		! grep -q -x -F "$(readlink "$link" 2>/dev/null)" "$work/namespaces" || left=$((left + 1))
	done
	is "$left" 0
}
nothing_left() {
	[ ! -e "$LAB_DIR" ] || { echo "$LAB_DIR is there"; return 1; }
	is "$(ip -o link | awk -F': ' '{ print $2 }' | sort)" "$links_before" &&
		is "$(ip route | sort)" "$routes_before" &&
		is "$(cut -d ' ' -f 2,3 /proc/self/mounts | sort)" "$mounts_before"
}
# The pattern stands in a file, so that the search does not find itself.
printf '%s\n' "$LAB_DIR" >"$work/pattern"
no_agent_left() { is "$(grep -l -a -F -f "$work/pattern" /proc/[0-9]*/cmdline 2>/dev/null)" ""; }

hub=$(cat "$LAB_DIR/hub.pid")
check "down" "$lab" down
check "down leaves no process in the lab's namespaces" soon no_namespace_left
check "down leaves no agent and no server" soon no_agent_left
check "down leaves no link, route, mount or file" nothing_left
check "the hub is gone" test ! -e "/proc/$hub/ns/net"
check "down again is no error" "$lab" down

check "up once more, small" "$lab" up --pairs 1 --standbys 1
kill -KILL "$(cat "$LAB_DIR/hub.pid")"
sleep 0.5
check "after a crash up says what to do" fails_with 1 "$lab" up
check "after a crash status says what to do" fails_with 1 "$lab" status
check "down cleans up after a crash" "$lab" down
check "and leaves nothing" nothing_left
check "no agent and no server after the crash" soon no_agent_left
