/* The puppet scripts against a wrapper with the estate's bugs, under dash: whose lock is whose, and what proves it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "fake/shell.h"
#include "inventory/host.h"
#include "resync/actions.h"
#include "resync/values.h"

struct scene {
	char dir[64], puppet[96], data_dir[96];
	struct host host;
	struct values values;
	struct shell_reply reply;
};

static const char wrapper[] =
	"#!/bin/bash\n"
	"cd '%1$s/locks' || { echo 'not accessible'; exit 1; }\n"
	"n=default\n"
	"while [ $# -gt 0 ]; do case $1 in\n"
	"-l) for f in *.lock; do [ ! -e $f ] || echo \"${f%%.lock}: $(cat $f)\"; done; exit 0;;\n"
	"-n) n=$2; shift 2;; -r) r=$2; shift 2;;\n"
	"--disable) echo \"x :: $r\" >$n.lock; touch '%1$s/state/agent_disabled.lock'; exit 0;;\n"
	"--enable) rm $n.lock; [ -n \"$(ls)\" ] && exit 1; rm '%1$s/state/agent_disabled.lock'; exit 0;;\n"
	"esac; done\n";

static int make(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	FILE *f;

	snprintf(s->dir, sizeof(s->dir), "/tmp/pgrp-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->puppet, sizeof(s->puppet), "%s/govuk_puppet", s->dir);
	snprintf(s->data_dir, sizeof(s->data_dir), "%s/data", s->dir);
	f = fopen(s->puppet, "w");
	assert_non_null(f);
	fprintf(f, wrapper, s->dir);
	fclose(f);
	shell_do("chmod 700 %s; mkdir %s/locks %s/state %s", s->puppet, s->dir, s->dir, s->data_dir);
	s->host = (struct host){.name = "standby",
				.commands = {.puppet = s->puppet},
				.postgresql = {.data_dir = s->data_dir, .version_num = 903},
				.state_dir = s->dir};
	s->values = (struct values){.standby = &s->host, .primary = &s->host, .tag = "7-abc", .reason = "the reason"};
	*state = s;
	return 0;
}

static int unmake(void **state)
{
	struct scene *s = *state;

	shell_do("rm -rf %s", s->dir);
	free(s);
	return 0;
}

/* The scripts name puppet's own directory; here it is the scene's. */
static int run(struct scene *s, const struct action *a)
{
	static const char real[] = "/var/lib/puppet/state";
	scoped_buf text;

	buf_init(&text, 65536);
	for (const char *at = action_script(a, &s->host); *at;) {
		if (strncmp(at, real, sizeof(real) - 1) != 0) {
			buf_addc(&text, *at++);
			continue;
		}
		buf_addf(&text, "%s/state", s->dir);
		at += sizeof(real) - 1;
	}
	shell_run("/bin/dash", &s->values, text.bytes, NULL, &s->reply);
	return s->reply.status;
}

static int take(struct scene *s)
{
	return run(s, hold_puppet_off.take);
}

static int give(struct scene *s)
{
	return run(s, hold_puppet_off.give[1]);
}

static bool is_there(const struct scene *s, const char *name)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/%s", s->dir, name);
	return access(path, F_OK) == 0;
}

static void takes_and_gives_its_own_lock(void **state)
{
	struct scene *s = *state;

	assert_int_equal(run(s, &check_puppet), 0);
	assert_int_equal(take(s), 0);
	assert_true(is_there(s, "locks/pgresync-7-abc.lock"));
	assert_int_equal(take(s), 0); /* twice is once */
	assert_int_equal(give(s), 0);
	assert_false(is_there(s, "locks/pgresync-7-abc.lock"));
	assert_false(is_there(s, "state/agent_disabled.lock"));
	assert_int_equal(give(s), 0);
}

static void refuses_while_somebody_else_has_it_off(void **state)
{
	struct scene *s = *state;

	shell_do("echo 'x :: kernel upgrade' >%s/locks/default.lock", s->dir);
	assert_int_equal(run(s, &check_puppet), 20);
	assert_non_null(strstr(s->reply.out, "kernel upgrade"));
	assert_int_equal(take(s), 20);
	assert_false(is_there(s, "locks/pgresync-7-abc.lock"));
}

static void refuses_where_the_agent_itself_was_disabled(void **state)
{
	struct scene *s = *state;

	shell_do("echo '{\"disabled_message\":\"do not touch\"}' >%s/state/agent_disabled.lock", s->dir);
	assert_int_equal(run(s, &check_puppet), 20);
	assert_non_null(strstr(s->reply.out, "do not touch"));
	assert_int_equal(take(s), 20);
	assert_false(is_there(s, "locks/pgresync-7-abc.lock"));
	assert_int_equal(give(s), 0);
	assert_true(is_there(s, "state/agent_disabled.lock"));
}

static void leaves_a_lock_that_came_later(void **state)
{
	struct scene *s = *state;

	assert_int_equal(take(s), 0);
	shell_do("echo 'x :: later' >%s/locks/default.lock", s->dir);
	assert_int_equal(give(s), 0);
	assert_non_null(strstr(s->reply.out, "others: default"));
	assert_true(is_there(s, "locks/default.lock"));
	assert_true(is_there(s, "state/agent_disabled.lock"));
}

static void a_list_that_cannot_be_had_is_no_empty_list(void **state)
{
	struct scene *s = *state;

	assert_int_equal(take(s), 0);
	shell_do("mv %s/locks %s/locks.away", s->dir, s->dir);
	assert_int_not_equal(give(s), 0);
	assert_int_equal(run(s, &check_puppet), 3);
	assert_int_not_equal(take(s), 0);
	shell_do("mv %s/locks.away %s/locks; rm %s", s->dir, s->dir, s->puppet);
	assert_int_not_equal(give(s), 0);
	assert_int_equal(run(s, &check_puppet), 3);
}

static void an_agent_still_disabled_is_owed(void **state)
{
	struct scene *s = *state;

	assert_int_equal(take(s), 0);
	shell_do("rm %s/locks/*", s->dir);
	assert_int_equal(give(s), 21);
}

static int may_come_back(struct scene *s, const char *conf)
{
	shell_do("printf '%s' >%s/recovery.conf", conf, s->data_dir);
	return run(s, hold_puppet_off.give[0]);
}

static void puppet_stays_off_without_a_marker(void **state)
{
	struct scene *s = *state;

	assert_int_equal(run(s, hold_puppet_off.give[0]), 30);
	assert_int_equal(may_come_back(s, "standby_mode = on\n"), 0);
	assert_int_equal(may_come_back(s, "# standby_mode = on\n"), 30);
	assert_int_equal(may_come_back(s, "standby_mode = off\n"), 30);
	assert_int_equal(may_come_back(s, "standby_mode = off\nstandby_mode = on\n"), 0);
	assert_int_equal(may_come_back(s, "standby_mode = on\nstandby_mode = off\n"), 30);
	assert_int_equal(may_come_back(s, "standby_mode = one\n"), 30);
	s->host.postgresql.version_num = 1500;
	assert_int_equal(may_come_back(s, "standby_mode = on\n"), 30);
	shell_do("touch %s/standby.signal", s->data_dir);
	assert_int_equal(may_come_back(s, ""), 0);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make, unmake)
	const struct CMUnitTest tests[] = {
		CASE(takes_and_gives_its_own_lock),
		CASE(refuses_while_somebody_else_has_it_off),
		CASE(refuses_where_the_agent_itself_was_disabled),
		CASE(leaves_a_lock_that_came_later),
		CASE(a_list_that_cannot_be_had_is_no_empty_list),
		CASE(an_agent_still_disabled_is_owed),
		CASE(puppet_stays_off_without_a_marker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
