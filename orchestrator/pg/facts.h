/*
 * What one PostgreSQL server says about itself: role, positions, replication, archiver and the settings that matter.
 *
 * The queries are chosen by the server's version (9.3 to 18). What this version or this role cannot tell stays
 * unknown (has_… false, a negative number, NULL), never guessed.
 */
#ifndef PG_FACTS_H
#define PG_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "pg/lsn.h"
#include "pg/probe.h"

/* A row of pg_stat_replication: one WAL sender. */
struct facts_sender {
	char *application_name, *client_addr, *state, *sync_state, *backend_start; /* client_addr NULL: Unix socket */
	int pid;
	bool has_sent, has_write, has_flush, has_replay;
	lsn_t sent, write, flush, replay;
};

/* A setting that matters to a standby (max_connections, wal_segment_size, …), as pg_settings shows it. */
struct facts_setting {
	char *name, *value, *unit; /* unit NULL: none */
};

struct facts {
	int server_version;
	bool in_recovery;
	bool has_system_identifier; /* 9.6 and later; before that it stands in the control file only (pg/control.h) */
	uint64_t system_identifier;
	bool has_timeline; /* 9.6 and later: of the last checkpoint; on a standby that receives, the receiver's */
	uint32_t timeline;
	bool has_current, has_receive, has_replay;
	lsn_t current;		   /* primary: where it writes */
	lsn_t receive, replay;	   /* standby */
	double replay_age_seconds; /* since the last replayed transaction was committed; < 0: unknown */
	bool replay_paused;
	bool has_receiver; /* a WAL receiver process is there (9.6 and later tell) */
	char *receiver_status, *receiver_host;
	int receiver_port; /* 0: unknown */
	bool has_receiver_timeline;
	uint32_t receiver_timeline;
	struct facts_sender *senders;
	int n_senders;		    /* rows of pg_stat_replication, base backups included */
	int max_wal_senders;	    /* -1: unknown */
	int max_replication_slots;  /* 9.4 and later; -1 */
	int64_t wal_keep_bytes;	    /* wal_keep_segments or wal_keep_size; -1 */
	uint32_t wal_segment_bytes; /* 16 MB unless the server says otherwise */
	char *wal_level, *archive_mode, *archive_command;
	char *last_archived_wal, *last_failed_wal, *last_failed_time; /* 9.4 and later */
	int64_t archived_count, failed_count;			      /* -1 */
	bool archiver_fails; /* the last failure is newer than the last success */
	struct facts_setting *settings;
	int n_settings;
	char *data_directory, *config_file;	  /* NULL when this role may not see them */
	char *restore_command, *primary_conninfo; /* 12 and later; primary_conninfo without its password */
	char *primary_host;			  /* out of primary_conninfo; NULL: unknown */
	int64_t databases_bytes;		  /* sum of all that this role may measure; -1 */
	char *started;				  /* postmaster start time, UTC, "2026-11-23 02:10:11.123456" */
	double up_seconds;			  /* since then; < 0: unknown */
};

/* The queries for a server of this version: a probe_choose_fn (ctx is not used). */
const char *const *facts_queries(void *ctx, int server_version);
/* Fills *ret from the reply to those queries; the caller frees with facts_free(). False when the reply is an error
 * (its code and text are passed on) or does not hold what every server must say; *ret is empty then. */
bool facts_read(const struct probe_reply *reply, struct facts *ret, struct error *why);
/* A deep copy for the caller to facts_free(). */
void facts_copy(const struct facts *from, struct facts *ret);
void facts_free(struct facts *f);

/* The value of a setting; NULL when the server did not tell it. */
const char *facts_setting(const struct facts *f, const char *name);
/* A setting that is a number; -1 when it is not there. */
int64_t facts_setting_number(const struct facts *f, const char *name);
/* Two bytes figures of lag: where `primary` writes less what the standby has replayed; -1 when one is unknown. */
int64_t facts_lag_bytes(const struct facts *primary, const struct facts *standby);

#endif
