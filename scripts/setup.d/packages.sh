# Debian packages: lists in scripts/packages-build and scripts/packages-lab.

# A package set wanted by a condition, not by a list, is added here.
packages_wanted()
{
	local list
	for list in "$here/packages-build" "$here/packages-lab"; do
		[[ -r $list ]] && sed 's/[[:space:]]*#.*//; /^[[:space:]]*$/d' "$list"
	done
	command -v npm >/dev/null || echo npm
	command -v node >/dev/null || echo nodejs
}

packages_missing()
{
	local -A have=()
	local name choice status wanted lacking=()
	while read -r status name; do
		[[ $status == installed ]] && have[$name]=1
	done < <(dpkg-query -W -f '${db:Status-Status} ${Package}\n')
	while read -r wanted; do
		for choice in ${wanted//|/ }; do
			[[ -n ${have[$choice]:-} ]] && continue 2
		done
		lacking+=("$wanted")
	done < <(packages_wanted | sort -u)
	((${#lacking[@]} == 0)) || printf '%s\n' "${lacking[*]}"
}

# The first of "a|b" that apt can install.
packages_choose()
{
	local choice
	for choice in ${1//|/ }; do
		if apt-cache policy "$choice" | grep -q 'Candidate: [^(]'; then
			printf '%s\n' "$choice"
			return
		fi
	done
	printf '%s\n' "${1%%|*}"
}

policy=/usr/sbin/policy-rc.d
clusters=/etc/postgresql-common/createcluster.conf

# While packages are configured nothing may be started: maintainer scripts ask policy-rc.d.
packages_forbid_services()
{
	if [[ -x $policy ]] && ! grep -q 'pgresync setup' "$policy"; then
		local answer=0
		"$policy" pgresync-probe start >/dev/null 2>&1 </dev/null || answer=$?
		((answer == 101)) && return	# the machine forbids it already
		mv "$policy" "$policy.before-pgresync-setup"
	fi
	printf '#!/bin/sh\n# For the time of a pgresync setup only: no service is started by a package.\nexit 101\n' >"$policy"
	chmod 755 "$policy"
}

packages_allow_services()
{
	if grep -qs 'pgresync setup' "$policy"; then
		rm -f "$policy"
	fi
	if [[ -e $policy.before-pgresync-setup ]]; then
		mv "$policy.before-pgresync-setup" "$policy"
	fi
}

# PostgreSQL's packages make a cluster when they are first installed, unless this file says no.
# A file that the machine already has is changed for the time of the installation only.
packages_forbid_cluster()
{
	mkdir -p "${clusters%/*}"
	if [[ ! -e $clusters ]]; then
		printf '# Written by pgresync setup\ncreate_main_cluster = false\n' >"$clusters"
	elif [[ ! -e $clusters.before-pgresync-setup ]]; then
		cp -p "$clusters" "$clusters.before-pgresync-setup"
		sed -i '/^[[:space:]]*create_main_cluster/d' "$clusters"
		printf 'create_main_cluster = false\n' >>"$clusters"
	fi
}

packages_allow_cluster()
{
	local shipped=/usr/share/postgresql-common/createcluster.conf
	if [[ -e $clusters.before-pgresync-setup ]]; then
		mv "$clusters.before-pgresync-setup" "$clusters"
	elif grep -qs 'Written by pgresync setup' "$clusters" && [[ -e $shipped ]]; then
		cp "$shipped" "$clusters"
		rm -f "$clusters.ucf-dist"
	fi
}

# A server that is here only because we installed its package does not come up at the next boot either.
declare -A servers=([openssh-server]=ssh [collectd-core]=collectd [collectd]=collectd [postgresql-common]=postgresql)

packages_disable_servers()
{
	local name
	for name in "$@"; do
		[[ -z ${servers[$name]:-} ]] || systemctl disable "${servers[$name]}.service" >>"$log" 2>&1 || true
	done
}

packages_install()
{
	local lacking=() names=() wanted
	read -ra lacking <<<"$(packages_missing)"
	local apt=(env DEBIAN_FRONTEND=noninteractive UCF_FORCE_CONFFOLD=1 apt-get -q -y
		-o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold)

	say "asking apt for ${#lacking[@]} missing packages"
	printf '== apt-get update\n' >>"$log"
	# Once more if another apt has the lists, or a mirror hiccups.  A third party's source that does not answer must
	# not stop us: the installation tells what is really missing.
	timeout 600 "${apt[@]}" update >>"$log" 2>&1 </dev/null ||
		{ sleep 5; timeout 600 "${apt[@]}" update >>"$log" 2>&1 </dev/null; } || true
	for wanted in "${lacking[@]}"; do
		names+=("$(packages_choose "$wanted")")
	done

	trap 'packages_allow_services; packages_allow_cluster' EXIT
	packages_forbid_services
	packages_forbid_cluster
	quietly "installing Debian packages" "${apt[@]}" install --no-install-recommends "${names[@]}"
	packages_disable_servers "${names[@]}"
	packages_allow_services
	packages_allow_cluster
	trap - EXIT
	say "installed ${names[*]}"
}
