# libssh2 1.11, static, with Debian 13's patches, where the distribution has less: from Debian 13's source package,
# asked from the mirror that this machine's own apt uses.

ssh2=$cache/libssh2-1.11.1

libssh2_missing()
{
	[[ -e $ssh2/.complete ]] && return
	pkg-config --atleast-version=1.11 libssh2 2>/dev/null && return
	printf 'libssh2 1.11.1\n'
}

# deb-src lines for Debian 13, at the places where this machine gets its own release from.
libssh2_sources()
{
	local codename keys=/usr/share/keyrings/debian-archive-keyring.gpg uri release
	codename=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
	[[ -e $keys ]] && keys="[signed-by=$keys] " || keys=
	apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' | sort -u |
		while read -r uri release; do
			case $release in
			"$codename" | stable | oldstable) printf 'deb-src %s%s trixie main\n' "$keys" "$uri" ;;
			"$codename-security" | *stable-security) printf 'deb-src %s%s trixie-security main\n' "$keys" "$uri" ;;
			esac
		done | sort -u | grep debian
}

libssh2_fetch()
{
	local dir=$1 apt
	mkdir -p "$dir"/{lists,cache,parts}/partial "$dir/source"
	libssh2_sources >"$dir/sources.list" || die "no Debian source of this machine could be asked for libssh2's source"
	chmod -R a+rX "$dir"
	apt=(apt-get -q -y -o "Dir::Etc::sourcelist=$dir/sources.list" -o "Dir::Etc::sourceparts=$dir/parts"
		-o "Dir::State::lists=$dir/lists" -o "Dir::Cache=$dir/cache" -o APT::Sandbox::User=root
		-o Acquire::Languages=none)
	quietly "reading Debian 13's list of sources" "${apt[@]}" update
	(cd "$dir/source" && quietly "fetching libssh2's source" "${apt[@]}" source --download-only libssh2)
}

libssh2_build()
{
	local dir=$1
	quietly "unpacking libssh2" dpkg-source --no-check -x "$dir"/source/*.dsc "$dir/tree"
	quietly "configuring libssh2" cmake -G Ninja -S "$dir/tree" -B "$dir/build" \
		-DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_INSTALL_PREFIX="$ssh2" -DCMAKE_INSTALL_LIBDIR=lib \
		-DCMAKE_POSITION_INDEPENDENT_CODE=ON -DBUILD_SHARED_LIBS=OFF -DBUILD_STATIC_LIBS=ON \
		-DCRYPTO_BACKEND=OpenSSL -DENABLE_ZLIB_COMPRESSION=OFF -DBUILD_TESTING=OFF -DBUILD_EXAMPLES=OFF
	quietly "building libssh2" cmake --build "$dir/build" --parallel 2
	rm -rf "$ssh2"
	quietly "installing libssh2" cmake --install "$dir/build"
	rm -rf "$ssh2/share/man"
	[[ -e $ssh2/lib/libssh2.a && -e $ssh2/include/libssh2.h && -e $ssh2/lib/pkgconfig/libssh2.pc ]] ||
		die "libssh2 is built but not complete in $ssh2"
}

libssh2_install()
{
	local dir=$cache/.libssh2.new version
	rm -rf "$dir" && mkdir -p "$dir"
	libssh2_fetch "$dir"
	version=$(sed -n 's/^Version: //p' "$dir"/source/*.dsc | head -n 1)
	libssh2_build "$dir"
	rm -rf "$dir"
	printf '%s\n' "$version" >"$ssh2/.complete"
	say "built libssh2 $version into $ssh2"
}
