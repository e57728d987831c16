# shellcheck shell=bash
# What the program is told about the lab: an inventory file, and the variables of `lab env`.

inventory_write() {
	umask 022
	local ssh=$lab_dir/controller/ssh version
	version=$(head -n 1 "$lab_dir/hosts.tsv" | awk -F'\t' '{ print $NF }')
	{
		cat <<-END
			version: 1
			defaults:
			  ssh: {user: deploy, port: 22, identities: [$ssh/id_ed25519], known_hosts: [$ssh/known_hosts]}
			  postgresql: {version: "$version", cluster: main}
			  commands:
			    puppet: /usr/local/bin/govuk_puppet
			    service_postgresql: /etc/init.d/postgresql
			    restart_collectd: "service collectd restart"
			    resync_script: pg_resync_slave
			  wal_e: {env_dir: /etc/wal-e/env.d, command: /usr/local/bin/wal-e, gpg_mode: inplace, gnupg_home: /var/lib/postgresql/.gnupg}
			  secrets:
			    gpg_passphrase: {pass: "postgresql-backups/\${environment}/postgresql-primary"}
			    standby_password: {pass: "govuk::node::s_postgresql_primary::standby_password"}
			sites:
			  carrenza: {aliases: [6dg]}
		END
		! grep -q '^jumpbox' "$lab_dir/hosts.tsv" || printf '  skyscape: {ssh: {jump: jumpbox-1.skyscape}}\n'
		printf 'environments:\n  staging: {}\nhosts:\n'
		inventory_hosts
		printf 'pairs:\n'
		inventory_pairs
	} >"$lab_dir/controller/inventory.yaml"
}

inventory_hosts() {
	local name site address role primary use gpg pgpass legacy rest extra
	while IFS=$'\t' read -r name site address role primary use gpg pgpass legacy rest; do
		extra=", tags: [postgresql]"
		[ "$role" != jumpbox ] || extra=", ssh: {jump: none}"
		[ "$legacy" != yes ] || extra="$extra, ssh: {legacy: true}"
		printf '  %s: {address: %s, site: %s, environment: staging%s}\n' "$name" "$address" "$site" "$extra"
	done <"$lab_dir/hosts.tsv"
}

inventory_pairs() {
	local primary name separator
	for primary in $(names_by_role primary); do
		printf '  - {primary: %s, standbys: [' "$primary"
		separator=
		for name in $(standbys_of "$primary"); do
			host_load "$name"
			printf '%s{host: %s, role: %s}' "$separator" "$name" "$H_use"
			separator=', '
		done
		printf ']}\n'
	done
}

env_print() {
	local controller=$lab_dir/controller
	local -A values=(
		[LAB_DIR]=$lab_dir
		[LAB_INVENTORY]=$controller/inventory.yaml
		[LAB_KNOWN_HOSTS]=$controller/ssh/known_hosts
		[LAB_IDENTITY]=$controller/ssh/id_ed25519
		[LAB_IDENTITY_ECDSA]=$controller/ssh/id_ecdsa
		[LAB_IDENTITY_RSA]=$controller/ssh/id_rsa
		[LAB_IDENTITY_ENCRYPTED]=$controller/ssh/id_encrypted
		[LAB_IDENTITY_PASSPHRASE_FILE]=$controller/secrets/identity_passphrase
		[LAB_SUDO_PASSWORD_FILE]=$controller/secrets/sudo_password
		[LAB_GPG_PASSPHRASE_FILE]=$controller/secrets/gpg_passphrase
		[LAB_STANDBY_PASSWORD_FILE]=$controller/secrets/standby_password
		[LAB_CANARIES]=$controller/canaries
		[PASSWORD_STORE_DIR]=$controller/password-store
		[GNUPGHOME]=$controller/gnupg
		[LAB_PRIMARIES]=$(names_by_role primary | paste -s -d ' ')
		[LAB_STANDBYS]=$(names_by_role standby | paste -s -d ' ')
		[LAB_JUMPBOXES]=$(names_by_role jumpbox | paste -s -d ' ')
	)
	local key
	for key in $(printf '%s\n' "${!values[@]}" | sort); do
		printf "export %s='%s'\n" "$key" "${values[$key]}"
	done
}
