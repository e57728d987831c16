# WAL-E: from PyPI, in a virtual environment beside Debian's own boto and gevent (the boto on PyPI does not run on
# today's Python).

wale=$cache/wal-e
wale_version=1.1.1

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
		quietly "installing WAL-E" "$wale/bin/python" -m pip install --quiet --no-deps "wal-e==$wale_version"
		wal_e_works || die "WAL-E is installed but does not run: $wale/bin/wal-e version"
		say "installed WAL-E $wale_version into $wale"
	fi
	: >"$wale/.complete"
}
