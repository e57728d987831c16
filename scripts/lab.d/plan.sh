# shellcheck shell=bash
# Which hosts a lab has: names, addresses, roles and peculiarities, written once as files that all other pieces read.

# plan_host NAME SITE ADDRESS ROLE PRIMARY USE GPG PGPASS LEGACY NUMBER
plan_host() {
	local dir=$lab_dir/hosts/$1
	mkdir -p "$dir"
	printf '%s\t' "$@" >>"$lab_dir/hosts.tsv"
	printf '%s\n' "$plan_version" >>"$lab_dir/hosts.tsv"
	{
		printf 'H_name=%q\nH_site=%q\nH_address=%q\nH_role=%q\nH_primary=%q\n' "${@:1:5}"
		printf 'H_use=%q\nH_gpg=%q\nH_pgpass=%q\nH_legacy=%q\nH_number=%q\n' "${@:6:5}"
		printf 'H_version=%q\n' "$plan_version"
	} >"$dir/facts"
}

# One site: its primaries and standbys. Gpg generation and .pgpass alternate the other way round at the
# second site, so that all four combinations exist.
# plan_site SITE SUBNET PRIMARIES STANDBYS_EACH
plan_site() {
	local site=$1 subnet=$2 pairs=$3 standbys=$4
	local octet=12 p s number=0 primary use gpg pgpass legacy
	for ((p = 1; p <= pairs; p++)); do
		primary=postgresql-primary-$p.$site
		plan_host "$primary" "$site" "10.99.$subnet.$octet" primary "$primary" - 2 no no "$plan_number"
		plan_number=$((plan_number + 1))
		octet=$((octet + 1))
		for ((s = 1; s <= standbys; s++)); do
			number=$((number + 1))
			use=live legacy=no gpg=2 pgpass=no
			[ $((s % 2)) -eq 1 ] || { use=dr; gpg=1; }
			[ $(((number + subnet) % 2)) -eq 0 ] || pgpass=yes
			[ "$site" != carrenza ] || [ "$number" -ne 2 ] || legacy=yes
			plan_host "postgresql-standby-$number.$site" "$site" "10.99.$subnet.$octet" \
				standby "$primary" "$use" "$gpg" "$pgpass" "$legacy" "$plan_number"
			plan_number=$((plan_number + 1))
			octet=$((octet + 1))
		done
	done
}

# plan_fleet PAIRS STANDBYS VERSION
plan_fleet() {
	local second=$(($1 / 2)) first
	first=$(($1 - second))
	plan_version=$3
	plan_number=1
	plan_site carrenza 1 "$first" "$2"
	[ "$second" -gt 0 ] || return 0
	plan_host jumpbox-1.skyscape skyscape 10.99.1.5 jumpbox - - 2 no no "$plan_number"
	plan_number=$((plan_number + 1))
	plan_site skyscape 2 "$second" "$2"
}

# The hosts file that every host has.
plan_hosts_file() {
	printf '127.0.0.1\tlocalhost\n%s\ts3.lab\n' "$controller_address"
	local name site address rest
	while IFS=$'\t' read -r name site address rest; do
		printf '%s\t%s %s\n' "$address" "$name" "${name%%.*}-$site"
	done <"$lab_dir/hosts.tsv"
	if grep -q '^jumpbox' "$lab_dir/hosts.tsv"; then
		printf '10.99.2.5\tjumpbox-1-inside.skyscape\n'
	fi
}
