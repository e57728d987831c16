# shellcheck shell=bash
# Faults: one file each in faults/, named after the fault, that says in one line what it does (fault_about), breaks
# (fault_apply HOST [ARGUMENT]) and, where that makes sense, heals (fault_undo HOST).

fault_files() {
	printf '%s\n' "$lab_lib"/faults/*.sh
}

# fault_load NAME
fault_load() {
	unset -f fault_apply fault_undo
	fault_about=
	[ -n "$1" ] || usage_error "a fault is missing; known: $(fault_names)"
	[[ $1 != */* ]] && [ -e "$lab_lib/faults/$1.sh" ] || usage_error "no fault '$1'; known: $(fault_names)"
	# shellcheck disable=SC1090
	. "$lab_lib/faults/$1.sh"
}

fault_names() {
	local file
	for file in "$lab_lib"/faults/*.sh; do
		file=${file##*/}
		printf '%s ' "${file%.sh}"
	done
}

fault_list() {
	local name
	for name in $(fault_names); do
		fault_load "$name"
		printf '%-26s %s\n' "$name" "$fault_about"
	done
}

fault_break() {
	fault_load "${2:-}"
	fault_apply "$1" "${@:3}"
	say "$1: $2"
}

fault_heal() {
	fault_load "${2:-}"
	declare -F fault_undo >/dev/null || die "$2 cannot be healed by itself: 'lab reset $1' makes the standby anew"
	fault_undo "$1"
	say "$1: $2 healed"
}
