# shellcheck shell=bash
fault_about="every archived WAL segment of its primary has vanished from S3"

fault_apply() {
	need_role "$1" "primary standby"
	local archive=$lab_dir/s3/$s3_bucket/$H_primary
	[ -d "$archive" ] || die "$H_primary has archived nothing yet"
	mkdir -p "$lab_dir/s3-gone"
	[ ! -e "$lab_dir/s3-gone/$H_primary" ] || die "the archive of $H_primary is gone already"
	mv "$archive" "$lab_dir/s3-gone/$H_primary"
}

# What was archived since then is newer, and stays.
fault_undo() {
	local kept=$lab_dir/s3-gone/$H_primary archive=$lab_dir/s3/$s3_bucket/$H_primary
	[ -d "$kept" ] || return 0
	mkdir -p "$archive"
	cp -rn "$kept/." "$archive/"
	rm -rf "$kept"
}
