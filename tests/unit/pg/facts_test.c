#include "pg/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/redact.h"

#include "unit/pg/server.h"

/* A primary and its standby of one version, running. */
struct pair {
	struct server primary, standby;
	int major;
};

struct seen {
	int calls;
	bool good;
	struct facts facts;
	struct error why;
};

static void noted(void *ctx, const struct probe_reply *reply)
{
	struct seen *s = ctx;

	s->calls++;
	s->good = facts_read(reply, &s->facts, &s->why);
}

static struct facts look(const char *conninfo)
{
	struct seen s = {0};
	uv_loop_t loop;

	uv_loop_init(&loop);
	probe_ask(&loop, conninfo, facts_queries, 10000, noted, &s);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	assert_int_equal(s.calls, 1);
	if (!s.good)
		print_message("%s\n", s.why.text);
	assert_true(s.good);
	return s.facts;
}

static void point_standby_at_primary(const struct pair *p)
{
	char line[300];

	snprintf(line, sizeof(line),
		 "primary_conninfo = 'host=%s user=postgres password=canaryword application_name=standby1'",
		 p->primary.dir);
	server_append(&p->standby, p->major >= 12 ? "postgresql.auto.conf" : "recovery.conf", line);
	server_append(&p->standby, p->major >= 12 ? "standby.signal" : "recovery.conf",
		      p->major >= 12 ? "" : "standby_mode = on");
}

static bool make_pair(struct pair *p, const char *bin, int major)
{
	struct server copier;

	p->major = major;
	if (!bin || !server_make(&p->primary, bin))
		return false;
	server_append(&p->primary, "postgresql.conf", "wal_level = replica\nmax_wal_senders = 5\nhot_standby = on");
	server_append(&p->primary, "postgresql.conf",
		      "max_connections = 33\narchive_mode = on\narchive_command = 'false'");
	server_append(&p->primary, "postgresql.conf", major >= 13 ? "wal_keep_size = 64MB" : "wal_keep_segments = 4");
	if (!server_start(&p->primary) || !server_place(&p->standby, bin))
		return false;
	copier = p->standby; /* Debian's pg_basebackup copies older servers too */
	copier.bin = server_bin_15();
	if (server_do(&copier, "%s/pg_basebackup -h %s -U postgres -D %s/data -X stream -c fast", copier.bin,
		      p->primary.dir, p->standby.dir) != 0)
		return false;
	server_do(&p->standby, "chmod 700 %s/data", p->standby.dir);
	point_standby_at_primary(p);
	return server_start(&p->standby);
}

static int make_15(void **state)
{
	static struct pair p;

	*state = &p;
	return make_pair(&p, server_bin_15(), 15) ? 0 : -1;
}

static int make_10(void **state)
{
	static struct pair p;

	*state = &p;
	if (server_bin_10())
		return make_pair(&p, server_bin_10(), 10) ? 0 : -1;
	*state = NULL;
	return 0;
}

static int drop(void **state)
{
	struct pair *p = *state;

	if (p) {
		server_gone(&p->standby);
		server_gone(&p->primary);
	}
	return 0;
}

static struct pair *pair_or_skip(void **state)
{
	if (!*state)
		skip();
	return *state;
}

static void wait_until_streaming(const struct pair *p)
{
	for (int i = 0; i < 200; i++) {
		struct facts f = look(server_conninfo(&p->primary));
		bool streams = f.n_senders == 1 && f.senders[0].state && strcmp(f.senders[0].state, "streaming") == 0 &&
			       f.senders[0].has_flush; /* known after its first reply */

		facts_free(&f);
		if (streams)
			return;
		usleep(50000);
	}
	fail();
}

static void a_primary_says_what_it_is(void **state)
{
	struct pair *p = pair_or_skip(state);
	struct facts f;

	wait_until_streaming(p);
	f = look(server_conninfo(&p->primary));
	assert_int_equal(f.server_version / 10000, p->major);
	assert_false(f.in_recovery);
	assert_true(f.has_system_identifier && f.system_identifier > (UINT64_C(1) << 60));
	assert_true(f.has_timeline && f.timeline == 1);
	assert_true(f.has_current && f.current > 0x1000000);
	assert_false(f.has_receive || f.has_replay || f.has_receiver || f.replay_paused);
	assert_true(f.replay_age_seconds < 0);
	assert_int_equal(f.max_wal_senders, 5);
	assert_int_equal(f.max_replication_slots, 10);
	assert_int_equal(f.wal_keep_bytes, 64 << 20);
	assert_int_equal(f.wal_segment_bytes, 16 << 20);
	assert_string_equal(f.wal_level, "replica");
	assert_string_equal(f.archive_mode, "on");
	assert_string_equal(f.archive_command, "false");
	assert_string_equal(facts_setting(&f, "max_connections"), "33");
	assert_int_equal(facts_setting_number(&f, "max_prepared_transactions"), 0);
	assert_int_equal(facts_setting_number(&f, "no_such_setting"), -1);
	assert_null(facts_setting(&f, "no_such_setting"));
	assert_non_null(strstr(f.data_directory, p->primary.dir));
	assert_non_null(strstr(f.config_file, "postgresql.conf"));
	assert_null(f.primary_conninfo);
	assert_true(f.databases_bytes > 5000000);
	assert_int_equal(strlen(f.started), 26);
	assert_true(f.up_seconds >= 0 && f.up_seconds < 1000);
	facts_free(&f);
}

static void its_senders_show_the_standby(void **state)
{
	struct pair *p = pair_or_skip(state);
	struct facts f = look(server_conninfo(&p->primary));

	assert_int_equal(f.n_senders, 1);
	assert_string_equal(f.senders[0].application_name, "standby1");
	assert_string_equal(f.senders[0].state, "streaming");
	assert_string_equal(f.senders[0].sync_state, "async");
	assert_null(f.senders[0].client_addr);
	assert_true(f.senders[0].pid > 1);
	assert_int_equal(strlen(f.senders[0].backend_start), 26);
	assert_true(f.senders[0].has_sent && f.senders[0].has_write && f.senders[0].has_flush);
	assert_true(f.senders[0].sent <= f.current);
	facts_free(&f);
}

static void a_standby_says_what_it_is(void **state)
{
	struct pair *p = pair_or_skip(state);
	struct facts primary = look(server_conninfo(&p->primary)), f = look(server_conninfo(&p->standby));

	assert_true(f.in_recovery);
	assert_true(f.has_system_identifier);
	assert_true(f.system_identifier == primary.system_identifier);
	assert_true(f.has_timeline && f.timeline == 1);
	assert_false(f.has_current);
	assert_true(f.has_receive && f.has_replay && f.replay > 0x1000000 && f.replay <= f.receive);
	assert_true(f.has_receiver && f.has_receiver_timeline && f.receiver_timeline == 1);
	assert_string_equal(f.receiver_status, "streaming");
	assert_string_equal(f.receiver_host, p->primary.dir);
	assert_int_equal(f.receiver_port, 5432);
	assert_false(f.replay_paused);
	assert_int_equal(f.n_senders, 0);
	if (p->major >= 12) {
		assert_string_equal(f.primary_host, p->primary.dir);
		assert_non_null(strstr(f.primary_conninfo, "application_name='standby1'"));
		assert_null(strstr(f.primary_conninfo, "canaryword"));
	} else {
		assert_null(f.primary_conninfo);
	}
	for (int i = 0; i < f.n_settings; i++)
		assert_true(!f.settings[i].value || !strstr(f.settings[i].value, "canaryword"));
	assert_true(facts_lag_bytes(&primary, &f) >= 0);
	assert_true(facts_lag_bytes(&primary, &primary) == -1);
	facts_free(&f);
	facts_free(&primary);
}

static void replay_follows_what_the_primary_writes(void **state)
{
	struct pair *p = pair_or_skip(state);
	struct facts before = look(server_conninfo(&p->standby)), f, primary;
	bool caught_up = false;

	server_sql(&p->primary, "CREATE TABLE t AS SELECT generate_series(1, 50000) AS x");
	primary = look(server_conninfo(&p->primary));
	for (int i = 0; i < 100 && !caught_up; i++) {
		f = look(server_conninfo(&p->standby));
		caught_up = f.replay >= primary.current;
		if (caught_up)
			assert_true(f.replay_age_seconds >= 0 && f.replay_age_seconds < 100);
		facts_free(&f);
		usleep(50000);
	}
	assert_true(caught_up);
	assert_true(facts_lag_bytes(&primary, &before) > 100000);
	facts_free(&before);
	facts_free(&primary);
}

static void a_paused_replay_is_told(void **state)
{
	struct pair *p = pair_or_skip(state);
	struct facts f;

	server_sql(&p->standby, p->major >= 10 ? "SELECT pg_wal_replay_pause()" : "SELECT pg_xlog_replay_pause()");
	f = look(server_conninfo(&p->standby));
	assert_true(f.replay_paused);
	facts_free(&f);
	server_sql(&p->standby, p->major >= 10 ? "SELECT pg_wal_replay_resume()" : "SELECT pg_xlog_replay_resume()");
}

static void a_failing_archiver_is_told(void **state)
{
	struct pair *p = pair_or_skip(state);
	bool told = false;

	server_sql(&p->primary, "SELECT pg_switch_wal()");
	for (int i = 0; i < 200 && !told; i++) {
		struct facts f = look(server_conninfo(&p->primary));

		told = f.archiver_fails && f.failed_count > 0 && strlen(f.last_failed_wal) >= 24 && f.last_failed_time;
		facts_free(&f);
		usleep(50000);
	}
	assert_true(told);
}

static void a_role_without_rights_learns_less_and_no_error(void **state)
{
	struct pair *p = pair_or_skip(state);
	char conninfo[200];
	struct facts f;

	server_sql(&p->primary, "CREATE ROLE weak LOGIN");
	snprintf(conninfo, sizeof(conninfo), "host=%s user=weak dbname=postgres", p->primary.dir);
	f = look(conninfo);
	assert_false(f.in_recovery);
	assert_true(f.has_current);
	assert_null(f.data_directory);
	assert_int_equal(f.n_senders, 1);
	assert_null(f.senders[0].state);
	assert_false(f.senders[0].has_replay);
	facts_free(&f);
}

static void a_copy_is_deep(void **state)
{
	struct pair *p = pair_or_skip(state);
	struct facts f = look(server_conninfo(&p->primary)), copy;

	facts_copy(&f, &copy);
	facts_free(&f);
	assert_string_equal(copy.senders[0].application_name, "standby1");
	assert_string_equal(facts_setting(&copy, "max_connections"), "33");
	assert_string_equal(copy.wal_level, "replica");
	facts_free(&copy);
	facts_free(&copy); /* empty now */
}

/* ---- without a server ---- */

static struct probe_reply reply_of(struct probe_result *results, size_t n)
{
	return (struct probe_reply){.server_version = 90324, .results = results, .n_results = n};
}

static char *cell(const char *s)
{
	return strdup(s);
}

static void old_servers_are_asked_by_their_own_names(void **state)
{
	const char *const *queries = facts_queries(NULL, 90324);
	int n = 0;

	(void)state;
	for (; queries[n]; n++) {
		assert_null(strstr(queries[n], "_lsn"));
		assert_null(strstr(queries[n], "pg_control_"));
		assert_null(strstr(queries[n], "pg_stat_archiver"));
		assert_null(strstr(queries[n], "pg_stat_wal_receiver"));
	}
	assert_int_equal(n, 3);
	assert_non_null(strstr(queries[0], "pg_last_xlog_replay_location()"));
	assert_non_null(strstr(queries[1], "replay_location"));
	queries = facts_queries(NULL, 180000);
	for (n = 0; queries[n]; n++)
		assert_null(strstr(queries[n], "xlog"));
	assert_int_equal(n, 6);
}

static void what_a_9_3_server_cannot_tell_stays_unknown(void **state)
{
	char *core[9] = {cell("t"), NULL, cell("16/B374D848"), cell("16/B3000000"), cell("-0.5"), cell("f"), NULL,
			 NULL,	    NULL};
	char *settings[6] = {cell("wal_segment_size"),	cell("2048"), cell("8kB"),
			     cell("wal_keep_segments"), cell("256"),  NULL};
	struct probe_result results[3] = {{1, 9, core}, {0, 10, NULL}, {2, 3, settings}};
	struct probe_reply reply = reply_of(results, 3);
	struct facts f;
	struct error why;

	(void)state;
	assert_true(facts_read(&reply, &f, &why));
	assert_true(f.in_recovery && f.has_replay && !f.has_system_identifier && !f.has_timeline && !f.has_receiver);
	assert_true(f.replay == UINT64_C(0x16B3000000));
	assert_true(f.replay_age_seconds == 0); /* the clocks differ by half a second */
	assert_int_equal(f.wal_segment_bytes, 16 << 20);
	assert_true(f.wal_keep_bytes == INT64_C(256) * (16 << 20));
	assert_int_equal(f.max_wal_senders, -1);
	assert_int_equal(f.failed_count, -1);
	assert_int_equal(f.databases_bytes, -1);
	facts_free(&f);
	for (int i = 0; i < 9; i++)
		free(core[i]);
	for (int i = 0; i < 6; i++)
		free(settings[i]);
}

static void an_error_is_passed_on(void **state)
{
	struct error cause = {ERROR_TIMEOUT, "PostgreSQL: no answer"}, why;
	struct probe_reply reply = reply_of(NULL, 0);
	struct facts f;

	(void)state;
	reply.why = &cause;
	assert_false(facts_read(&reply, &f, &why));
	assert_int_equal(why.code, ERROR_TIMEOUT);
	facts_free(&f);
	reply.why = NULL;
	assert_false(facts_read(&reply, &f, &why));
	assert_int_equal(why.code, ERROR_HOST);
	facts_free(&f);
}

#define WITH_PAIR                                                                                                      \
	cmocka_unit_test(a_primary_says_what_it_is), cmocka_unit_test(its_senders_show_the_standby),                   \
		cmocka_unit_test(a_standby_says_what_it_is), cmocka_unit_test(replay_follows_what_the_primary_writes), \
		cmocka_unit_test(a_paused_replay_is_told), cmocka_unit_test(a_failing_archiver_is_told),               \
		cmocka_unit_test(a_role_without_rights_learns_less_and_no_error), cmocka_unit_test(a_copy_is_deep)

int main(void)
{
	const struct CMUnitTest postgresql_15[] = {WITH_PAIR};
	const struct CMUnitTest postgresql_10[] = {WITH_PAIR};
	const struct CMUnitTest alone[] = {
		cmocka_unit_test(old_servers_are_asked_by_their_own_names),
		cmocka_unit_test(what_a_9_3_server_cannot_tell_stays_unknown),
		cmocka_unit_test(an_error_is_passed_on),
	};
	int failed = cmocka_run_group_tests(alone, NULL, NULL);

	failed += cmocka_run_group_tests(postgresql_15, make_15, drop);
	failed += cmocka_run_group_tests(postgresql_10, make_10, drop);
	redact_forget();
	return failed;
}
