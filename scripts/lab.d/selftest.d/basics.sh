# shellcheck shell=bash
# Up, access, and what the controller is given.

links_before=$(ip -o link | awk -F': ' '{ print $2 }' | sort)
routes_before=$(ip route | sort)
mounts_before=$(cut -d ' ' -f 2,3 /proc/self/mounts | sort)

check "nothing is up: status says so" fails_with 1 "$lab" status
check "up" "$lab" up "$@"
[ "$failed" -eq 0 ] || finish
eval "$("$lab" env)"
primary=postgresql-primary-1.carrenza
s1=postgresql-standby-1.carrenza
s2=postgresql-standby-2.carrenza

for pid_file in "$LAB_DIR"/hosts/*/init.pid; do
	readlink "/proc/$(cat "$pid_file")/ns/net"
done >"$work/namespaces"

check "a second up is refused" fails_with 1 "$lab" up
check "unknown command" fails_with 2 "$lab" nonsense
check "unknown host" fails_with 2 "$lab" exec nohost true
check "unknown fault" fails_with 2 "$lab" break "$s1" nonsense
check "a standby's fault on a primary" fails_with 2 "$lab" break "$primary" stale
check "a primary is never reset" fails_with 2 "$lab" reset "$primary"

check "exec keeps arguments" is "$(on "$s1" printf '%s|' 'a b' "c'd" '' '*')" "a b|c'd||*|"
check "exec passes stdin" is "$(printf hello | "$lab" exec "$s1" cat)" hello
check "exec returns the status" fails_with 7 on "$s1" sh -c 'echo one; exit 7'
check "hostname" is "$(on "$s1" hostname)" "$s1"
different() {
	is "$(for h in $LAB_PRIMARIES $LAB_STANDBYS; do on "$h" cat "$1"; done | sort -u | wc -l)" \
		"$(printf '%s\n' $LAB_PRIMARIES $LAB_STANDBYS | wc -l)"
}
check "machine-ids differ" different /etc/machine-id
check "boot ids differ" different /proc/sys/kernel/random/boot_id
check "its own processes only" is "$(on "$s1" cat /proc/1/cmdline | tr '\0' ' ' | grep -c perl)" 1

cat >"$work/ssh_config" <<-END
	Host *
	  UserKnownHostsFile $LAB_KNOWN_HOSTS
	  StrictHostKeyChecking yes
	  IdentitiesOnly yes
	  ConnectTimeout 5
	  User deploy
	Host 10.99.2.*
	  ProxyJump 10.99.1.5
END
login() {
	local key=$1 address=$2
	shift 2
	ssh -F "$work/ssh_config" -o BatchMode=yes -i "$key" "$@" "$address" hostname </dev/null
}
address_of() {
	awk -F'\t' -v name="$1" '$1 == name { print $3 }' "$LAB_DIR/hosts.tsv"
}
check "ed25519 login" login "$LAB_IDENTITY" "$(address_of "$s1")"
check "ECDSA login" login "$LAB_IDENTITY_ECDSA" "$(address_of "$s1")"
check "RSA login" login "$LAB_IDENTITY_RSA" "$(address_of "$s1")"
refused() { ! login "$@"; }
check "the encrypted key needs its passphrase" refused "$LAB_IDENTITY_ENCRYPTED" "$(address_of "$s1")"
check "the legacy host offers ssh-rsa only: refused by default" refused "$LAB_IDENTITY" "$(address_of "$s2")"
check "the legacy host with ssh-rsa" login "$LAB_IDENTITY" "$(address_of "$s2")" -o HostKeyAlgorithms=+ssh-rsa
if [ -n "$LAB_JUMPBOXES" ]; then
	check "the second site through its jumpbox" login "$LAB_IDENTITY" 10.99.2.12 -o "ProxyCommand=ssh -F $work/ssh_config -i $LAB_IDENTITY -W %h:%p 10.99.1.5" -o ProxyJump=none
	check "the second site without its jumpbox" refused "$LAB_IDENTITY" 10.99.2.12 -o ProxyJump=none
fi
sudo_asks() {
	local answer
	answer=$(ssh -F "$work/ssh_config" -o User=oncall -i "$LAB_IDENTITY" "$(address_of "$s1")" 'sudo -n true' </dev/null 2>&1)
	[[ $answer == *"password is required"* ]] || { echo "$answer"; return 1; }
	answer=$(ssh -F "$work/ssh_config" -o User=oncall -i "$LAB_IDENTITY" "$(address_of "$s1")" 'sudo -S -p "" id -u' <"$LAB_SUDO_PASSWORD_FILE" 2>&1)
	is "$answer" 0
}
check "oncall needs its sudo password" sudo_asks
check "pass has the passphrase" is "$(pass show postgresql-backups/staging/postgresql-primary)" "$(cat "$LAB_GPG_PASSPHRASE_FILE")"
check "pass has the standby password" is "$(pass show govuk::node::s_postgresql_primary::standby_password)" "$(cat "$LAB_STANDBY_PASSWORD_FILE")"
check "rows are the same on primary and standby" is "$("$lab" sum "$s1")" "$("$lab" sum "$primary")"
check "every standby streams" is "$("$lab" status | grep -c streaming)" "$(printf '%s\n' $LAB_STANDBYS | wc -l)"
