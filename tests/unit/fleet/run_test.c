/* A run's refusals that only another process brings about: what it left, what it does at the same time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "fake/fake_pair.h"
#include "fake/fake_reach.h"
#include "fake/shell.h"
#include "fleet/run.h"
#include "inventory/journal.h"
#include "inventory/lease.h"
#include "inventory/run.h"
#include "resync/method.h"

struct scene {
	char dir[64], path[96];
	uv_loop_t loop;
	struct fake_reach *fake;
	struct store *store;
	struct fake_pair here;
	struct host hosts[3];
	struct pair pairs[2];
	struct inventory inventory;
	struct actor by;
	struct error why;
	bool ended, refused;
};

static const char one[] = "standby-1.backend.example", two[] = "standby-2.backend.example";

/* pass asks, and answers when the test says so. */
static const char pass[] =
	"#!/bin/sh\nd=${0%/*}; : >\"$d/asked\"; while [ ! -e \"$d/go\" ]; do sleep 0.05; done; echo x\n";

static void make_pass(const struct scene *s)
{
	scoped_mem char *path = mem_printf("%s/pass", s->dir), *all = mem_printf("%s:%s", s->dir, getenv("PATH"));
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(pass, f);
	fclose(f);
	shell_do("chmod 700 %s", path);
	setenv("PATH", all, 1);
}

static void make_hosts(struct scene *s)
{
	struct secret_ref ref = {.kind = SECRET_PASS, .text = "x"};

	fake_pair_init(&s->here);
	s->hosts[0] = s->here.primary;
	s->hosts[1] = s->hosts[2] = s->here.standby;
	s->hosts[2].name = two;
	s->hosts[2].address = "10.2.11.13";
	for (int i = 1; i < 3; i++)
		s->hosts[i].secrets.gpg_passphrase = s->hosts[i].secrets.standby_password = ref;
	s->pairs[0] = (struct pair){.name = "a", .standby = &s->hosts[1], .primary = &s->hosts[0]};
	s->pairs[1] = (struct pair){.name = "b", .standby = &s->hosts[2], .primary = &s->hosts[0]};
	s->inventory = (struct inventory){.hosts = s->hosts, .host_count = 3, .pairs = s->pairs, .pair_count = 2};
	fake_reply(s->fake, "*", "*", 1, "");
	fake_reply(s->fake, "standby-1*", "*/etc/machine-id*", 0, "machine_id=b\naddresses=10.2.3.13\ndata_dir=yes\n");
	fake_reply(s->fake, "standby-2*", "*/etc/machine-id*", 0, "machine_id=c\naddresses=10.2.11.13\ndata_dir=yes\n");
	fake_reply(s->fake, "primary*", "*/etc/machine-id*", 0, "machine_id=a\naddresses=10.2.3.12\ndata_dir=yes\n");
	fake_facts(s->fake, "standby-*", &s->here.look.standby.facts);
	fake_facts(s->fake, "primary-*", &s->here.look.primary.facts);
}

static int make(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct error why;

	snprintf(s->dir, sizeof(s->dir), "/tmp/pgrn-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/store.db", s->dir);
	audit_actor_here(&s->by);
	s->store = store_open(s->path, STORE_CREATE, &why);
	assert_non_null(s->store);
	uv_loop_init(&s->loop);
	s->fake = fake_reach_new(&s->loop);
	make_pass(s);
	make_hosts(s);
	*state = s;
	return 0;
}

static int unmake(void **state)
{
	struct scene *s = *state;

	fake_reach_get(s->fake)->ops->close(fake_reach_get(s->fake));
	uv_run(&s->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&s->loop), 0);
	fake_reach_free(s->fake);
	store_close(s->store);
	shell_do("rm -rf %s", s->dir);
	free(s);
	return 0;
}

static void host_news(void *ctx, size_t i, const struct fleet_host *h)
{
	(void)ctx, (void)i, (void)h;
}

static void ended(void *ctx, int64_t run, const struct error *refused)
{
	struct scene *s = ctx;

	(void)run;
	s->ended = true;
	s->refused = refused != NULL;
	if (refused)
		s->why = *refused;
}

/* The targets are the caller's, and gone at once. */
static void begin(struct scene *s)
{
	struct fleet_target *target = mem_alloc(sizeof(*target));
	struct fleet_run_spec spec = {.store = s->store,
				      .inventory = &s->inventory,
				      .reach = fake_reach_get(s->fake),
				      .by = &s->by,
				      .targets = target,
				      .n_targets = 1,
				      .jobs = 1,
				      .kind = "resync",
				      .reason = "test"};
	struct fleet_run_watch watch = {.host = host_news, .ended = ended, .ctx = s};

	*target = (struct fleet_target){&s->pairs[0], method_find("wal-e")};
	fleet_run_begin(&spec, &watch);
	memset(target, 0xff, sizeof(*target));
	free(target);
}

static void until_asked(struct scene *s)
{
	char path[96];
	int64_t begun_ms = clock_monotonic_ms();

	snprintf(path, sizeof(path), "%s/asked", s->dir);
	while (access(path, F_OK) != 0 && clock_monotonic_ms() - begun_ms < 10000)
		uv_run(&s->loop, UV_RUN_NOWAIT);
	assert_int_equal(access(path, F_OK), 0);
}

static void finish(struct scene *s)
{
	shell_do(": >%s/go", s->dir);
	for (int turns = 0; !s->ended && turns < 20000; turns++)
		uv_run(&s->loop, UV_RUN_ONCE);
	assert_true(s->ended);
}

static int64_t other_run(struct scene *s, const char *host)
{
	struct run_target target = {host, "primary-1.backend.example", "wal-e"};
	struct run_spec spec = {.kind = "resync", .method = "wal-e", .reason = "other", .limits = "", .by = &s->by};
	struct error why;
	int64_t run;

	assert_true(run_begin(s->store, &spec, &target, 1, &run, &why));
	return run;
}

static void begins_beside_another_healthy_standby(void **state)
{
	struct scene *s = *state;

	begin(s);
	until_asked(s);
	finish(s);
	if (s->refused)
		fail_msg("%s", s->why.text);
}

static void what_another_run_left_meanwhile_is_refused(void **state)
{
	struct scene *s = *state;
	struct journal *journal = journal_new(s->store, &s->loop, &s->by);
	struct journal_entry e = {.host = one,
				  .row_name = "puppet off",
				  .kind = JOURNAL_TAKE,
				  .attempt = 1,
				  .phase = JOURNAL_BEGUN,
				  .exit_status = JOURNAL_NO_STATUS,
				  .duration_ms = -1};
	struct error why;

	begin(s);
	until_asked(s);
	e.run = other_run(s, one);
	assert_true(journal_note_now(journal, &e, &why));
	journal_close(journal);
	finish(s);
	assert_true(s->refused);
	assert_non_null(strstr(s->why.text, "has not given back"));
	assert_int_equal(s->why.code, ERROR_BUSY);
}

static void a_standby_that_another_run_works_on_is_no_other(void **state)
{
	struct scene *s = *state;
	struct error why;

	begin(s);
	until_asked(s);
	assert_true(lease_take_standby(s->store, two, other_run(s, two), &s->by, &why));
	finish(s);
	assert_true(s->refused);
	assert_non_null(strstr(s->why.text, "the last healthy standby"));
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make, unmake)
	const struct CMUnitTest tests[] = {
		CASE(begins_beside_another_healthy_standby),
		CASE(what_another_run_left_meanwhile_is_refused),
		CASE(a_standby_that_another_run_works_on_is_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
