/* What the checks make of what they read, and their scripts under dash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "fake/fake_pair.h"
#include "fake/shell.h"
#include "resync/actions.h"
#include "resync/memory.h"
#include "resync/values.h"

struct scene {
	struct fake_pair pair;
	struct memory *memory;
	struct row_watch watch;
	struct remote_reply reply;
	struct error why;
	char dir[64], data_dir[96];
	struct values values;
	struct shell_reply shell;
};

static int make(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	fake_pair_init(&s->pair);
	s->pair.look.taken_ms = clock_monotonic_ms();
	s->memory = memory_new();
	s->reply.out = s->reply.err = "";
	snprintf(s->dir, sizeof(s->dir), "/tmp/pgrc-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->data_dir, sizeof(s->data_dir), "%s/data", s->dir);
	shell_do("mkdir %s; echo 10 >%s/PG_VERSION", s->data_dir, s->data_dir);
	s->pair.standby.postgresql.data_dir = s->data_dir;
	s->pair.standby.state_dir = s->dir;
	s->values = (struct values){
		.standby = &s->pair.standby, .primary = &s->pair.primary, .tag = "7-abc", .reason = "test"};
	*state = s;
	return 0;
}

static int unmake(void **state)
{
	struct scene *s = *state;

	shell_do("rm -rf %s", s->dir);
	memory_free(s->memory);
	free(s);
	return 0;
}

static enum answer read_with(struct scene *s, const struct action *a)
{
	struct reading r = {.reply = &s->reply,
			    .look = &s->pair.look,
			    .standby = &s->pair.standby,
			    .primary = &s->pair.primary,
			    .memory = s->memory,
			    .watch = &s->watch,
			    .now_ms = clock_monotonic_ms()};

	s->why = (struct error){0};
	return a->reads(&r, &s->why);
}

static int run(struct scene *s, const struct action *a)
{
	shell_run("/bin/dash", &s->values, action_script(a, &s->pair.standby), NULL, &s->shell);
	return s->shell.status;
}

static void roles_are_proved_or_it_is_refused(void **state)
{
	struct scene *s = *state;

	assert_int_equal(read_with(s, &check_role), ANSWER_YES);
	s->pair.look.primary.facts.in_recovery = true;
	assert_int_equal(read_with(s, &check_role), ANSWER_NO);
	assert_int_equal(s->why.code, ERROR_REFUSED);
}

static void a_host_that_is_away_is_unreachable_not_refused(void **state)
{
	struct scene *s = *state;

	s->pair.look.primary.reached = false;
	error_set(&s->pair.look.primary.unreached, ERROR_UNREACHABLE, "the primary is away");
	assert_int_equal(read_with(s, &check_role), ANSWER_NO);
	assert_int_equal(s->why.code, ERROR_UNREACHABLE);
	assert_non_null(strstr(s->why.text, "the primary"));
	s->pair.look.standby.reached = false;
	s->pair.look.primary.reached = true;
	error_set(&s->pair.look.standby.unreached, ERROR_UNREACHABLE, "the standby is away");
	assert_int_equal(read_with(s, &check_role), ANSWER_NO);
	assert_non_null(strstr(s->why.text, "the standby"));
}

static void the_needed_segment_is_remembered(void **state)
{
	struct scene *s = *state;

	assert_int_equal(read_with(s, &check_wal_e_helps), ANSWER_YES);
	assert_string_equal(memory_get(s->memory, "needed_segment"), "000000010000000000000030");
	assert_string_equal(memory_get(s->memory, "segment_bytes"), "16777216");
	s->pair.look.primary.facts.wal_segment_bytes = 1 << 20;
	assert_int_equal(read_with(s, &check_wal_e_helps), ANSWER_YES);
	assert_string_equal(memory_get(s->memory, "segment_bytes"), "1048576");
	s->pair.look.standby.has_control = false;
	assert_int_equal(read_with(s, &check_wal_e_helps), ANSWER_NO);
}

static void a_segment_that_is_not_known_is_refused(void **state)
{
	struct scene *s = *state;

	s->pair.look.standby.facts.has_receive = s->pair.look.standby.facts.has_replay = false;
	assert_int_equal(read_with(s, &check_wal_e_helps), ANSWER_NO);
	assert_int_equal(s->why.code, ERROR_REFUSED);
}

static void a_copy_must_fit_beside_the_old_directory(void **state)
{
	struct scene *s = *state;
	struct look *l = &s->pair.look;

	l->primary.facts.databases_bytes = 1000;
	l->standby.data_free_bytes = 1100;
	assert_int_equal(read_with(s, &check_room), ANSWER_YES);
	l->standby.data_free_bytes = 1099;
	assert_int_equal(read_with(s, &check_room), ANSWER_NO);
	assert_int_equal(s->why.code, ERROR_REFUSED);
	l->standby.data_free_bytes = 0;
	assert_int_equal(read_with(s, &check_room), ANSWER_NO);
	l->standby.data_free_bytes = -1; /* not known */
	assert_int_equal(read_with(s, &check_room), ANSWER_YES);
	l->standby.data_free_bytes = 1099;
	l->primary.facts.databases_bytes = -1;
	l->primary.data_used_bytes = 1000;
	assert_int_equal(read_with(s, &check_room), ANSWER_NO);
	l->primary.data_used_bytes = -1;
	assert_int_equal(read_with(s, &check_room), ANSWER_YES);
	l->primary.facts.databases_bytes = 0;
	assert_int_equal(read_with(s, &check_room), ANSWER_YES);
}

static void a_sender_must_be_free(void **state)
{
	struct scene *s = *state;

	assert_int_equal(read_with(s, &check_senders), ANSWER_YES);
	s->pair.look.primary.facts.max_wal_senders = s->pair.look.primary.facts.n_senders;
	assert_int_equal(read_with(s, &check_senders), ANSWER_NO);
	assert_int_equal(s->why.code, ERROR_REFUSED);
}

static void the_sites_script_is_refused_where_it_makes_no_standby(void **state)
{
	struct scene *s = *state;

	assert_int_equal(read_with(s, &check_script_helps), ANSWER_YES);
	s->pair.standby.postgresql.version_num = 1200;
	s->pair.standby.postgresql.version = "12";
	assert_int_equal(read_with(s, &check_script_helps), ANSWER_NO);
	s->pair.standby.commands.resync_script = "/usr/local/bin/pg_resync_slave";
	assert_int_equal(read_with(s, &check_script_helps), ANSWER_NO);
	s->pair.standby.commands.resync_script = "our-own";
	assert_int_equal(read_with(s, &check_script_helps), ANSWER_YES);
}

static void what_is_missing_is_refused_and_what_fails_is_not(void **state)
{
	struct scene *s = *state;

	assert_int_equal(read_with(s, &check_archive), ANSWER_YES);
	s->reply = (struct remote_reply){.status = 20, .out = "", .err = "lzop is not on this host\n", .err_size = 25};
	assert_int_equal(read_with(s, &check_archive), ANSWER_NO);
	assert_int_equal(s->why.code, ERROR_REFUSED);
	assert_string_equal(s->why.text, "lzop is not on this host");
	s->reply = (struct remote_reply){.status = 3, .out = "", .err = ""};
	assert_int_equal(read_with(s, &check_archive), ANSWER_NO);
	assert_int_equal(s->why.code, ERROR_HOST);
	assert_string_equal(s->why.text, "it ended without a word");
}

static void leftovers_of_others_are_refused(void **state)
{
	struct scene *s = *state;

	assert_int_equal(run(s, &check_leftovers), 0);
	shell_do("mkdir %s.sync", s->data_dir); /* the script removes it by itself */
	assert_int_equal(run(s, &check_leftovers), 0);
	shell_do("mv %s %s.away", s->data_dir, s->data_dir);
	assert_int_equal(run(s, &check_leftovers), 20);
	shell_do("mv %s.away %s; mkdir %s.todelete", s->data_dir, s->data_dir, s->data_dir);
	assert_int_equal(run(s, &check_leftovers), 20);
	shell_do("rmdir %s.todelete; mkdir %s/saved-1-x", s->data_dir, s->dir);
	assert_int_equal(run(s, &check_leftovers), 0);
	shell_do("touch %s/saved-1-x/recovery.saved", s->dir);
	assert_int_equal(run(s, &check_leftovers), 20);
}

static int recovery_tmp(struct scene *s, const char *text)
{
	shell_do("printf '%%b' \"%s\" >%s/recovery.tmp", text, s->data_dir);
	return run(s, &check_recovery_tmp);
}

static void recovery_tmp_must_name_this_primary(void **state)
{
	struct scene *s = *state;

	assert_int_equal(run(s, &check_recovery_tmp), 20);
	assert_int_equal(recovery_tmp(s, "standby_mode = 'on'\\nprimary_conninfo = 'host=10.2.3.12 user=r'\\n"), 0);
	assert_int_equal(recovery_tmp(s, "standby_mode = 'on'\\nprimary_conninfo = 'user=r host=10.2.3.12'\\n"), 0);
	assert_int_equal(recovery_tmp(s, "standby_mode = 'on'\\nprimary_conninfo = 'host=10.2.3.1 user=r'\\n"), 20);
	assert_int_equal(recovery_tmp(s, "standby_mode = 'on'\\nprimary_conninfo = 'user=r'\\n"), 20);
	assert_int_equal(recovery_tmp(s, "standby_mode = 'off'\\nprimary_conninfo = 'host=10.2.3.12'\\n"), 20);
	assert_int_equal(recovery_tmp(s, "standby_mode = 'on'\\nstandby_mode = 'off'\\n"
					 "primary_conninfo = 'host=10.2.3.12'\\n"),
			 20);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make, unmake)
	const struct CMUnitTest tests[] = {
		CASE(roles_are_proved_or_it_is_refused),
		CASE(a_host_that_is_away_is_unreachable_not_refused),
		CASE(the_needed_segment_is_remembered),
		CASE(a_segment_that_is_not_known_is_refused),
		CASE(a_copy_must_fit_beside_the_old_directory),
		CASE(a_sender_must_be_free),
		CASE(the_sites_script_is_refused_where_it_makes_no_standby),
		CASE(what_is_missing_is_refused_and_what_fails_is_not),
		CASE(leftovers_of_others_are_refused),
		CASE(recovery_tmp_must_name_this_primary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
