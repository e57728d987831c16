/* The scripts that stop and start PostgreSQL, under dash, with a fake service: what they take for proof. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "fake/shell.h"
#include "inventory/host.h"
#include "resync/actions.h"
#include "resync/values.h"

struct scene {
	char dir[64], data_dir[96], service[96], log[96], script[96];
	struct host host;
	struct values values;
	struct shell_reply reply;
};

/* start and restart leave a process that stands in the data directory, as the server does; `mode` spoils them. */
static const char service[] = "#!/bin/sh\n"
			      "h=${0%/*}; cd \"$h/data\" || exit 9; echo \"$1\" >>\"$h/verbs\"\n"
			      "case $(cat \"$h/mode\" 2>/dev/null) in broken) exit 1;; lying) exit 0;; esac\n"
			      "[ \"$1\" != reload ] || exit 0\n"
			      "[ ! -f postmaster.pid ] || kill $(head -n 1 postmaster.pid) 2>/dev/null\n"
			      "sleep 600 </dev/null >/dev/null 2>&1 &\n"
			      "printf '%s\\n%s\\n%s\\n' $! \"$h/data\" $(date +%s%N) >postmaster.pid\n";

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int make(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	snprintf(s->dir, sizeof(s->dir), "/tmp/pgrv-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->data_dir, sizeof(s->data_dir), "%s/data", s->dir);
	snprintf(s->service, sizeof(s->service), "%s/service", s->dir);
	snprintf(s->log, sizeof(s->log), "%s/log", s->dir);
	snprintf(s->script, sizeof(s->script), "echo ran >>%s/script", s->dir);
	shell_do("mkdir %s; echo 9.3 >%s/PG_VERSION; echo 'standby_mode = on' | tee %s/recovery.conf >%s/recovery.tmp",
		 s->data_dir, s->data_dir, s->data_dir, s->data_dir);
	put(s->service, service);
	shell_do("chmod 700 %s; echo 'an old line' >%s", s->service, s->log);
	s->host = (struct host){
		.name = "standby",
		.commands = {.service_postgresql = s->service, .resync_script = s->script, .envdir = "envdir"},
		.wal_e = {.env_dir = "/etc/wal-e/env.d", .command = "wal-e"},
		.postgresql = {.data_dir = s->data_dir, .log_file = s->log, .version_num = 903},
		.state_dir = s->dir};
	s->values = (struct values){.standby = &s->host, .primary = &s->host, .tag = "7-abc", .reason = "test"};
	*state = s;
	return 0;
}

static int unmake(void **state)
{
	struct scene *s = *state;

	shell_do("kill $(head -n 1 %s/postmaster.pid 2>/dev/null) 2>/dev/null; rm -rf %s", s->data_dir, s->dir);
	free(s);
	return 0;
}

/* Waits are short here. */
static int run(struct scene *s, const struct action *a)
{
	scoped_mem char *quick = mem_printf("sleep() { command sleep 0.01; }\n%s", action_script(a, &s->host));

	shell_run("/bin/dash", &s->values, quick, NULL, &s->reply);
	return s->reply.status;
}

static void verbs_are(const struct scene *s, const char *expected)
{
	shell_do("touch %s/verbs; [ \"$(tr '\\n' ' ' <%s/verbs)\" = '%s' ]", s->dir, s->dir, expected);
}

static void start_server(const struct scene *s)
{
	shell_do("%s start; rm %s/verbs", s->service, s->dir);
}

static void spoil(const struct scene *s, const char *mode)
{
	shell_do("echo %s >%s/mode", mode, s->dir);
}

static void a_restart_is_another_process(void **state)
{
	struct scene *s = *state;

	start_server(s);
	assert_int_equal(run(s, &do_restart), 0);
	verbs_are(s, "restart ");
	assert_non_null(strstr(s->reply.out, "log_offset=12"));
}

static void a_server_that_is_down_is_started(void **state)
{
	struct scene *s = *state;

	assert_int_equal(run(s, &do_restart), 0);
	verbs_are(s, "start ");
}

static void the_same_process_was_not_restarted(void **state)
{
	struct scene *s = *state;

	start_server(s);
	spoil(s, "lying");
	assert_int_equal(run(s, &do_restart), 36);
	assert_non_null(strstr(s->reply.err, "is the same"));
}

static void a_pid_that_is_somebody_elses_is_no_server(void **state)
{
	struct scene *s = *state;

	shell_do("sleep 600 </dev/null >/dev/null 2>&1 & echo $! >%s/postmaster.pid; echo $! >%s/other", s->data_dir,
		 s->dir);
	assert_int_equal(run(s, &do_restart), 0);
	verbs_are(s, "start ");
	shell_do("kill $(cat %s/other) 2>/dev/null; exit 0", s->dir);
}

static void a_reload_that_fails_is_none(void **state)
{
	struct scene *s = *state;

	s->host.postgresql.version_num = 1500;
	shell_do("touch %s/standby.signal", s->data_dir);
	start_server(s);
	assert_int_equal(run(s, &do_restart), 0);
	verbs_are(s, "reload ");
	spoil(s, "broken");
	assert_int_equal(run(s, &do_restart), 36);
}

static void nothing_is_restarted_without_a_marker(void **state)
{
	struct scene *s = *state;

	shell_do("printf 'standby_mode = on\\nstandby_mode = off\\n' >%s/recovery.conf", s->data_dir);
	assert_int_equal(run(s, &do_restart), 30);
	shell_do("mkdir -p %s/saved-7-abc; touch %s/saved-7-abc/restarted", s->dir, s->dir);
	assert_int_equal(run(s, hold_restoring.give[1]), 30);
	shell_do("rm %s/recovery.conf", s->data_dir);
	assert_int_equal(run(s, &do_restart), 30);
	verbs_are(s, "");
}

static void a_server_that_never_saw_our_settings_is_left_alone(void **state)
{
	struct scene *s = *state;

	start_server(s);
	assert_int_equal(run(s, hold_restoring.give[1]), 0);
	verbs_are(s, "");
	assert_int_equal(run(s, &do_restart), 0);
	assert_int_equal(run(s, hold_restoring.give[1]), 0);
	verbs_are(s, "restart restart ");
}

static void settings_are_appended_and_put_back(void **state)
{
	struct scene *s = *state;

	shell_do("printf \"standby_mode = 'on'\" >%s/recovery.conf; cp -p %s/recovery.conf %s/before", s->data_dir,
		 s->data_dir, s->dir);
	assert_int_equal(run(s, hold_restoring.take), 0);
	shell_do("tail -n 1 %s/recovery.conf | grep -q ^restore_command && head -n 1 %s/recovery.conf | grep -q on\\'$",
		 s->data_dir, s->data_dir);
	assert_int_equal(run(s, hold_restoring.give[0]), 0);
	shell_do("cmp %s/recovery.conf %s/before", s->data_dir, s->dir);
	assert_int_equal(run(s, hold_restoring.take), 0);
	shell_do("echo '# a colleague' >>%s/recovery.conf", s->data_dir);
	assert_int_equal(run(s, hold_restoring.give[0]), 34);
	shell_do("tail -n 1 %s/recovery.conf | grep -q colleague", s->data_dir);
}

static void the_script_runs_on_a_standby(void **state)
{
	struct scene *s = *state;

	assert_int_equal(run(s, &do_resync_script), 0);
	shell_do("[ -f %s/script ]", s->dir);
}

/* Its recovery.tmp survives a promotion; its recovery.conf does not. */
static void the_script_is_not_run_on_a_promoted_standby(void **state)
{
	struct scene *s = *state;

	shell_do("mv %s/recovery.conf %s/recovery.done", s->data_dir, s->data_dir);
	assert_int_equal(run(s, &do_resync_script), 30);
	shell_do("mv %s/recovery.done %s/recovery.conf; echo 'standby_mode = off' >>%s/recovery.tmp", s->data_dir,
		 s->data_dir, s->data_dir);
	assert_int_equal(run(s, &do_resync_script), 30);
	shell_do("[ ! -f %s/script ]", s->dir);
}

static const struct action *settle(void)
{
	return hold_recovery_tmp.give[0];
}

static void settling_starts_the_old_directory(void **state)
{
	struct scene *s = *state;

	assert_int_equal(run(s, settle()), 0); /* never taken */
	verbs_are(s, "");
	assert_int_equal(run(s, hold_recovery_tmp.take), 0);
	shell_do("rm %s/recovery.tmp; mkdir %s.sync", s->data_dir, s->data_dir);
	assert_int_equal(run(s, settle()), 0);
	shell_do("[ -f %s/recovery.tmp ] && [ ! -e %s.sync ]", s->data_dir, s->data_dir);
	verbs_are(s, "start ");
	assert_int_equal(run(s, settle()), 0);
	verbs_are(s, "start ");
}

static void settling_finishes_the_swap_with_a_marker(void **state)
{
	struct scene *s = *state;

	assert_int_equal(run(s, hold_recovery_tmp.take), 0);
	shell_do("mv %s %s.todelete; mkdir %s.sync; touch %s.sync/backup_label; echo 9.3 >%s.sync/PG_VERSION",
		 s->data_dir, s->data_dir, s->data_dir, s->data_dir, s->data_dir);
	assert_int_equal(run(s, settle()), 0);
	shell_do("cmp %s/recovery.conf %s/saved-7-abc/recovery.tmp && [ -f %s/backup_label ] && [ -d %s.todelete ]",
		 s->data_dir, s->dir, s->data_dir, s->data_dir);
	verbs_are(s, "start ");
}

static void settling_puts_the_old_one_back_when_the_copy_is_not_whole(void **state)
{
	struct scene *s = *state;

	assert_int_equal(run(s, hold_recovery_tmp.take), 0);
	shell_do("mv %s %s.todelete; mkdir %s.sync; echo 9.3 >%s.sync/PG_VERSION", s->data_dir, s->data_dir,
		 s->data_dir, s->data_dir);
	assert_int_equal(run(s, settle()), 0);
	shell_do("[ ! -e %s.todelete ] && [ ! -e %s.sync ] && [ -f %s/recovery.conf ]", s->data_dir, s->data_dir,
		 s->data_dir);
}

static void settling_never_starts_a_primary(void **state)
{
	struct scene *s = *state;

	assert_int_equal(run(s, hold_recovery_tmp.take), 0);
	shell_do("mv %s/recovery.conf %s/recovery.done", s->data_dir, s->data_dir);
	assert_int_equal(run(s, settle()), 30);
	shell_do("printf 'standby_mode = on\\nstandby_mode = off\\n' >%s/recovery.conf", s->data_dir);
	assert_int_equal(run(s, settle()), 30);
	s->host.postgresql.version_num = 1500;
	assert_int_equal(run(s, settle()), 30);
	verbs_are(s, "");
	shell_do("rm %s/recovery.conf; touch %s/standby.signal", s->data_dir, s->data_dir);
	assert_int_equal(run(s, settle()), 0);
	shell_do("[ ! -e %s/recovery.conf ]", s->data_dir);
	verbs_are(s, "start ");
}

static void a_server_that_does_not_start_is_not_settled(void **state)
{
	struct scene *s = *state;

	assert_int_equal(run(s, hold_recovery_tmp.take), 0);
	spoil(s, "lying");
	assert_int_equal(run(s, settle()), 35);
	assert_non_null(strstr(s->reply.err, "does not start"));
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make, unmake)
	const struct CMUnitTest tests[] = {
		CASE(a_restart_is_another_process),
		CASE(a_server_that_is_down_is_started),
		CASE(the_same_process_was_not_restarted),
		CASE(a_pid_that_is_somebody_elses_is_no_server),
		CASE(a_reload_that_fails_is_none),
		CASE(nothing_is_restarted_without_a_marker),
		CASE(a_server_that_never_saw_our_settings_is_left_alone),
		CASE(settings_are_appended_and_put_back),
		CASE(the_script_runs_on_a_standby),
		CASE(the_script_is_not_run_on_a_promoted_standby),
		CASE(settling_starts_the_old_directory),
		CASE(settling_finishes_the_swap_with_a_marker),
		CASE(settling_puts_the_old_one_back_when_the_copy_is_not_whole),
		CASE(settling_never_starts_a_primary),
		CASE(a_server_that_does_not_start_is_not_settled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
