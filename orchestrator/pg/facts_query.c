#include "pg/facts_query.h"

/* Times are shown in UTC whatever the server's time zone. */
#define UTC(time) "to_char(" time " AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"

#define CORE(current, receive, replay, paused)                                                                                                        \
	"SELECT pg_is_in_recovery(),"                                                                                                                 \
	" CASE WHEN NOT pg_is_in_recovery() THEN " current "()::text END,"                                                                            \
	" " receive "()::text, " replay "()::text,"                                                                                                   \
	" CASE WHEN pg_is_in_recovery() THEN"                                                                                                         \
	"  extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) END,"                                                              \
	" CASE WHEN pg_is_in_recovery() THEN " paused "() ELSE false END,"                                                                            \
	" " UTC("pg_postmaster_start_time()") ","                                                                                                     \
					      " extract(epoch FROM clock_timestamp() - pg_postmaster_start_time()),"                                  \
					      " (SELECT sum(CASE WHEN has_database_privilege(oid, 'CONNECT') THEN pg_database_size(oid) END)::bigint" \
					      "  FROM pg_database)"

#define SENDERS(sent, write, flush, replay)                                                    \
	"SELECT pid, application_name, host(client_addr), state, sync_state, " UTC(            \
		"backend_start") ", " sent "::text, " write "::text, " flush "::text, " replay \
				 "::text FROM pg_stat_replication ORDER BY pid"

#define SETTINGS                                                                                              \
	"SELECT name, setting, unit FROM pg_settings WHERE name IN ("                                         \
	"'archive_command', 'archive_mode', 'archive_timeout', 'block_size', 'cluster_name', 'config_file',"  \
	" 'data_checksums', 'data_directory', 'hot_standby', 'hot_standby_feedback', 'log_destination',"      \
	" 'log_directory', 'logging_collector', 'max_connections', 'max_locks_per_transaction',"              \
	" 'max_prepared_transactions', 'max_replication_slots', 'max_wal_senders', 'max_worker_processes',"   \
	" 'port', 'primary_conninfo', 'primary_slot_name', 'recovery_target_timeline', 'restore_command',"    \
	" 'synchronous_standby_names', 'wal_keep_segments', 'wal_keep_size', 'wal_level', 'wal_segment_size'" \
	") ORDER BY name"

#define ARCHIVER                                                      \
	"SELECT last_archived_wal, last_failed_wal, " UTC(            \
		"last_failed_time") ", archived_count, failed_count," \
				    " coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) FROM pg_stat_archiver"

#define CONTROL "SELECT s.system_identifier, c.timeline_id FROM pg_control_system() AS s, pg_control_checkpoint() AS c"

#define RECEIVER(host, port) \
	"SELECT status, received_tli, conninfo, " host ", " port " FROM pg_stat_wal_receiver WHERE pid IS NOT NULL"

#define CORE_9                                                                                            \
	CORE("pg_current_xlog_location", "pg_last_xlog_receive_location", "pg_last_xlog_replay_location", \
	     "pg_is_xlog_replay_paused")
#define CORE_10 \
	CORE("pg_current_wal_lsn", "pg_last_wal_receive_lsn", "pg_last_wal_replay_lsn", "pg_is_wal_replay_paused")
#define SENDERS_9 SENDERS("sent_location", "write_location", "flush_location", "replay_location")
#define SENDERS_10 SENDERS("sent_lsn", "write_lsn", "flush_lsn", "replay_lsn")

/* In the order of enum facts_query; the older lists are shorter. */
static const char *const version_9_3[] = {CORE_9, SENDERS_9, SETTINGS, 0};
static const char *const version_9_4[] = {CORE_9, SENDERS_9, SETTINGS, ARCHIVER, 0};
static const char *const version_9_6[] = {
	CORE_9, SENDERS_9, SETTINGS, ARCHIVER, CONTROL, RECEIVER("NULL::text", "NULL::int"), 0};
static const char *const version_10[] = {
	CORE_10, SENDERS_10, SETTINGS, ARCHIVER, CONTROL, RECEIVER("NULL::text", "NULL::int"), 0};
static const char *const version_11[] = {
	CORE_10, SENDERS_10, SETTINGS, ARCHIVER, CONTROL, RECEIVER("sender_host", "sender_port"), 0};

const char *const *facts_queries(void *ctx, int server_version)
{
	(void)ctx;
	if (server_version < 90400)
		return version_9_3;
	if (server_version < 90600)
		return version_9_4;
	if (server_version < 100000)
		return version_9_6;
	return server_version < 110000 ? version_10 : version_11;
}
