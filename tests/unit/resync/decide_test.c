#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake/fake_pair.h"
#include "resync/decide.h"

enum { NOW_MS = 1000500 };

/* The short names that the cases below use. */
#define S p->look.standby
#define P p->look.primary
#define SET(member, text) set((member), sizeof(member), (text))

#define DOWN(side) ((side).up = false, (side).facts = (struct facts){0})
#define NO_CONTROL(side) ((side).has_control = false, (side).control = (struct control){0})

static void set(char *member, size_t size, const char *text)
{
	assert_true(strlen(text) < size);
	memmove(member, text, strlen(text) + 1);
}

/* Every way in which the roles may be mis-stated, what spoils the good pair, and what the refusal must say. */
#define REFUSED(X)                                                                                                     \
	X(target_is_a_primary, S.facts.in_recovery = false, "is a primary")                                            \
	X(target_is_a_primary_by_its_control_file, S.control.state = CONTROL_IN_PRODUCTION, "may be a primary")        \
	X(target_down_and_was_primary, (DOWN(S), S.control.state = CONTROL_SHUTDOWNED), "may be a primary")            \
	X(target_down_in_production, (DOWN(S), S.control.state = CONTROL_IN_PRODUCTION), "may be a primary")           \
	X(target_down_crashed_primary, (DOWN(S), S.control.state = CONTROL_IN_CRASH_RECOVERY), "may be a primary")     \
	X(target_down_shutting_down, (DOWN(S), S.control.state = CONTROL_SHUTDOWNING), "may be a primary")             \
	X(target_down_starting, (DOWN(S), S.control.state = CONTROL_STARTUP), "may be a primary")                      \
	X(target_down_without_control, (DOWN(S), NO_CONTROL(S)), "nothing proves that it is a standby")                \
	X(target_up_control_shut_down, S.control.state = CONTROL_SHUTDOWNED, "may be a primary")                       \
	X(target_not_reached, S.reached = false, "standby-1.backend.example does not answer")                          \
	X(target_up_but_not_reached, (S.reached = false, S.up = true), "does not answer")                              \
	X(primary_not_reached, P.reached = false, "primary primary-1.backend.example does not answer")                 \
	X(primary_down, DOWN(P), "cannot prove that primary-1.backend.example is the primary")                         \
	X(primary_down_though_control_says_production, (DOWN(P), P.control.state = CONTROL_IN_PRODUCTION),             \
	  "cannot prove that primary-1")                                                                               \
	X(primary_in_recovery, P.facts.in_recovery = true, "is in recovery")                                           \
	X(both_in_recovery, (P.facts.in_recovery = true, P.control.state = CONTROL_IN_ARCHIVE_RECOVERY),               \
	  "is in recovery")                                                                                            \
	X(roles_swapped, (S.facts.in_recovery = false, P.facts.in_recovery = true), "A primary is never touched")      \
	X(both_primaries, (S.facts.in_recovery = false, S.control.state = CONTROL_IN_PRODUCTION), "never touched")     \
	X(another_system, S.facts.system_identifier = S.control.system_identifier = 7, "is no standby of")             \
	X(primary_another_system, P.facts.system_identifier = P.control.system_identifier = 7, "is no standby of")     \
	X(one_bit_of_the_identifier, P.facts.system_identifier = P.control.system_identifier ^= 1, "is no standby of") \
	X(one_high_bit_of_the_identifier, P.facts.system_identifier = P.control.system_identifier ^= 1ULL << 63,       \
	  "is no standby of")                                                                                          \
	X(target_directory_is_another_system, S.control.system_identifier = 9,                                         \
	  "the data directory of the inventory 9")                                                                     \
	X(primary_directory_is_another_system, P.control.system_identifier = 9,                                        \
	  "the data directory of the inventory 9")                                                                     \
	X(target_identifier_unknown, (S.facts.has_system_identifier = false, NO_CONTROL(S)),                           \
	  "system identifier of standby-1.backend.example is not known")                                               \
	X(primary_identifier_unknown, (P.facts.has_system_identifier = false, NO_CONTROL(P)),                          \
	  "system identifier of primary-1.backend.example is not known")                                               \
	X(both_identifiers_unknown,                                                                                    \
	  (S.facts.has_system_identifier = P.facts.has_system_identifier = false, NO_CONTROL(S), NO_CONTROL(P)),       \
	  "is not known")                                                                                              \
	X(old_version_another_system_by_control,                                                                       \
	  (S.facts.has_system_identifier = P.facts.has_system_identifier = false, S.control.system_identifier = 5),    \
	  "is no standby of")                                                                                          \
	X(down_another_system, (DOWN(S), S.control.system_identifier = 5), "is no standby of")                         \
	X(one_machine, SET(S.machine_id, P.machine_id), "are one machine")                                             \
	X(one_machine_under_two_names_and_addresses,                                                                   \
	  (SET(S.machine_id, P.machine_id), SET(S.hostname, "x"), SET(S.addresses[0], "10.9.9.9")), "are one machine") \
	X(one_machine_rebooted, (SET(S.machine_id, P.machine_id), SET(S.boot_id, "another")), "are one machine")       \
	X(no_machine_ids_and_one_boot, (S.machine_id[0] = P.machine_id[0] = 0, SET(S.boot_id, P.boot_id)),             \
	  "nothing proves that")                                                                                       \
	X(no_machine_ids_at_all, (S.machine_id[0] = P.machine_id[0] = S.boot_id[0] = P.boot_id[0] = 0),                \
	  "nothing proves that")                                                                                       \
	X(target_has_no_ids, S.machine_id[0] = S.boot_id[0] = 0, "nothing proves that")                                \
	X(primary_has_no_ids, P.machine_id[0] = P.boot_id[0] = 0, "nothing proves that")                               \
	X(target_has_no_machine_id_and_one_boot, (S.machine_id[0] = 0, SET(S.boot_id, P.boot_id)),                     \
	  "nothing proves that")                                                                                       \
	X(primary_has_no_machine_id_and_one_boot, (P.machine_id[0] = 0, SET(P.boot_id, S.boot_id)),                    \
	  "nothing proves that")                                                                                       \
	X(its_own_standby, p->pair.primary = p->pair.standby, "cannot be its own standby")                             \
	X(no_conninfo, (S.conninfo_host[0] = 0, S.n_conninfo_addresses = 0), "has no primary_conninfo")                \
	X(no_conninfo_host_but_an_address, S.conninfo_host[0] = 0, "has no primary_conninfo")                          \
	X(follows_another_host,                                                                                        \
	  (SET(S.conninfo_host, "primary-2.backend"), SET(S.conninfo_addresses[0], "10.2.3.99")),                      \
	  "follows primary-2.backend by its primary_conninfo (10.2.3.99)")                                             \
	X(follows_another_host_unresolved, (SET(S.conninfo_host, "primary-2.backend"), S.n_conninfo_addresses = 0),    \
	  "no address known")                                                                                          \
	X(follows_itself, (SET(S.conninfo_host, "standby-1.backend"), SET(S.conninfo_addresses[0], "10.2.3.13")),      \
	  "follows standby-1.backend")                                                                                 \
	X(follows_loopback,                                                                                            \
	  (SET(S.conninfo_host, "localhost"), SET(S.conninfo_addresses[0], "127.0.0.1"),                               \
	   SET(P.addresses[0], "127.0.0.1")),                                                                          \
	  "follows localhost")                                                                                         \
	X(follows_loopback_6,                                                                                          \
	  (SET(S.conninfo_host, "::1"), SET(S.conninfo_addresses[0], "::1"), SET(P.addresses[0], "::1")),              \
	  "follows ::1")                                                                                               \
	X(follows_mapped_loopback,                                                                                     \
	  (SET(S.conninfo_host, "x"), SET(S.conninfo_addresses[0], "::ffff:127.0.0.1"),                                \
	   SET(P.addresses[0], "127.0.0.1")),                                                                          \
	  "follows x")                                                                                                 \
	X(follows_a_name_that_begins_alike,                                                                            \
	  (SET(S.conninfo_host, "primary-1.backend.example.org"), S.n_conninfo_addresses = 0),                         \
	  "follows primary-1.backend.example.org")                                                                     \
	X(follows_half_a_label, (SET(S.conninfo_host, "primary"), S.n_conninfo_addresses = 0), "follows primary")      \
	X(follows_a_longer_label, (SET(S.conninfo_host, "primary-11.backend"), S.n_conninfo_addresses = 0),            \
	  "follows primary-11.backend")                                                                                \
	X(follows_a_dot, (SET(S.conninfo_host, "."), S.n_conninfo_addresses = 0), "follows .")                         \
	X(follows_a_neighbour_address,                                                                                 \
	  (SET(S.conninfo_host, "10.2.3.120"), SET(S.conninfo_addresses[0], "10.2.3.120")), "follows 10.2.3.120")      \
	X(follows_a_list_of_others, (SET(S.conninfo_host, "a,b,,primary-2"), S.n_conninfo_addresses = 0),              \
	  "follows a,b")                                                                                               \
	X(look_is_old, p->look.taken_ms = NOW_MS - 30001, "too old to act on")                                         \
	X(look_is_from_the_future, p->look.taken_ms = NOW_MS + 1, "too old to act on")                                 \
	X(look_was_never_taken, p->look.taken_ms = INT64_MIN / 2, "too old to act on")

/* Ways in which a good pair may look unusual and yet is proved. */
#define PROVED(X)                                                                                                   \
	X(healthy, (void)0)                                                                                         \
	X(look_is_just_fresh, p->look.taken_ms = NOW_MS - 30000)                                                    \
	X(down_in_archive_recovery, DOWN(S))                                                                        \
	X(down_shut_down_in_recovery, (DOWN(S), S.control.state = CONTROL_SHUTDOWNED_IN_RECOVERY))                  \
	X(up_without_control, NO_CONTROL(S))                                                                        \
	X(old_version_identifiers_from_control,                                                                     \
	  (S.facts.has_system_identifier = P.facts.has_system_identifier = false))                                  \
	X(promoted_once_and_reattached, (S.facts.timeline = S.control.timeline = 2))                                \
	X(machine_id_missing_boot_ids_differ, S.machine_id[0] = 0)                                                  \
	X(conninfo_name_of_the_inventory_only,                                                                      \
	  (SET(P.hostname, "vm7"), SET(S.conninfo_host, "primary-1"), S.n_conninfo_addresses = 0))                  \
	X(conninfo_short_name, (SET(S.conninfo_host, "primary-1"), S.n_conninfo_addresses = 0))                     \
	X(conninfo_full_name, (SET(S.conninfo_host, "PRIMARY-1.backend.Example."), S.n_conninfo_addresses = 0))     \
	X(conninfo_by_alias_that_resolves, SET(S.conninfo_host, "db.internal"))                                     \
	X(conninfo_address, (SET(S.conninfo_host, "10.2.3.12"), S.n_conninfo_addresses = 0))                        \
	X(conninfo_mapped_address, (SET(S.conninfo_host, "db"), SET(S.conninfo_addresses[0], "::ffff:10.2.3.12")))  \
	X(conninfo_second_address, (SET(S.conninfo_host, "db"), SET(S.conninfo_addresses[1], "10.2.3.12"),          \
				    SET(S.conninfo_addresses[0], "192.0.2.9"), S.n_conninfo_addresses = 2))         \
	X(conninfo_second_address_of_the_primary,                                                                   \
	  (SET(S.conninfo_host, "db"), SET(S.conninfo_addresses[0], "fd00::12"), SET(P.addresses[1], "fd00:0::12"), \
	   P.n_addresses = 2))                                                                                      \
	X(conninfo_address_of_the_inventory, (SET(P.addresses[0], "172.16.0.1"), SET(S.conninfo_host, "db")))       \
	X(conninfo_list, (SET(S.conninfo_host, "other,primary-1.backend"), S.n_conninfo_addresses = 0))             \
	X(conninfo_by_host_name_of_the_machine,                                                                     \
	  (SET(P.hostname, "pg7.dc2"), SET(S.conninfo_host, "pg7.dc2"), S.n_conninfo_addresses = 0))

#define REFUSED_TEST(name, change, says)                                     \
	static void refused_##name(void **state)                             \
	{                                                                    \
		struct fake_pair pair, *p = &pair;                           \
		struct error why = {0};                                      \
                                                                             \
		(void)state;                                                 \
		fake_pair_init(p);                                           \
		change;                                                      \
		if (decide_role_proof(&p->look, NOW_MS, &why))               \
			fail_msg(#name " was proved");                       \
		assert_int_equal(why.code, ERROR_REFUSED);                   \
		if (!strstr(why.text, says))                                 \
			fail_msg(#name ": %s, expected %s", why.text, says); \
	}
REFUSED(REFUSED_TEST)

#define PROVED_TEST(name, change)                               \
	static void proved_##name(void **state)                 \
	{                                                       \
		struct fake_pair pair, *p = &pair;              \
		struct error why = {0};                         \
                                                                \
		(void)state;                                    \
		fake_pair_init(p);                              \
		change;                                         \
		if (!decide_role_proof(&p->look, NOW_MS, &why)) \
			fail_msg(#name ": %s", why.text);       \
	}
PROVED(PROVED_TEST)

/* Which method helps: what is spoilt, the method, and what the refusal must say ("": it helps). */
#define HELP(X)                                                                                                       \
	X(stale_wal_e, SET(P.oldest_segment, "000000010000000000000040"), "wal-e", "")                                \
	X(stale_script, SET(P.oldest_segment, "000000010000000000000040"), "pg_resync_slave", "")                     \
	X(down_wal_e, DOWN(S), "wal-e", "")                                                                           \
	X(promoted_wal_e, (S.facts.timeline = 2, P.facts.n_senders = 0), "wal-e", "Use pg_resync_slave")              \
	X(promoted_script, (S.facts.timeline = 2, P.facts.n_senders = 0), "pg_resync_slave", "")                      \
	X(ahead_down_wal_e, (DOWN(S), S.control.timeline = 2), "wal-e", "is on timeline 2")                           \
	X(behind_9_3_wal_e, P.facts.timeline = 2, "wal-e", "is on timeline 1 and primary-1")                          \
	X(behind_12_wal_e, (P.facts.timeline = 2, p->standby.postgresql.version_num = 1200), "wal-e", "")             \
	X(ahead_12_wal_e, (DOWN(S), S.control.timeline = 2, p->standby.postgresql.version_num = 1200), "wal-e",       \
	  "is on timeline 2")                                                                                         \
	X(other_system_wal_e, S.facts.system_identifier = 3, "wal-e", "another system")                               \
	X(no_data_wal_e, S.data_dir_there = false, "wal-e", "there is none: use pg_resync_slave")                     \
	X(no_control_wal_e, NO_CONTROL(S), "wal-e", "there is none: use pg_resync_slave")                             \
	X(no_data_script, S.data_dir_there = false, "pg_resync_slave", "")                                            \
	X(script_12, p->standby.postgresql.version_num = 1200, "pg_resync_slave", "refuses to start with: use wal-e") \
	X(script_12_path,                                                                                             \
	  (p->standby.postgresql.version_num = 1500,                                                                  \
	   p->standby.commands.resync_script = "/usr/local/bin/pg_resync_slave"),                                     \
	  "pg_resync_slave", "refuses to start with")                                                                 \
	X(own_script_12,                                                                                              \
	  (p->standby.postgresql.version_num = 1500, p->standby.commands.resync_script = "/opt/site/rebuild"),        \
	  "pg_resync_slave", "")

#define HELP_TEST(name, change, method, says)                                               \
	static void help_##name(void **state)                                               \
	{                                                                                   \
		struct fake_pair pair, *p = &pair;                                          \
		struct error why = {0};                                                     \
		bool helps;                                                                 \
                                                                                            \
		(void)state;                                                                \
		fake_pair_init(p);                                                          \
		change;                                                                     \
		helps = decide_method_helps(&p->look, method, &why);                        \
		if (helps != (says[0] == '\0') || !strstr(why.text, says))                  \
			fail_msg(#name ": %d, '%s', expected '%s'", helps, why.text, says); \
	}
HELP(HELP_TEST)

/* Verdicts: what is spoilt, the verdict and a part of its sentence. */
#define NOT_STREAMING (P.facts.n_senders = 1, S.facts.has_receiver = false, S.receiver_process[0] = 0)
#define REMOVED \
	"FATAL:  could not receive data from WAL stream: ERROR:  requested WAL segment 000000010000000000000020 has already been removed"
#define VERDICTS_OF(X)                                                                                                   \
	X(healthy, (void)0, STREAMING, "streams from primary-1.backend.example, 0 bytes behind")                         \
	X(little_lag, P.facts.current += 256 << 20, STREAMING, "256 MB behind")                                          \
	X(lag_above_warning, P.facts.current += (256 << 20) + 1, CATCHING_UP, "(limit 256 MB)")                          \
	X(lag_at_critical, P.facts.current += 512 << 20, CATCHING_UP, "512 MB behind")                                   \
	X(lag_above_critical, P.facts.current += (512 << 20) + 1, LAGGING, "(limit 512 MB)")                             \
	X(own_limits, (p->standby.limits.lag_critical_mb = 8, P.facts.current += 9 << 20), LAGGING, "limit 8.0 MB")      \
	X(paused, (P.facts.current += 600 << 20, S.facts.replay_paused = true), LAGGING, "its replay is paused")         \
	X(old_version_receiver, S.facts.has_receiver = false, STREAMING, "0 bytes behind")                               \
	X(standby_away, (S.reached = false, DOWN(S), SET(S.unreached.text, "no route")), UNKNOWN, "no route")            \
	X(primary_away, (P.reached = false, DOWN(P), SET(P.unreached.text, "timed out")), UNKNOWN, "timed out")          \
	X(primary_down, (DOWN(P), SET(P.down.text, "starting up")), UNKNOWN, "starting up")                              \
	X(primary_shut_down, (DOWN(P), P.control.state = CONTROL_SHUTDOWNED), UNKNOWN,                                   \
	  "does not answer on the primary primary-1.backend.example; its control file says \"shut down\"")               \
	X(both_away, (S.reached = P.reached = false, DOWN(S), DOWN(P)), UNKNOWN,                                         \
	  "standby-1.backend.example does not answer")                                                                   \
	X(standby_down, DOWN(S), DOWN, "its control file says \"in archive recovery\"")                                  \
	X(standby_down_and_stale, (DOWN(S), S.control.has_redo = true, S.control.redo = 0x20000000), DOWN,               \
	  "and stale: segment 000000010000000000000020")                                                                 \
	X(standby_down_min_recovery,                                                                                     \
	  (DOWN(S), S.control.has_redo = S.control.has_min_recovery = true, S.control.redo = 0x20000000,                 \
	   S.control.min_recovery = 0x30000000),                                                                         \
	  DOWN, "in archive recovery\"")                                                                                 \
	X(standby_down_without_data,                                                                                     \
	  (S.data_dir_there = false, DOWN(S), NO_CONTROL(S), SET(S.down.text, "no socket")), DOWN,                       \
	  "(no socket), and its data directory is not there")                                                            \
	X(runs_as_primary, S.facts.in_recovery = false, DIVERGED, "runs as a primary")                                   \
	X(other_system, S.facts.system_identifier = 8, DIVERGED, "another system")                                       \
	X(down_and_other_system, (DOWN(S), S.control.system_identifier = 8), DIVERGED, "another system")                 \
	X(promoted_once, (NOT_STREAMING, S.facts.timeline = 2), DIVERGED,                                                \
	  "is on timeline 2, primary-1.backend.example on 1")                                                            \
	X(promoted_once_by_control, (NOT_STREAMING, S.control.timeline = 3), DIVERGED, "is on timeline 3")               \
	X(timeline_ahead_but_streaming, S.facts.timeline = 2, STREAMING, "streams from")                                 \
	X(forked_by_log,                                                                                                 \
	  (NOT_STREAMING,                                                                                                \
	   SET(S.last_fatal, "FATAL:  highest timeline 1 of the primary is behind recovery timeline 2")),                \
	  DIVERGED, "cannot follow")                                                                                     \
	X(forked_by_log_2,                                                                                               \
	  (NOT_STREAMING,                                                                                                \
	   SET(S.last_fatal,                                                                                             \
	       "LOG:  new timeline 2 forked off current database system timeline 1 before current recovery point 0/3")), \
	  DIVERGED, "cannot follow")                                                                                     \
	X(no_child_by_log,                                                                                               \
	  (NOT_STREAMING, SET(S.last_fatal, "FATAL:  requested timeline 2 is not a child of this server's history")),    \
	  DIVERGED, "cannot follow")                                                                                     \
	X(system_by_log,                                                                                                 \
	  (NOT_STREAMING,                                                                                                \
	   SET(S.last_fatal, "FATAL:  database system identifier differs between the primary and standby")),             \
	  DIVERGED, "cannot follow")                                                                                     \
	X(starts_up, P.facts.senders[1].state = fake_text("startup"), CATCHING_UP, "receives from")                      \
	X(ssh_away_but_up, (S.reached = false), STREAMING, "streams from")                                               \
	X(stale_by_segment, (NOT_STREAMING, SET(P.oldest_segment, "000000010000000000000031")), STALE,                   \
	  "needs segment 000000010000000000000030, and primary-1.backend.example has none before "                       \
	  "000000010000000000000031")                                                                                    \
	X(not_stale_at_the_border, (NOT_STREAMING, SET(P.oldest_segment, "000000010000000000000030")), BROKEN,           \
	  "receives nothing")                                                                                            \
	X(stale_across_timelines, (NOT_STREAMING, SET(P.oldest_segment, "000000020000000000000031")), STALE,             \
	  "needs segment")                                                                                               \
	X(stale_by_log, (NOT_STREAMING, P.oldest_segment[0] = 0, SET(S.last_fatal, REMOVED)), STALE,                     \
	  "already been removed")                                                                                        \
	X(old_log_line_proves_nothing, (NOT_STREAMING, SET(S.last_fatal, REMOVED)), BROKEN, "receives nothing")          \
	X(stale_though_catching_up,                                                                                      \
	  (P.facts.senders[1].state = fake_text("catchup"), SET(P.oldest_segment, "000000010000000000000031")), STALE,   \
	  "needs segment")                                                                                               \
	X(stale_but_restores,                                                                                            \
	  (NOT_STREAMING, SET(P.oldest_segment, "000000010000000000000031"),                                             \
	   S.facts.restore_command = fake_text("envdir x")),                                                             \
	  CATCHING_UP, "restores from its archive")                                                                      \
	X(stale_and_archive_did_not_help,                                                                                \
	  (NOT_STREAMING, SET(P.oldest_segment, "000000010000000000000031"), SET(S.last_fatal, REMOVED),                 \
	   S.facts.restore_command = fake_text("envdir x")),                                                             \
	  STALE, "needs segment")                                                                                        \
	X(catching_up, (P.facts.senders[1].state = fake_text("catchup"), P.facts.current += 3 << 20), CATCHING_UP,       \
	  "receives from primary-1.backend.example and is 3.0 MB behind")                                                \
	X(no_receiver, NOT_STREAMING, BROKEN, "in recovery, but receives nothing")                                       \
	X(follows_another, P.facts.n_senders = 1, BROKEN, "has no sender for it")                                        \
	X(refused_by_primary,                                                                                            \
	  (NOT_STREAMING, SET(S.last_fatal, "FATAL:  could not connect to the primary server: no")), BROKEN,             \
	  "could not connect")                                                                                           \
	X(primary_in_recovery, P.facts.in_recovery = true, BROKEN, "is itself in recovery")

#define VERDICT_TEST(name, change, expected, says)                                                                    \
	static void verdict_##name(void **state)                                                                      \
	{                                                                                                             \
		struct fake_pair pair, *p = &pair;                                                                    \
		struct judgement j;                                                                                   \
                                                                                                                      \
		(void)state;                                                                                          \
		fake_pair_init(p);                                                                                    \
		change;                                                                                               \
		decide_verdict(&p->look, &j);                                                                         \
		if (j.verdict != VERDICT_##expected || !strstr(j.reason, says))                                       \
			fail_msg(#name ": %s, '%s', expected " #expected ", '%s'", verdict_name(j.verdict), j.reason, \
				 says);                                                                               \
	}
VERDICTS_OF(VERDICT_TEST)

static void lag_comes_from_current_and_replay(void **state)
{
	struct fake_pair pair, *p = &pair;
	struct judgement j;

	(void)state;
	fake_pair_init(p);
	P.facts.current += 5000;
	decide_verdict(&p->look, &j);
	assert_int_equal(j.lag_bytes, 5000);
	assert_true(j.lag_seconds == 12);
	assert_true(j.receiver_streams && j.sender_streams);
	P.facts.current = S.facts.replay;
	decide_verdict(&p->look, &j);
	assert_int_equal(j.lag_bytes, 0);
	assert_true(j.lag_seconds == 0);
	DOWN(S);
	decide_verdict(&p->look, &j);
	assert_int_equal(j.lag_bytes, -1);
	assert_true(j.lag_seconds < 0);
	assert_false(j.receiver_streams);
	assert_true(j.sender_streams);
}

static void the_sender_row_is_found_by_address(void **state)
{
	struct fake_pair pair, *p = &pair;

	(void)state;
	fake_pair_init(p);
	assert_int_equal(decide_sender_row(&p->look), 1);
	p->senders[1].client_addr = fake_text("::ffff:10.2.3.13");
	assert_int_equal(decide_sender_row(&p->look), 1);
	p->senders[1].client_addr = fake_text("10.2.3.131");
	assert_int_equal(decide_sender_row(&p->look), -1);
	p->senders[1].client_addr = NULL;
	assert_int_equal(decide_sender_row(&p->look), -1);
	SET(S.addresses[1], "192.168.0.7");
	S.n_addresses = 2;
	p->senders[1].client_addr = fake_text("192.168.0.7");
	assert_int_equal(decide_sender_row(&p->look), 1);
	DOWN(P);
	assert_int_equal(decide_sender_row(&p->look), -1);
}

static void base_backups_are_no_standby(void **state)
{
	struct fake_pair pair, *p = &pair;

	(void)state;
	fake_pair_init(p);
	p->senders[1].application_name = fake_text("pg_basebackup");
	assert_int_equal(decide_sender_row(&p->look), -1);
	p->senders[1].application_name = fake_text("walreceiver");
	p->senders[1].state = fake_text("backup");
	assert_int_equal(decide_sender_row(&p->look), -1);
}

static void a_name_decides_between_rows_of_one_address(void **state)
{
	struct fake_pair pair, *p = &pair;

	(void)state;
	fake_pair_init(p);
	p->senders[0].client_addr = p->senders[1].client_addr;
	p->senders[0].application_name = fake_text("standby-1.backend");
	assert_int_equal(decide_sender_row(&p->look), 0);
	p->senders[1].backend_start = fake_text("2026-11-23 02:00:00");
	assert_int_equal(decide_sender_row(&p->look), 0);
	p->senders[0].application_name = fake_text("standby-2.backend");
	assert_int_equal(decide_sender_row(&p->look), 1);
	/* A name alone is no proof: it may have been copied with a base backup. */
	p->senders[0].client_addr = p->senders[1].client_addr = fake_text("10.2.11.13");
	p->senders[0].application_name = fake_text("standby-1.backend");
	assert_int_equal(decide_sender_row(&p->look), -1);
}

static void of_an_old_and_a_new_row_the_new_one_counts(void **state)
{
	struct fake_pair pair, *p = &pair;

	(void)state;
	fake_pair_init(p);
	p->senders[0].client_addr = p->senders[1].client_addr;
	p->senders[0].backend_start = fake_text("2026-11-23 02:00:00");
	assert_int_equal(decide_sender_row(&p->look), 0);
	p->senders[1].backend_start = fake_text("2026-11-23 03:00:00");
	assert_int_equal(decide_sender_row(&p->look), 1);
}

static void free_senders_are_limit_less_used(void **state)
{
	struct fake_pair pair, *p = &pair;

	(void)state;
	fake_pair_init(p);
	assert_int_equal(decide_free_senders(&p->look), 1);
	P.facts.max_wal_senders = 2;
	assert_int_equal(decide_free_senders(&p->look), 0);
	P.facts.max_wal_senders = 1;
	assert_int_equal(decide_free_senders(&p->look), 0);
	P.facts.max_wal_senders = -1;
	assert_int_equal(decide_free_senders(&p->look), -1);
	P.facts.max_wal_senders = 3;
	DOWN(P);
	assert_int_equal(decide_free_senders(&p->look), -1);
}

static void the_needed_segment_follows_what_was_received_or_replayed(void **state)
{
	struct fake_pair pair, *p = &pair;
	char name[32];

	(void)state;
	fake_pair_init(p);
	assert_true(decide_needed_segment(&p->look, name));
	assert_string_equal(name, "000000010000000000000030");
	S.facts.replay = 0x41000000; /* restored from the archive, past what was ever received */
	assert_true(decide_needed_segment(&p->look, name));
	assert_string_equal(name, "000000010000000000000041");
	S.facts.has_replay = S.facts.has_receive = false;
	assert_false(decide_needed_segment(&p->look, name));
	S.facts.has_receive = true;
	P.facts.wal_segment_bytes = 1 << 20;
	assert_true(decide_needed_segment(&p->look, name));
	assert_string_equal(name, "000000010000000000000300");
}

#define ENTRY_3(prefix, name) cmocka_unit_test(prefix##name),
#define REFUSED_ENTRY(name, change, says) ENTRY_3(refused_, name)
#define PROVED_ENTRY(name, change) ENTRY_3(proved_, name)
#define HELP_ENTRY(name, change, method, says) ENTRY_3(help_, name)
#define VERDICT_ENTRY(name, change, expected, says) ENTRY_3(verdict_, name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		REFUSED(REFUSED_ENTRY) PROVED(PROVED_ENTRY) HELP(HELP_ENTRY) VERDICTS_OF(VERDICT_ENTRY)
			cmocka_unit_test(lag_comes_from_current_and_replay),
		cmocka_unit_test(the_sender_row_is_found_by_address),
		cmocka_unit_test(base_backups_are_no_standby),
		cmocka_unit_test(a_name_decides_between_rows_of_one_address),
		cmocka_unit_test(of_an_old_and_a_new_row_the_new_one_counts),
		cmocka_unit_test(free_senders_are_limit_less_used),
		cmocka_unit_test(the_needed_segment_follows_what_was_received_or_replayed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
