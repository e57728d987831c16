# shellcheck shell=bash
fault_about="the secret key on this host has another passphrase than the one in the password store"

fault_apply() {
	need_role "$1" standby
	local work
	work=$(mktemp -d "$lab_dir/controller/rekey.XXXXXX")
	key_with_other_passphrase "$work" >"$work/secret_key.asc" || die "a second passphrase could not be set"
	key_install "$1" "$work/secret_key.asc"
	gpgconf --homedir "$work" --kill gpg-agent
	rm -rf "$work"
}

# key_with_other_passphrase HOME: prints the same key, protected by something that nobody knows. The agent is asked per
# keygrip, because GnuPG's own command changes only some of the keys and reports success.
key_with_other_passphrase() {
	local grip other=$1/other answers
	canary other-passphrase | tr -d '\n' >"$other"
	tr -d '\n' <"$lab_dir/controller/secrets/gpg_passphrase" >"$1/old"
	gpg_home "$1" --import "$lab_dir/controller/backup-key/secret_key.asc"
	for grip in $(gpg_home "$1" --with-colons --with-keygrip --list-secret-keys | awk -F: '$1 == "grp" { print $10 }'); do
		answers=$(printf '%s\n' 'OPTION pinentry-mode=loopback' "/definqfile PASSPHRASE $1/old" \
			"/definqfile NEW_PASSPHRASE $other" "PASSWD $grip" /bye | gpg-connect-agent --homedir "$1")
		[[ $answers != *ERR* ]] || return 1
	done
	gpg_home "$1" --pinentry-mode loopback --passphrase-file "$other" --armor --export-secret-keys
}

# key_install HOST FILE: as puppet would: the file, and the key ring made from it.
key_install() {
	local file
	file=/var/lib/postgresql/.gnupg/$(cat "$lab_dir/controller/backup-key/fpr")_secret_key.asc
	host_exec "$1" sh -c 'umask 077; cat >"$1.new"; chown postgres:postgres "$1.new"; mv "$1.new" "$1"' sh "$file" <"$2"
	host_exec "$1" bash /run/lab/kit/import_key "$file"
}

fault_undo() {
	key_install "$1" "$lab_dir/controller/backup-key/secret_key.asc"
}
