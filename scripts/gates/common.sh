# Sourced by the gates, which run in the top folder of the tree that they judge (check.sh sees to it).

# sources PATTERN...: files of the product and its tests, by name pattern.
sources()
{
	local args=() pattern folder folders=()
	for pattern in "$@"; do
		args+=(-o -name "$pattern")
	done
	for folder in orchestrator inventory tests; do
		[[ -d $folder ]] && folders+=("$folder")
	done
	((${#folders[@]})) || return 0
	find "${folders[@]}" -type f \( "${args[@]:1}" \) | sort
}

processors=$(nproc)
libssh2_pc=${PGRESYNC_CACHE:-/var/cache/pgresync}/libssh2-1.11.1/lib/pkgconfig
