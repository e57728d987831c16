#include "pg/logline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Lines as the versions write them, behind the prefixes that Debian's packages have used. */
#define P93 "2019-12-06 10:00:00 UTC "
#define P10 "2026-11-23 02:10:11 UTC [712-4] replication@[unknown] "
#define P15 "2026-11-23 02:10:11.123 UTC [712] "

static const struct known {
	const char *line;
	enum logline_kind kind;
} known[] = {
	/* 9.3 */
	{P93 "LOG:  entering standby mode", LOGLINE_ENTERING_STANDBY},
	{P93 "LOG:  restored log file \"0000000100000016000000B3\" from archive", LOGLINE_RESTORED},
	{P93 "LOG:  redo starts at 16/B3000020", LOGLINE_REDO_STARTS},
	{P93 "LOG:  consistent recovery state reached at 16/B374D848", LOGLINE_CONSISTENT},
	{P93 "LOG:  database system is ready to accept read only connections", LOGLINE_READY_READ_ONLY},
	{P93 "LOG:  started streaming WAL from primary at 16/B4000000 on timeline 1", LOGLINE_STARTED_STREAMING},
	{P93 "LOG:  restarted WAL streaming at 16/B4000000 on timeline 1", LOGLINE_STARTED_STREAMING},
	{P93 "LOG:  streaming replication successfully connected to primary", LOGLINE_STARTED_STREAMING},
	{P93
	 "FATAL:  could not receive data from WAL stream: ERROR:  requested WAL segment 0000000100000016000000B4 has "
	 "already been removed",
	 LOGLINE_WAL_REMOVED},
	{P93
	 "FATAL:  could not receive data from WAL stream: FATAL:  requested WAL segment 0000000100000016000000B4 has "
	 "already been removed",
	 LOGLINE_WAL_REMOVED},
	{P93 "ERROR:  requested WAL segment 0000000100000016000000B4 has already been removed", LOGLINE_WAL_REMOVED},
	{P93 "FATAL:  could not receive data from WAL stream: SSL error: sslv3 alert unexpected message",
	 LOGLINE_RECEIVE_ERROR},
	{P93 "FATAL:  could not connect to the primary server: could not connect to server: Connection refused",
	 LOGLINE_FATAL_CONNECT},
	{P93 "FATAL:  database system identifier differs between the primary and standby", LOGLINE_SYSID_DIFFERS},
	{P93 "FATAL:  highest timeline 1 of the primary is behind recovery timeline 2", LOGLINE_TIMELINE_BEHIND},
	{P93
	 "LOG:  new timeline 2 forked off current database system timeline 1 before current recovery point 0/5000090",
	 LOGLINE_TIMELINE_FORKED},
	{P93 "FATAL:  requested timeline 2 is not a child of this server's history", LOGLINE_NOT_A_CHILD},
	{P93 "LOG:  trigger file found: /tmp/trigger", LOGLINE_PROMOTED},
	{P93 "LOG:  received promote request", LOGLINE_PROMOTED},
	{P93 "LOG:  selected new timeline ID: 2", LOGLINE_PROMOTED},
	{P93 "LOG:  archive recovery complete", LOGLINE_PROMOTED},
	{P93 "LOG:  database system is ready to accept connections", LOGLINE_READY_READ_WRITE},
	{P93 "FATAL:  could not restore file \"00000002.history\" from archive: return code 32512",
	 LOGLINE_RESTORE_FAILED},
	{P93 "FATAL:  archive file \"0000000100000016000000B4\" has wrong size: 0 instead of 16777216",
	 LOGLINE_RESTORE_FAILED},
	{P93 "LOG:  aborting startup due to startup process failure", LOGLINE_ABORTING_STARTUP},
	{P93 "FATAL:  the database system is starting up", LOGLINE_STARTING_UP},
	{P93 "FATAL:  hot standby is not possible because max_connections = 100 is a lower setting than on the master "
	     "server (its value was 300)",
	 LOGLINE_SETTING_TOO_LOW},
	{P93 "LOG:  record with zero length at 16/B4000090", LOGLINE_INVALID_RECORD},
	{P93 "LOG:  unexpected pageaddr 16/A4000000 in log segment 0000000100000016000000B4, offset 0",
	 LOGLINE_INVALID_RECORD},
	{P93 "FATAL:  WAL ends before consistent recovery point", LOGLINE_OTHER_FATAL},
	{P93 "PANIC:  could not locate a valid checkpoint record", LOGLINE_OTHER_FATAL},
	/* 10 */
	{P10 "LOG:  invalid record length at 0/F000090: wanted 24, got 0", LOGLINE_INVALID_RECORD},
	{P10 "FATAL:  could not connect to the primary server: FATAL:  number of requested standby connections exceeds "
	     "max_wal_senders (currently 3)",
	 LOGLINE_SENDERS_EXHAUSTED},
	{P10 "FATAL:  number of requested standby connections exceeds max_wal_senders (currently 3)",
	 LOGLINE_SENDERS_EXHAUSTED},
	{P10 "FATAL:  could not restore file \"00000002.history\" from archive: command not found",
	 LOGLINE_RESTORE_FAILED},
	{P10 "FATAL:  terminating walreceiver due to timeout", LOGLINE_RECEIVE_ERROR},
	{P10 "FATAL:  terminating walreceiver process due to administrator command", LOGLINE_OTHER},
	/* 12, 13 */
	{P15 "FATAL:  using recovery command file \"recovery.conf\" is not supported", LOGLINE_RECOVERY_CONF_REFUSED},
	{P15 "LOG:  promote trigger file found: /tmp/promote", LOGLINE_PROMOTED},
	{P15 "LOG:  database system is ready to accept read only connections", LOGLINE_READY_READ_ONLY},
	/* 14, 15 */
	{P15 "LOG:  database system is ready to accept read-only connections", LOGLINE_READY_READ_ONLY},
	{P15 "FATAL:  the database system is not yet accepting connections", LOGLINE_STARTING_UP},
	{P15 "FATAL:  the database system is not accepting connections", LOGLINE_STARTING_UP},
	{P15 "WARNING:  hot standby is not possible because of insufficient parameter settings",
	 LOGLINE_SETTING_TOO_LOW},
	{P15 "FATAL:  recovery aborted because of insufficient parameter settings", LOGLINE_SETTING_TOO_LOW},
	{P15 "FATAL:  could not receive data from WAL stream: server closed the connection unexpectedly",
	 LOGLINE_RECEIVE_ERROR},
	{P15
	 "FATAL:  could not start WAL streaming: ERROR:  requested starting point 0/6000000 on timeline 1 is not in "
	 "this server's history",
	 LOGLINE_TIMELINE_FORKED},
	{P15 "FATAL:  could not receive data from WAL stream: ERROR:  replication slot \"s1\" does not exist",
	 LOGLINE_RECEIVE_ERROR},
	{P15 "LOG:  waiting for WAL to become available at 0/5002000", LOGLINE_OTHER},
	{P15 "LOG:  starting backup recovery with redo LSN 0/2000028, checkpoint LSN 0/2000060, on timeline ID 1",
	 LOGLINE_OTHER},
	{P15 "FATAL:  could not locate required checkpoint record", LOGLINE_OTHER_FATAL},
	/* 16, 17, 18 */
	{P15 "LOG:  invalid record length at 0/F000090: expected at least 24, got 0", LOGLINE_INVALID_RECORD},
	{P15
	 "FATAL:  streaming replication receiver \"walreceiver\" could not connect to the primary server: connection to "
	 "server at \"10.3.3.12\", port 5432 failed: Connection refused",
	 LOGLINE_FATAL_CONNECT},
	/* what clients do, and what they make the server write */
	{P15 "FATAL:  terminating connection due to administrator command", LOGLINE_OTHER},
	{P15 "FATAL:  password authentication failed for user \"app\"", LOGLINE_OTHER},
	{P15 "FATAL:  role \"nagios\" does not exist", LOGLINE_OTHER},
	{P15 "FATAL:  sorry, too many clients already", LOGLINE_OTHER},
	{P15 "FATAL:  terminating connection due to conflict with recovery", LOGLINE_OTHER},
	{P15 "LOG:  statement: SELECT 'requested WAL segment has already been removed'", LOGLINE_OTHER},
	{P15 "DETAIL:  requested WAL segment 0000000100000016000000B4 has already been removed", LOGLINE_OTHER},
	{P15 "STATEMENT:  SELECT 'LOG:  database system is ready to accept connections'", LOGLINE_OTHER},
	{P15 "ERROR:  syntax error at or near \"FATAL:  archive recovery complete\"", LOGLINE_OTHER},
	{P15 "HINT:  If you are not restoring from a backup, try removing the file \"backup_label\".", LOGLINE_OTHER},
	{"", LOGLINE_OTHER},
	{"database system is ready to accept connections", LOGLINE_OTHER}, /* no severity: not the server's word */
	/* WAL-E, lzop and gpg in the same log */
	{"wal_e.operator.backup INFO     MSG: begin wal restore", LOGLINE_WALE_BEGIN},
	{"wal_e.operator.backup INFO     MSG: complete wal restore", LOGLINE_WALE_COMPLETE},
	{"wal_e.operator.backup INFO     MSG: promoted prefetched wal segment", LOGLINE_WALE_COMPLETE},
	{"        STRUCTURED: time=2026-11-23T02:10:11.1-00 pid=77 action=wal-fetch key=s3://b/wal_005/"
	 "0000000100000016000000B4.lzo prefix=p/ seg=0000000100000016000000B4 state=begin",
	 LOGLINE_OTHER},
	{"wal_e.blobstore.s3.s3_util WARNING  MSG: could no longer locate object while performing wal restore",
	 LOGLINE_WALE_MISSING},
	{"wal_e.blobstore.s3.s3_util INFO     MSG: retrying WAL file fetch from unexpected exception",
	 LOGLINE_WALE_RETRY},
	{"wal_e.main   ERROR    MSG: pipeline process did not exit gracefully", LOGLINE_WALE_RETRY},
	/* A protected key ends in this line, but so does an object that is not in the archive: gpg's own words tell. */
	{"lzop: <stdin>: not a lzop file", LOGLINE_OTHER},
	{"gpg: decrypt_message failed: eof", LOGLINE_OTHER},
	{"gpg: can't query passphrase in batch mode", LOGLINE_WALE_KEY_PROTECTED},
	{"gpg: decryption failed: secret key not available", LOGLINE_WALE_KEY_PROTECTED},
	{"gpg: public key decryption failed: No pinentry", LOGLINE_WALE_KEY_PROTECTED},
	{"gpg: decryption failed: No secret key", LOGLINE_WALE_KEY_PROTECTED},
};

static void every_known_line_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		struct logline l;

		logline_read(known[i].line, strlen(known[i].line), &l);
		if (l.kind != known[i].kind)
			print_message("%s: %s\n", logline_name(l.kind), known[i].line);
		assert_int_equal(l.kind, known[i].kind);
	}
}

static void every_kind_has_a_line_and_a_name(void **state)
{
	(void)state;
	for (int kind = 0; kind < LOGLINE_KINDS; kind++) {
		bool found = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
			found = found || known[i].kind == (enum logline_kind)kind;
		assert_true(found);
		assert_true(logline_name((enum logline_kind)kind)[0]);
	}
}

static void the_segment_is_named(void **state)
{
	static const char *const lines[] = {
		P93 "LOG:  restored log file \"0000000100000016000000B4\" from archive",
		P93
		"FATAL:  could not receive data from WAL stream: ERROR:  requested WAL segment 0000000100000016000000B4 "
		"has already been removed",
		"        STRUCTURED: time=2026-11-23T02:10:11.1-00 seg=0000000100000016000000B4 state=begin",
	};
	struct logline l;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		logline_read(lines[i], strlen(lines[i]), &l);
		assert_string_equal(l.segment, "0000000100000016000000B4");
	}
	logline_read(P93 "LOG:  restored log file \"00000002.history\" from archive", 73, &l);
	assert_int_equal(l.kind, LOGLINE_RESTORED);
	assert_string_equal(l.segment, "");
}

static void the_position_is_told(void **state)
{
	static const char line[] = P93 "LOG:  redo starts at 16/B3000020";
	struct logline l;

	(void)state;
	logline_read(line, strlen(line), &l);
	assert_true(l.has_lsn && l.lsn == UINT64_C(0x16B3000020));
	logline_read(P93 "LOG:  redo starts at nowhere", 52, &l);
	assert_false(l.has_lsn);
}

static void a_promotion_is_an_alarm_and_streaming_is_not(void **state)
{
	(void)state;
	assert_true(logline_is_alarm(LOGLINE_READY_READ_WRITE) && logline_is_alarm(LOGLINE_PROMOTED));
	assert_false(logline_is_alarm(LOGLINE_STARTED_STREAMING) || logline_is_alarm(LOGLINE_READY_READ_ONLY));
	assert_true(logline_is_hopeless(LOGLINE_TIMELINE_BEHIND) && logline_is_hopeless(LOGLINE_WALE_KEY_PROTECTED));
	assert_false(logline_is_hopeless(LOGLINE_FATAL_CONNECT) || logline_is_hopeless(LOGLINE_OTHER));
}

static void hostile_lines_do_no_harm(void **state)
{
	char *line = malloc(100000);
	struct logline l;
	unsigned seed = 5;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		size_t n;

		seed = seed * 1664525 + 1013904223;
		n = (seed >> 8) % (round % 100 ? 300 : 100000);
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			line[i] = "LOG:  FATAL at 0/1\0\377\n\"ABCDEF0123456789"[(seed >> 8) % 39];
		}
		logline_read(line, n, &l);
		assert_true(l.kind < LOGLINE_KINDS);
	}
	free(line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_known_line_is_told),
		cmocka_unit_test(every_kind_has_a_line_and_a_name),
		cmocka_unit_test(the_segment_is_named),
		cmocka_unit_test(the_position_is_told),
		cmocka_unit_test(a_promotion_is_an_alarm_and_streaming_is_not),
		cmocka_unit_test(hostile_lines_do_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
