# shellcheck shell=bash
# PostgreSQL on the hosts: clusters in Debian's layout, rows to compare, standbys copied from their primary.

standbys_of() {
	awk -F'\t' -v primary="$1" '$4 == "standby" && $5 == primary { print $1 }' "$lab_dir/hosts.tsv"
}

names_by_role() {
	awk -F'\t' -v role="$1" '$4 == role { print $1 }' "$lab_dir/hosts.tsv"
}

# cluster_settings ROLE STANDBYS: the lab's part of the configuration.
cluster_settings() {
	local keep="wal_keep_segments = 2"
	[ "$H_version" -lt 13 ] || keep="wal_keep_size = '32MB'"
	local senders=$(($2 + 1))
	[ "$senders" -ge 3 ] || senders=3
	cat <<-END
		listen_addresses = '*'
		max_connections = 60
		shared_buffers = 16MB
		fsync = off
		ssl = off
		logging_collector = off
		log_line_prefix = '%t '
		log_timezone = 'UTC'
		wal_level = replica
		max_wal_senders = $senders
		$keep
		checkpoint_timeout = 30s
		min_wal_size = 32MB
		max_wal_size = 64MB
		hot_standby = on
	END
	[ "$1" != primary ] || cat <<-END
		archive_mode = on
		archive_command = '/usr/local/bin/wal-e_postgres_archiving_wrapper %p'
		archive_timeout = 60
	END
}

# The estate's access rules: replication for each standby's address, postgres over TCP from the machine itself only.
cluster_access() {
	local name
	printf 'local all postgres peer\nlocal all all peer\n'
	for name in $(standbys_of "$1"); do
		printf 'host replication replication %s/32 md5\n' "$(cut -f1,3 "$lab_dir/hosts.tsv" | awk -v n="$name" '$1 == n { print $2 }')"
	done
	cat <<-END
		host all postgres 127.0.0.1/32 md5
		host all postgres 0.0.0.0/0 reject
		host all all 127.0.0.1/32 md5
		host all all ::1/128 md5
	END
}

cluster_start() {
	host_service "$1" postgresql start
	wait_until 20 cluster_answers "$1" || die "PostgreSQL on $1 does not start: $(host_exec "$1" tail -n 3 "$(postgres_log)")"
}

cluster_answers() {
	printf 'SELECT 1;\n' | host_sql "$1" >/dev/null 2>&1
}

# primary_make NAME: a cluster with roles and some megabytes of rows, then stopped, so that it can be copied.
primary_make() {
	host_load "$1"
	local conf=/etc/postgresql/$H_version/main
	# The package's own settings: the machine's may lack conf.d, or put data elsewhere.
	host_exec "$1" pg_createcluster --createclusterconf=/usr/share/postgresql-common/createcluster.conf \
		--locale C.UTF-8 --encoding UTF8 "$H_version" main -- --no-sync \
		>>"$lab_dir/hosts/$1/console" 2>&1 || die "pg_createcluster fails on $1: $(tail -n 3 "$lab_dir/hosts/$1/console")"
	cluster_settings primary "$(standbys_of "$1" | wc -l)" | host_exec "$1" tee "$conf/conf.d/lab.conf" >/dev/null
	cluster_access "$1" | host_exec "$1" tee "$conf/pg_hba.conf" >/dev/null
	cluster_start "$1"
	{
		printf "CREATE ROLE replication REPLICATION LOGIN PASSWORD '%s';\n" "$(cat "$lab_dir/controller/secrets/standby_password")"
		printf "CREATE ROLE collectd LOGIN PASSWORD '%s';\n" "$(cat "$lab_dir/controller/secrets/collectd_password")"
		printf 'CREATE DATABASE transition;\n'
	} | host_sql "$1"
	host_sql "$1" transition <"$lab_lib/rows.sql"
	host_service "$1" postgresql stop
}

# standby_copy NAME: configuration and data of its stopped primary, and what makes it a standby.
standby_copy() {
	host_load "$1"
	local conf=/etc/postgresql/$H_version data
	data=/var/lib/postgresql/$H_version
	host_exec "$H_primary" tar -C / -c "${conf#/}" "${data#/}" | host_exec "$1" tar -C / -xp
	cluster_settings standby "$(standbys_of "$H_primary" | wc -l)" | host_exec "$1" tee "$conf/main/conf.d/lab.conf" >/dev/null
	standby_mark "$1"
}

# standby_mark NAME: recovery.tmp and recovery.conf; for 12 and later the signal file and a primary_conninfo.
standby_mark() {
	host_exec "$1" sh -e -c '
		cd "$1"
		install -m 600 -o postgres -g postgres /etc/lab/recovery.tmp recovery.tmp
		if [ "$2" -lt 12 ]; then
			cp -p recovery.tmp recovery.conf
		else
			install -m 600 -o postgres -g postgres /dev/null standby.signal
			grep "^primary_conninfo" recovery.tmp >"/etc/postgresql/$2/main/conf.d/standby.conf"
			chown postgres:postgres "/etc/postgresql/$2/main/conf.d/standby.conf"
			chmod 640 "/etc/postgresql/$2/main/conf.d/standby.conf"
		fi' sh "$(postgres_data)" "$H_version"
}

# standby_streams NAME: as its primary sees it.
standby_streams() {
	host_load "$1"
	[ "$(host_query "$H_primary" "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming' AND client_addr = '$H_address';" 2>/dev/null)" = 1 ]
}

# standby_reset NAME: the machine new from the box (overlay, data, processes) and its data from its running primary.
standby_reset() {
	host_load "$1"
	cluster_answers "$H_primary" || die "$H_primary does not answer, so $1 cannot be made from it: start that first"
	host_renew "$1"
	local conf=/etc/postgresql/$H_version data
	data=$(postgres_data)
	host_exec "$H_primary" tar -C / -c "${conf#/}" | host_exec "$1" tar -C / -xp
	cluster_settings standby "$(standbys_of "$H_primary" | wc -l)" | host_exec "$1" tee "$conf/main/conf.d/lab.conf" >/dev/null
	{
		printf '%s:5432:*:replication:' "$H_primary"
		cat "$lab_dir/controller/secrets/standby_password"
	} | host_exec "$1" sh -c 'umask 077; cat >/run/lab-pgpass; chown postgres /run/lab-pgpass'
	host_exec "$1" runuser -u postgres -- env PGPASSFILE=/run/lab-pgpass \
		pg_basebackup -w -X fetch -c fast -h "$H_primary" -U replication -D "$data" \
		2>>"$lab_dir/hosts/$1/console" || die "no base backup for $1: $(tail -n 2 "$lab_dir/hosts/$1/console")"
	host_exec "$1" rm -f /run/lab-pgpass
	standby_mark "$1"
	cluster_start "$1"
	host_service "$1" collectd start
	wait_until 20 standby_streams "$1" || die "$1 was rebuilt but does not stream: see 'lab log $1'"
}

# primary_moves_on NAME SEGMENTS: new rows in so many WAL segments, all archived, and the old segments recycled.
primary_moves_on() {
	local number last
	last=$(for ((number = 1; number <= $2; number++)); do
		printf 'INSERT INTO history (aid, delta) SELECT h %% 30000 + 1, %s FROM generate_series(1, 50) AS h;\n' "$number"
		printf 'SELECT pg_walfile_name(pg_switch_wal());\n'
	done | host_sql "$1" transition | tail -n 1)
	wait_until 90 archive_reached "$1" "$last" || die "$1 does not archive up to $last: see 'lab log $1'"
	printf 'CHECKPOINT;\nINSERT INTO history (aid, delta) VALUES (1, 0);\nCHECKPOINT;\n' | host_sql "$1" transition
}

# archive_reached NAME SEGMENT: nothing up to it still waits. (WAL-E sends several segments per call and marks them
# itself, so last_archived_wal in pg_stat_archiver stays behind.)
archive_reached() {
	[ "$(host_query "$1" "SELECT count(*) FROM pg_ls_dir('pg_wal/archive_status') AS f WHERE f LIKE '%.ready' AND f <= '$2.ready';")" = 0 ]
}

# standby_promote NAME: makes a standby a primary on a new timeline, with rows that nobody else has.
standby_promote() {
	host_exec "$1" pg_ctlcluster "$H_version" main promote >>"$lab_dir/hosts/$1/console" 2>&1 || die "$1 cannot be promoted"
	wait_until 20 server_writes "$1" || die "$1 was promoted but still is in recovery"
	printf 'INSERT INTO history (aid, delta) SELECT h, 999 FROM generate_series(1, 20) AS h;\nCHECKPOINT;\n' | host_sql "$1" transition
}

server_writes() {
	[ "$(host_query "$1" 'SELECT pg_is_in_recovery();' 2>/dev/null)" = f ]
}
