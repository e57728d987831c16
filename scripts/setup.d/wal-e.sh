# WAL-E: from PyPI, in a virtual environment beside Debian's own boto and gevent (the boto on PyPI does not run on
# today's Python).

wale=$cache/wal-e
wale_version=1.1.1
wale_sha256=bdf55a7f6e2bd0c2298502928756d222d2804391ef39b3f36c2514293c5d65e9

wal_e_missing()
{
	[[ -e $wale/.complete ]] || printf 'WAL-E %s\n' "$wale_version"
}

wal_e_works()
{
	[[ -x $wale/bin/wal-e ]] && "$wale/bin/wal-e" version 2>/dev/null </dev/null | grep -q "^$wale_version"
}

wal_e_install()
{
	if ! wal_e_works; then
		rm -rf "$wale"
		quietly "making WAL-E's environment" /usr/bin/python3 -m venv --system-site-packages "$wale"
		printf 'wal-e==%s --hash=sha256:%s\n' "$wale_version" "$wale_sha256" >"$wale/requirements.txt"
		quietly "installing WAL-E" "$wale/bin/python" -m pip install --quiet --no-deps --require-hashes \
			--no-build-isolation -r "$wale/requirements.txt"
		wal_e_works || die "WAL-E is installed but does not run: $wale/bin/wal-e version"
		say "installed WAL-E $wale_version into $wale"
	fi
	: >"$wale/.complete"
}
