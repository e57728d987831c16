# shellcheck shell=bash
fault_about="the S3 server refuses this host's connections (WAL-E's endpoint leads to a closed port)"

fault_apply() {
	need_role "$1" "primary standby"
	host_exec "$1" sh -e -c '
		cd /etc/wal-e/env.d
		[ ! -e /etc/lab/endpoint ] || exit 0
		cp -p WALE_S3_ENDPOINT /etc/lab/endpoint
		printf "http+path://127.0.0.1:9" >WALE_S3_ENDPOINT'
}

fault_undo() {
	host_exec "$1" sh -e -c '[ ! -e /etc/lab/endpoint ] || { cat /etc/lab/endpoint >/etc/wal-e/env.d/WALE_S3_ENDPOINT; rm /etc/lab/endpoint; }'
}
