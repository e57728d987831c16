# WAL-E: from PyPI, in a virtual environment beside Debian's own boto and gevent (the boto on PyPI does not run on
# today's Python).

wale=$cache/wal-e
wale_version=1.1.1
wale_sha256=bdf55a7f6e2bd0c2298502928756d222d2804391ef39b3f36c2514293c5d65e9

wal_e_missing()
{
	[[ -e $wale/.complete ]] && wal_e_prefetches || printf 'WAL-E %s\n' "$wale_version"
}

# WAL-E's prefetchers ask of every stdin whether it is a socket, which Python has refused to answer for other files since
# 3.7: without this they end at once, and a restore here would not be what it is on the estate's machines.
wal_e_daemon() { echo "$wale"/lib/python3*/site-packages/wal_e/pep3143daemon/daemon.py; }
wal_e_prefetches() { grep -q 'stat.S_ISSOCK' "$(wal_e_daemon)" 2>/dev/null; }
wal_e_mend()
{
	wal_e_prefetches || sed -i -e 's/^import socket$/import socket\nimport stat/' \
		-e 's/^    sock = socket\.fromfd($/    if not stat.S_ISSOCK(os.fstat(sys.__stdin__.fileno()).st_mode):\n        return False\n&/' "$(wal_e_daemon)"
	wal_e_prefetches || die "WAL-E's prefetchers could not be mended: $(wal_e_daemon)"
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
	wal_e_mend
	: >"$wale/.complete"
}
