/*
 * What the control file of a data directory says, whether the server runs or not.
 *
 * Either from pg_controldata (run with LC_ALL=C), or from the first 20 bytes of global/pg_control, whose places have
 * not changed since PostgreSQL 8.3.
 */
#ifndef PG_CONTROL_H
#define PG_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "pg/lsn.h"

/* PostgreSQL's DBState, in its order (src/include/catalog/pg_control.h; the same from 9.0 to 18). */
enum control_state {
	CONTROL_STARTUP,
	CONTROL_SHUTDOWNED,
	CONTROL_SHUTDOWNED_IN_RECOVERY,
	CONTROL_SHUTDOWNING,
	CONTROL_IN_CRASH_RECOVERY,
	CONTROL_IN_ARCHIVE_RECOVERY,
	CONTROL_IN_PRODUCTION,
	CONTROL_STATES
};

enum { CONTROL_HEAD_BYTES = 20 };

struct control {
	uint64_t system_identifier;
	uint32_t control_version, catalog_version;
	enum control_state state;
	/* Only pg_controldata tells the rest: */
	bool has_timeline, has_checkpoint, has_redo, has_segment_bytes;
	uint32_t timeline; /* latest checkpoint's */
	lsn_t checkpoint, redo;
	char redo_wal_file[LSN_SEGMENT_NAME]; /* empty: not told */
	uint32_t segment_bytes;
	bool has_min_recovery;
	lsn_t min_recovery; /* a standby is consistent from here on; 0/0 on a primary */
	uint32_t min_recovery_timeline;
};

/* Reads pg_controldata's output; false when it lacks the system identifier or the cluster state. */
bool control_parse(const char *output, struct control *ret, struct error *why);
/* Reads the first bytes of global/pg_control as little endian; false when they cannot be a control file's. */
bool control_parse_head(const unsigned char *bytes, size_t n, struct control *ret, struct error *why);
/* The same from hexadecimal digits (od, xxd), blanks between them allowed. */
bool control_parse_head_hex(const char *hex, struct control *ret, struct error *why);

/* True in the two states that only a standby (or a server in archive recovery) is in. */
bool control_is_standby(const struct control *c);
/* pg_controldata's words: "in archive recovery", "shut down in recovery", … */
const char *control_state_name(enum control_state state);

#endif
