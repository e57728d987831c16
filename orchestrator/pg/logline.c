#include "pg/logline.h"

#include <string.h>

enum { LOOKED_AT = 2048 };

enum place { AT_START, ANYWHERE };

/* The first rule that fits counts. */
struct rule {
	enum logline_kind kind;
	enum place place;
	const char *text;
};

/* Of any severity; what a WAL receiver quotes from the primary's answer comes before what it says itself. */
static const struct rule rules[] = {
	{LOGLINE_OTHER, AT_START, "statement: "}, /* a client's words, whatever they are */
	{LOGLINE_OTHER, AT_START, "duration: "},
	{LOGLINE_OTHER, AT_START, "execute "},
	{LOGLINE_WAL_REMOVED, ANYWHERE, "has already been removed"},
	{LOGLINE_SENDERS_EXHAUSTED, ANYWHERE, "number of requested standby connections exceeds max_wal_senders"},
	{LOGLINE_TIMELINE_BEHIND, ANYWHERE, "of the primary is behind recovery timeline"},
	{LOGLINE_TIMELINE_FORKED, ANYWHERE, "forked off current database system timeline"},
	{LOGLINE_TIMELINE_FORKED, ANYWHERE, "is not in this server's history"},
	{LOGLINE_NOT_A_CHILD, ANYWHERE, "is not a child of this server's history"},
	{LOGLINE_NOT_A_CHILD, ANYWHERE, "is not a child of database system timeline"},
	{LOGLINE_SYSID_DIFFERS, AT_START, "database system identifier differs between"},
	{LOGLINE_SYSID_DIFFERS, AT_START, "WAL file is from different database system"},
	{LOGLINE_FATAL_CONNECT, ANYWHERE, "could not connect to the primary server"},
	{LOGLINE_RECEIVE_ERROR, AT_START, "could not receive data from WAL stream"},
	{LOGLINE_RECEIVE_ERROR, AT_START, "could not start WAL streaming"},
	{LOGLINE_RECEIVE_ERROR, AT_START, "could not send data to WAL stream"},
	{LOGLINE_RECEIVE_ERROR, AT_START, "terminating walreceiver due to timeout"},
	{LOGLINE_ENTERING_STANDBY, AT_START, "entering standby mode"},
	{LOGLINE_RESTORED, AT_START, "restored log file \""},
	{LOGLINE_REDO_STARTS, AT_START, "redo starts at "},
	{LOGLINE_CONSISTENT, AT_START, "consistent recovery state reached at "},
	{LOGLINE_READY_READ_ONLY, AT_START, "database system is ready to accept read only connections"},
	{LOGLINE_READY_READ_ONLY, AT_START, "database system is ready to accept read-only connections"},
	{LOGLINE_READY_READ_WRITE, AT_START, "database system is ready to accept connections"},
	{LOGLINE_PROMOTED, AT_START, "selected new timeline ID"},
	{LOGLINE_PROMOTED, AT_START, "archive recovery complete"},
	{LOGLINE_PROMOTED, AT_START, "received promote request"},
	{LOGLINE_PROMOTED, AT_START, "trigger file found"},
	{LOGLINE_PROMOTED, AT_START, "promote trigger file found"},
	{LOGLINE_STARTED_STREAMING, AT_START, "started streaming WAL from primary at "},
	{LOGLINE_STARTED_STREAMING, AT_START, "restarted WAL streaming at "},
	{LOGLINE_STARTED_STREAMING, AT_START, "streaming replication successfully connected to primary"},
	{LOGLINE_ABORTING_STARTUP, AT_START, "aborting startup due to startup process failure"},
	{LOGLINE_SETTING_TOO_LOW, AT_START, "hot standby is not possible because "},
	{LOGLINE_SETTING_TOO_LOW, AT_START, "recovery aborted because of insufficient parameter settings"},
	{LOGLINE_RECOVERY_CONF_REFUSED, AT_START, "using recovery command file \""},
	{LOGLINE_STARTING_UP, AT_START, "the database system is starting up"},
	{LOGLINE_STARTING_UP, AT_START, "the database system is not yet accepting connections"},
	{LOGLINE_STARTING_UP, AT_START, "the database system is not accepting connections"},
	{LOGLINE_STARTING_UP, AT_START, "the database system is in recovery mode"},
	{LOGLINE_STARTING_UP, AT_START, "the database system is shutting down"},
	{LOGLINE_INVALID_RECORD, AT_START, "invalid record length at "},
	{LOGLINE_INVALID_RECORD, AT_START, "invalid magic number "},
	{LOGLINE_INVALID_RECORD, AT_START, "invalid resource manager ID "},
	{LOGLINE_INVALID_RECORD, AT_START, "invalid info bits "},
	{LOGLINE_INVALID_RECORD, AT_START, "invalid contrecord length "},
	{LOGLINE_INVALID_RECORD, AT_START, "record with zero length at "},
	{LOGLINE_INVALID_RECORD, AT_START, "record with incorrect prev-link "},
	{LOGLINE_INVALID_RECORD, AT_START, "record with invalid length at "},
	{LOGLINE_INVALID_RECORD, AT_START, "unexpected pageaddr "},
	{LOGLINE_INVALID_RECORD, AT_START, "incorrect resource manager data checksum "},
	{LOGLINE_INVALID_RECORD, AT_START, "there is no contrecord flag "},
	{LOGLINE_INVALID_RECORD, AT_START, "contrecord is requested by "},
	{LOGLINE_INVALID_RECORD, AT_START, "missing contrecord at "},
};

/* Only when FATAL or PANIC. */
static const struct rule fatal_rules[] = {
	{LOGLINE_RESTORE_FAILED, AT_START, "could not restore file \""},
	{LOGLINE_RESTORE_FAILED, AT_START, "archive file \""},
	/* What a client or a restart causes says nothing about recovery. */
	{LOGLINE_OTHER, ANYWHERE, "due to administrator command"},
	{LOGLINE_OTHER, ANYWHERE, "due to conflict with recovery"},
	{LOGLINE_OTHER, ANYWHERE, "due to idle"},
	{LOGLINE_OTHER, ANYWHERE, "authentication failed for user"},
	{LOGLINE_OTHER, AT_START, "no pg_hba.conf entry"},
	{LOGLINE_OTHER, AT_START, "pg_hba.conf rejects"},
	{LOGLINE_OTHER, AT_START, "role \""},
	{LOGLINE_OTHER, AT_START, "database \""},
	{LOGLINE_OTHER, AT_START, "password authentication"},
	{LOGLINE_OTHER, AT_START, "canceling authentication"},
	{LOGLINE_OTHER, AT_START, "connection to client lost"},
	{LOGLINE_OTHER, AT_START, "sorry, too many clients already"},
	{LOGLINE_OTHER, AT_START, "remaining connection slots are reserved"},
	{LOGLINE_OTHER, AT_START, "too many connections for "},
	{LOGLINE_OTHER, AT_START, "unsupported frontend protocol"},
	{LOGLINE_OTHER, AT_START, "unrecognized configuration parameter"},
	{LOGLINE_OTHER_FATAL, AT_START, ""},
};

/* Lines without a severity: what restore_command's programs print into the same log. */
static const struct rule program_rules[] = {
	{LOGLINE_WALE_KEY_PROTECTED, ANYWHERE, "can't query passphrase"},
	{LOGLINE_WALE_KEY_PROTECTED, ANYWHERE, "decryption failed"},
	{LOGLINE_WALE_KEY_PROTECTED, ANYWHERE, "No secret key"},
	{LOGLINE_WALE_KEY_PROTECTED, ANYWHERE, "secret key not available"},
	{LOGLINE_WALE_RETRY, ANYWHERE, "retrying WAL file fetch"},
	{LOGLINE_WALE_RETRY, ANYWHERE, "pipeline process did not exit gracefully"},
	{LOGLINE_WALE_MISSING, ANYWHERE, "could no longer locate object while performing wal restore"},
	{LOGLINE_WALE_BEGIN, ANYWHERE, "MSG: begin wal restore"},
	{LOGLINE_WALE_COMPLETE, ANYWHERE, "MSG: complete wal restore"},
	{LOGLINE_WALE_COMPLETE, ANYWHERE, "MSG: promoted prefetched wal segment"},
};

static const char *const names[LOGLINE_KINDS] = {
	[LOGLINE_OTHER] = "other",
	[LOGLINE_STARTING_UP] = "starting up",
	[LOGLINE_ENTERING_STANDBY] = "entering standby mode",
	[LOGLINE_RESTORED] = "restored from the archive",
	[LOGLINE_REDO_STARTS] = "redo starts",
	[LOGLINE_CONSISTENT] = "consistent",
	[LOGLINE_READY_READ_ONLY] = "ready for reading",
	[LOGLINE_READY_READ_WRITE] = "ready for writing",
	[LOGLINE_PROMOTED] = "promoted",
	[LOGLINE_STARTED_STREAMING] = "started streaming",
	[LOGLINE_WAL_REMOVED] = "WAL removed from the primary",
	[LOGLINE_SYSID_DIFFERS] = "system identifier differs",
	[LOGLINE_TIMELINE_BEHIND] = "primary's timeline is behind",
	[LOGLINE_TIMELINE_FORKED] = "timeline forked off",
	[LOGLINE_NOT_A_CHILD] = "timeline is not a child",
	[LOGLINE_FATAL_CONNECT] = "cannot connect to the primary",
	[LOGLINE_RECEIVE_ERROR] = "cannot receive WAL",
	[LOGLINE_SENDERS_EXHAUSTED] = "no WAL sender free",
	[LOGLINE_RESTORE_FAILED] = "restore_command failed",
	[LOGLINE_ABORTING_STARTUP] = "startup aborted",
	[LOGLINE_SETTING_TOO_LOW] = "setting lower than the primary's",
	[LOGLINE_RECOVERY_CONF_REFUSED] = "recovery.conf is refused",
	[LOGLINE_INVALID_RECORD] = "end of the local WAL",
	[LOGLINE_WALE_BEGIN] = "WAL-E begins a segment",
	[LOGLINE_WALE_COMPLETE] = "WAL-E ends a segment",
	[LOGLINE_WALE_MISSING] = "WAL-E finds no such object",
	[LOGLINE_WALE_RETRY] = "WAL-E tries again",
	[LOGLINE_WALE_KEY_PROTECTED] = "WAL-E cannot decrypt",
	[LOGLINE_OTHER_FATAL] = "fatal error",
};

/* The message behind the first "SEVERITY:  "; NULL: the line has none. A client's own words come after it only. */
static const char *message_of(const char *line, bool *ret_fatal, bool *ret_own)
{
	static const struct {
		const char *label;
		bool fatal, own; /* own: the server's message, not the details of another line */
	} labels[] = {{"LOG:  ", false, true},	    {"FATAL:  ", true, true},	    {"PANIC:  ", true, true},
		      {"ERROR:  ", false, true},    {"WARNING:  ", false, true},    {"NOTICE:  ", false, true},
		      {"INFO:  ", false, true},	    {"DETAIL:  ", false, false},    {"HINT:  ", false, false},
		      {"CONTEXT:  ", false, false}, {"STATEMENT:  ", false, false}, {"QUERY:  ", false, false}};
	const char *first = NULL, *message = NULL;

	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++) {
		const char *found = strstr(line, labels[i].label);

		if (!found || (first && found > first))
			continue;
		first = found;
		message = found + strlen(labels[i].label);
		*ret_fatal = labels[i].fatal;
		*ret_own = labels[i].own;
	}
	return message;
}

static bool apply(const struct rule *rule, size_t n, const char *message, enum logline_kind *ret)
{
	for (; n > 0; n--, rule++) {
		bool fits = rule->place == AT_START ? strncmp(message, rule->text, strlen(rule->text)) == 0 :
						      strstr(message, rule->text) != NULL;

		if (fits) {
			*ret = rule->kind;
			return true;
		}
	}
	return false;
}

#define APPLY(table, message, ret) apply(table, sizeof(table) / sizeof(*(table)), message, ret)

static void find_segment(const char *message, char segment[LSN_SEGMENT_NAME])
{
	static const char digits[] = "0123456789ABCDEF";

	while (*message) {
		size_t n = strspn(message, digits);

		if (n == LSN_SEGMENT_NAME - 1) {
			memcpy(segment, message, n);
			segment[n] = '\0';
			return;
		}
		message += n ? n : 1;
	}
}

static void find_lsn(const char *message, struct logline *ret)
{
	const char *at = strstr(message, " at ");
	char text[LSN_TEXT + 1];
	size_t n;

	if (!at)
		return;
	at += 4;
	n = strspn(at, "0123456789ABCDEF/");
	if (n >= sizeof(text))
		return;
	memcpy(text, at, n);
	text[n] = '\0';
	ret->has_lsn = lsn_parse(text, &ret->lsn);
}

void logline_read(const char *line, size_t n, struct logline *ret)
{
	char text[LOOKED_AT + 1];
	const char *message;
	bool fatal = false, own = true;

	*ret = (struct logline){0};
	if (n > LOOKED_AT)
		n = LOOKED_AT;
	for (size_t i = 0; i < n; i++)
		text[i] = line[i] ? line[i] : ' ';
	text[n] = '\0';
	message = message_of(text, &fatal, &own);
	if (!message) {
		APPLY(program_rules, text, &ret->kind);
		find_segment(text, ret->segment);
		return;
	}
	if (!own)
		return;
	if (!APPLY(rules, message, &ret->kind) && fatal)
		APPLY(fatal_rules, message, &ret->kind);
	if (ret->kind == LOGLINE_OTHER)
		return;
	find_segment(message, ret->segment);
	find_lsn(message, ret);
}

const char *logline_name(enum logline_kind kind)
{
	return kind < LOGLINE_KINDS ? names[kind] : "?";
}

bool logline_is_alarm(enum logline_kind kind)
{
	return kind == LOGLINE_READY_READ_WRITE || kind == LOGLINE_PROMOTED;
}

bool logline_is_hopeless(enum logline_kind kind)
{
	switch ((int)kind) {
	case LOGLINE_READY_READ_WRITE:
	case LOGLINE_PROMOTED:
	case LOGLINE_SYSID_DIFFERS:
	case LOGLINE_TIMELINE_BEHIND:
	case LOGLINE_TIMELINE_FORKED:
	case LOGLINE_NOT_A_CHILD:
	case LOGLINE_RESTORE_FAILED:
	case LOGLINE_ABORTING_STARTUP:
	case LOGLINE_SETTING_TOO_LOW:
	case LOGLINE_RECOVERY_CONF_REFUSED:
	case LOGLINE_WALE_KEY_PROTECTED:
		return true;
	default:
		return false;
	}
}
