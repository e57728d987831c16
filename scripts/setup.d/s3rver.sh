# An S3 server for the lab: from npm.

s3rver=$cache/s3rver
s3rver_version=3.7.1

s3rver_missing()
{
	[[ -e $s3rver/.complete ]] || printf 's3rver %s\n' "$s3rver_version"
}

s3rver_works()
{
	[[ -x $s3rver/node_modules/.bin/s3rver ]] &&
		"$s3rver/node_modules/.bin/s3rver" --version 2>/dev/null </dev/null | grep -q "$s3rver_version"
}

s3rver_install()
{
	if ! s3rver_works; then
		rm -rf "$s3rver" && mkdir -p "$s3rver"
		quietly "installing s3rver" npm install --prefix "$s3rver" --ignore-scripts --no-audit --no-fund \
			--loglevel=error "s3rver@$s3rver_version"
		s3rver_works || die "s3rver is installed but does not run: $s3rver/node_modules/.bin/s3rver --version"
		say "installed s3rver $s3rver_version into $s3rver"
	fi
	: >"$s3rver/.complete"
}
