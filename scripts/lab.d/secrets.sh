# shellcheck shell=bash
# Keys and secrets of one lab, all made anew at `lab up`. Secrets travel by file and by stdin, never in an argument.

# A canary: unmistakable when it turns up where it should not, and free of what a conninfo string would have to quote.
canary() {
	printf '%s-%s\n' "$1" "$(od -A n -t x1 -N 16 /dev/urandom | tr -d ' \n')"
}

secrets_make() {
	umask 077
	local dir=$lab_dir/controller
	mkdir -p "$dir/secrets" "$dir/gnupg" "$dir/password-store"
	canary canary-passphrase >"$dir/secrets/gpg_passphrase"
	canary canary-standby >"$dir/secrets/standby_password"
	canary canary-sudo >"$dir/secrets/sudo_password"
	canary canary-identity >"$dir/secrets/identity_passphrase"
	canary collectd >"$dir/secrets/collectd_password"
	cat "$dir/secrets/gpg_passphrase" "$dir/secrets/standby_password" "$dir/secrets/sudo_password" \
		"$dir/secrets/identity_passphrase" >"$dir/canaries"
	openssl passwd -6 -stdin <"$dir/secrets/sudo_password" >"$dir/secrets/oncall_hash"
}

# gpg_home HOME ARGUMENT…: GnuPG with a key ring of the lab's own.
gpg_home() {
	local home=$1
	shift
	gpg --homedir "$home" -q --batch --no-tty "$@"
}

# The key that WAL is encrypted to: RSA, because GnuPG 1.4 reads nothing newer, with a passphrase.
backup_key_make() {
	umask 077
	local dir=$lab_dir/controller/backup-key
	mkdir -p "$dir"
	{
		printf '%%echo off\nKey-Type: RSA\nKey-Length: 2048\nKey-Usage: sign\nSubkey-Type: RSA\nSubkey-Length: 2048\n'
		printf 'Subkey-Usage: encrypt\nName-Real: PostgreSQL backups\nName-Email: backups@lab.invalid\nExpire-Date: 0\n%%commit\n'
	} >"$dir/parameters"
	gpg_home "$dir" --pinentry-mode loopback --passphrase-file "$lab_dir/controller/secrets/gpg_passphrase" \
		--generate-key "$dir/parameters" 2>"$dir/log"
	gpg_home "$dir" --with-colons --list-keys | awk -F: '$1 == "fpr" { print $10; exit }' >"$dir/fpr"
	gpg_home "$dir" --pinentry-mode loopback --passphrase-file "$lab_dir/controller/secrets/gpg_passphrase" \
		--armor --export-secret-keys >"$dir/secret_key.asc"
	gpg_home "$dir" --armor --export >"$dir/public_key.asc"
	gpgconf --homedir "$dir" --kill gpg-agent
}

# The operator's side: a pass store with the two entries that the operators' page names, and a key without a passphrase,
# so that no pinentry is needed.
password_store_make() {
	umask 077
	local dir=$lab_dir/controller
	{
		printf '%%no-protection\nKey-Type: EDDSA\nKey-Curve: ed25519\nSubkey-Type: ECDH\nSubkey-Curve: cv25519\n'
		printf 'Name-Real: Lab operator\nName-Email: operator@lab.invalid\nExpire-Date: 0\n%%commit\n'
	} | gpg_home "$dir/gnupg" --generate-key 2>"$dir/gnupg.log"
	(
		export GNUPGHOME=$dir/gnupg PASSWORD_STORE_DIR=$dir/password-store
		pass init operator@lab.invalid
		pass insert -m "postgresql-backups/staging/postgresql-primary" <"$dir/secrets/gpg_passphrase"
		pass insert -m "govuk::node::s_postgresql_primary::standby_password" <"$dir/secrets/standby_password"
	) >"$dir/pass.log" 2>&1
}

user_keys_make() {
	umask 077
	local dir=$lab_dir/controller/ssh
	mkdir -p "$dir"
	ssh-keygen -q -t ed25519 -N '' -C lab-ed25519 -f "$dir/id_ed25519"
	ssh-keygen -q -t ecdsa -b 256 -N '' -C lab-ecdsa -f "$dir/id_ecdsa"
	ssh-keygen -q -t rsa -b 2048 -N '' -C lab-rsa -f "$dir/id_rsa"
	# ssh-keygen takes a new passphrase from an argument or from SSH_ASKPASS; the second leaves no trace in a list of processes.
	LAB_ASKPASS_FILE=$lab_dir/controller/secrets/identity_passphrase SSH_ASKPASS=$lab_lib/askpass SSH_ASKPASS_REQUIRE=force \
		ssh-keygen -q -t ed25519 -a 16 -C lab-encrypted -f "$dir/id_encrypted" </dev/null
	cat "$dir"/*.pub >"$dir/authorized_keys"
}

# host_keys_make NAME: the legacy machine has an RSA host key only, primaries one of each, the others no RSA.
host_keys_make() {
	umask 077
	local seed=$lab_dir/hosts/$1/seed type
	local types="ed25519 ecdsa" bits
	mkdir -p "$seed"
	host_load "$1"
	[ "$H_role" != primary ] || types="ed25519 ecdsa rsa"
	[ "$H_legacy" != yes ] || types=rsa
	for type in $types; do
		bits=2048
		[ "$type" = rsa ] || bits=256
		ssh-keygen -q -t "$type" -b "$bits" -N '' -C "$1" -f "$seed/ssh_host_${type}_key"
	done
}

# known_hosts with every host under name and address; every second line is hashed, as ssh itself writes them on Debian.
known_hosts_write() {
	umask 022
	local dir=$lab_dir/controller/ssh name site address rest key hashed=no
	: >"$dir/known_hosts"
	while IFS=$'\t' read -r name site address rest; do
		for key in "$lab_dir/hosts/$name"/seed/ssh_host_*_key.pub; do
			{
				printf '%s ' "$name"
				cut -d ' ' -f 1,2 "$key"
				printf '%s ' "$address"
				cut -d ' ' -f 1,2 "$key"
			} >"$dir/one"
			if [ "$hashed" = yes ]; then
				ssh-keygen -q -H -f "$dir/one" >/dev/null 2>&1
				hashed=no
			else
				hashed=yes
			fi
			cat "$dir/one" >>"$dir/known_hosts"
		done
	done <"$lab_dir/hosts.tsv"
	rm -f "$dir/one" "$dir/one.old"
}

# seed_fill NAME: what the host needs to know at its first start.
seed_fill() {
	umask 077
	local seed=$lab_dir/hosts/$1/seed controller=$lab_dir/controller
	mkdir -p "$seed"
	cp "$lab_dir/hosts/$1/facts" "$controller/hosts" "$controller/ssh/authorized_keys" "$seed/"
	cp "$controller/backup-key/fpr" "$controller/backup-key/public_key.asc" "$seed/"
	cp "$controller/secrets/oncall_hash" "$controller/secrets/collectd_password" "$seed/"
	printf '%s\n' "$cache_dir" >"$seed/cache"
	printf '%s\n' "$s3_bucket" >"$seed/bucket"
	printf '%s:%s\n' "$controller_address" "$s3_port" >"$seed/s3"
	host_load "$1"
	[ "$H_role" != standby ] || cp "$controller/backup-key/secret_key.asc" "$controller/secrets/standby_password" "$seed/"
}
