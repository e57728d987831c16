/*
 * Tells what a line of a PostgreSQL or WAL-E log means, whatever its prefix, for PostgreSQL 9.3 to 18.
 *
 * Text is a hint, never proof. LOGLINE_STARTED_STREAMING in particular is no success: the server logs it before each
 * "requested WAL segment … has already been removed". Proof is the primary's pg_stat_replication.
 */
#ifndef PG_LOGLINE_H
#define PG_LOGLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "pg/lsn.h"

enum logline_kind {
	LOGLINE_OTHER,
	LOGLINE_STARTING_UP, /* a client was refused: starting up, not yet accepting connections */
	LOGLINE_ENTERING_STANDBY,
	LOGLINE_RESTORED, /* from the archive; segment */
	LOGLINE_REDO_STARTS,
	LOGLINE_CONSISTENT,
	LOGLINE_READY_READ_ONLY,   /* comes early, long before it has caught up */
	LOGLINE_READY_READ_WRITE,  /* alarm on a standby: it is a primary */
	LOGLINE_PROMOTED,	   /* alarm: new timeline, archive recovery complete, promote request, trigger file */
	LOGLINE_STARTED_STREAMING, /* no success; see above */
	LOGLINE_WAL_REMOVED,	   /* segment: no longer on the primary */
	LOGLINE_SYSID_DIFFERS,
	LOGLINE_TIMELINE_BEHIND, /* the primary's timeline is behind ours */
	LOGLINE_TIMELINE_FORKED,
	LOGLINE_NOT_A_CHILD,	   /* the requested timeline is not a child of this server's history */
	LOGLINE_FATAL_CONNECT,	   /* could not connect to the primary; repeated every 5 s */
	LOGLINE_RECEIVE_ERROR,	   /* could not receive data from WAL stream */
	LOGLINE_SENDERS_EXHAUSTED, /* max_wal_senders of the primary reached */
	LOGLINE_RESTORE_FAILED,	   /* restore_command died in a way that stops the server */
	LOGLINE_ABORTING_STARTUP,
	LOGLINE_SETTING_TOO_LOW,       /* max_connections and the like are lower than the primary's */
	LOGLINE_RECOVERY_CONF_REFUSED, /* 12 and later meet a recovery.conf */
	LOGLINE_INVALID_RECORD,	       /* harmless: the end of the local WAL */
	LOGLINE_WALE_BEGIN,	       /* segment */
	LOGLINE_WALE_COMPLETE,	       /* segment; logged even when the object was missing */
	LOGLINE_WALE_MISSING,	       /* segment; normal at the end of the archive */
	LOGLINE_WALE_RETRY,	       /* WAL-E tries again and again instead of failing */
	LOGLINE_WALE_KEY_PROTECTED,    /* gpg cannot decrypt: the key is protected, or is another */
	LOGLINE_OTHER_FATAL,	       /* FATAL or PANIC that is none of the above */
	LOGLINE_KINDS
};

struct logline {
	enum logline_kind kind;
	char segment[LSN_SEGMENT_NAME]; /* empty: the line names none */
	bool has_lsn;
	lsn_t lsn;
};

/* n bytes without the line end; any bytes, any length. */
void logline_read(const char *line, size_t n, struct logline *ret);
const char *logline_name(enum logline_kind kind);
/* True for the kinds after which a standby is or becomes a primary. */
bool logline_is_alarm(enum logline_kind kind);
/* True for the kinds that no waiting cures. */
bool logline_is_hopeless(enum logline_kind kind);

#endif
