#!/bin/bash
# The gates: what every commit keeps.  One line per gate, its offences below; the last line counts.
set -uo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
all=(selftest format layers headers sizes banned shell units clang tidy)
quick=(format layers headers sizes banned shell units)

usage()
{
	cat <<-END
	usage: scripts/check.sh [--quick] [GATE...]

	Gates, all of them unless named: ${all[*]}
	  --quick   only those that need no build: ${quick[*]}
	END
}

gates=()
for arg in "$@"; do
	case $arg in
	-h | --help) usage; exit 0 ;;
	--quick) gates=("${quick[@]}") ;;
	*)
		[[ " ${all[*]} " == *" $arg "* ]] || { usage >&2; exit 64; }
		gates+=("$arg")
		;;
	esac
done
((${#gates[@]})) || gates=("${all[@]}")

cd "$top" || exit 1
said=$(mktemp) || exit 1
trap 'rm -f "$said"' EXIT
passed=0 failed=0
for gate in "${gates[@]}"; do
	began=$SECONDS
	if "scripts/gates/$gate" >"$said" 2>&1 </dev/null; then
		printf 'ok      %-9s %3d s\n' "$gate" $((SECONDS - began))
		passed=$((passed + 1))
	else
		printf 'FAILED  %-9s %3d s\n' "$gate" $((SECONDS - began))
		failed=$((failed + 1))
	fi
	head -n 60 "$said" | sed 's/^/        /'
	lines=$(wc -l <"$said")
	((lines <= 60)) || printf '        (%d lines more: scripts/gates/%s)\n' $((lines - 60)) "$gate"
done
printf '%d passed, %d failed\n' "$passed" "$failed"
((failed == 0))
