/*
 * One look at a pair: what standby and primary are right now, from PostgreSQL through libpq and from the hosts.
 *
 * A look changes nothing. What could not be learnt stays marked so; the judging functions (decide.h) are pure.
 */
#ifndef RESYNC_LOOK_H
#define RESYNC_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "pg/control.h"
#include "pg/facts.h"

struct look;
struct pair;
struct reach;

enum { LOOK_ADDRESSES = 16, LOOK_SENDERS = 8 };

/* One side of the pair. */
struct look_side {
	bool reached;		/* the host answered a command */
	struct error unreached; /* else why not */
	bool up;		/* PostgreSQL answered; facts are filled */
	struct error down;	/* else why not, in PostgreSQL's words where it said any */
	struct facts facts;
	bool has_control; /* control data read from the data directory (always asked, up or down) */
	struct control control;
	char machine_id[64]; /* /etc/machine-id; empty: unknown */
	char boot_id[64];
	char hostname[256];
	char addresses[LOOK_ADDRESSES][64];
	int n_addresses;
	int64_t clock_us;				     /* the host's wall clock; 0: unknown */
	bool data_dir_there, marker_there;		     /* recovery.conf with standby_mode, or standby.signal */
	bool recovery_tmp_there, sync_there, todelete_there; /* what pg_resync_slave leaves (standby) */
	char conninfo_host[256];		     /* host of primary_conninfo as configured on disk (standby) */
	char conninfo_addresses[LOOK_ADDRESSES][64]; /* what that name resolves to on the standby itself */
	int n_conninfo_addresses;
	char oldest_segment[32], newest_segment[32]; /* in pg_wal of the primary */
	char last_fatal[256]; /* the newest FATAL at the end of the server log, one about replication if there
				   * is any; printable, redacted */
	int64_t data_free_bytes, data_used_bytes; /* filesystem of the data directory; -1 unknown */
	char receiver_process[160];		  /* what `ps -ef | grep receiver` shows; empty: none */
	char sender_processes[LOOK_SENDERS][160]; /* what `ps -ef | grep sender` shows */
	int n_sender_processes;
};

struct look {
	const struct pair *pair; /* borrowed */
	int64_t taken_ms;	 /* monotonic */
	struct look_side standby, primary;
};

typedef void look_fn(void *ctx, const struct look *look);

struct look_ask;
/* Looks at both sides at once; looked(ctx, look) exactly once; the look is valid during the call only. */
struct look_ask *look_at(struct reach *reach, const struct pair *pair, look_fn *looked, void *ctx);
void look_cancel(struct look_ask *ask);

/* A deep copy that the caller frees with look_free(). */
struct look *look_copy(const struct look *look);
void look_free(struct look *look);

#endif
