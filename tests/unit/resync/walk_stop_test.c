/* Nothing is given back while the work of a failed row may still run; and what nobody knows is never called done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "fake/fake_pair.h"
#include "fake/fake_reach.h"
#include "fake/shell.h"
#include "inventory/held.h"
#include "inventory/journal.h"
#include "inventory/run.h"
#include "resync/walk.h"

static const struct action taking = {.name = "take", .script = "taking", .user = REMOTE_ROOT, .within_ms = 1000},
			   giving = {.name = "give", .script = "giving", .user = REMOTE_ROOT, .within_ms = 1000},
			   working = {.name = "work",
				      .script = "working",
				      .user = REMOTE_ROOT,
				      .flags = ACTION_DETACHED,
				      .within_ms = 1000};
static const struct hold changed = {.name = "changed", .take = &taking, .give = {&giving}};
static const struct action *const no_checks[] = {NULL};
static const struct row rows[] = {TAKE(changed), DO(working), GIVE(changed), END};
static const struct method method = {.name = "wal-e", .checks = no_checks, .rows = rows};

struct scene {
	char dir[64], path[96];
	uv_loop_t loop;
	struct fake_reach *fake;
	struct fake_pair pair;
	struct store *store;
	struct journal *journal;
	struct actor by;
	int64_t run;
	enum walk_end end;
	bool ended;
};

static int make(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct run_target target = {"standby-1.backend.example", "primary-1.backend.example", "wal-e"};
	struct run_spec spec = {.kind = "resync", .method = "wal-e", .reason = "test", .limits = "", .by = &s->by};
	struct error why;

	snprintf(s->dir, sizeof(s->dir), "/tmp/pgrs-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/store.db", s->dir);
	audit_actor_here(&s->by);
	fake_pair_init(&s->pair);
	s->store = store_open(s->path, STORE_CREATE, &why);
	assert_non_null(s->store);
	assert_true(run_begin(s->store, &spec, &target, 1, &s->run, &why));
	uv_loop_init(&s->loop);
	s->journal = journal_new(s->store, &s->loop, &s->by);
	s->fake = fake_reach_new(&s->loop);
	fake_reply(s->fake, "*", "*", 0, "");
	*state = s;
	return 0;
}

static int unmake(void **state)
{
	struct scene *s = *state;

	journal_close(s->journal);
	fake_reach_get(s->fake)->ops->close(fake_reach_get(s->fake));
	uv_run(&s->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&s->loop), 0);
	fake_reach_free(s->fake);
	store_close(s->store);
	shell_do("rm -rf %s", s->dir);
	free(s);
	return 0;
}

static void news(void *ctx, const struct walk_news *n)
{
	(void)ctx, (void)n;
}

static void ended(void *ctx, const struct walk_result *result)
{
	struct scene *s = ctx;

	s->ended = true;
	s->end = result->end;
}

static enum walk_end walk(struct scene *s, const struct held_list *held)
{
	struct walk_spec spec = {.reach = fake_reach_get(s->fake),
				 .journal = s->journal,
				 .pair = &s->pair.pair,
				 .method = &method,
				 .run = s->run,
				 .host_run = 1,
				 .tag = "1-abc",
				 .reason = "test",
				 .held = held};

	walk_begin(&spec, news, ended, s);
	for (int turns = 0; !s->ended && turns < 20000; turns++)
		uv_run(&s->loop, UV_RUN_ONCE);
	assert_true(s->ended);
	return s->end;
}

static size_t count(const struct scene *s, const char *pattern)
{
	return fake_count(s->fake, "standby-1*", pattern);
}

static void work_whose_outcome_is_not_known_is_ended_first(void **state)
{
	struct scene *s = *state;

	fake_reply(s->fake, "*", "*echo $x $r $t*", 0, "this is no answer");
	assert_int_equal(walk(s, NULL), WALK_FAILED);
	assert_int_equal(count(s, "*echo stopped*"), 1);
	assert_int_equal(count(s, "giving"), 1);
}

static void nothing_is_given_back_behind_work_that_does_not_end(void **state)
{
	struct scene *s = *state;

	fake_reply(s->fake, "*", "*echo $x $r $t*", 0, "this is no answer");
	fake_reply(s->fake, "*", "*echo stopped*", 97, "");
	assert_int_equal(walk(s, NULL), WALK_OWED);
	assert_int_equal(count(s, "giving"), 0);
	assert_int_equal(count(s, "rm -rf*"), 0);
}

static void a_hold_of_another_version_stays_owed(void **state)
{
	struct scene *s = *state;
	struct held held[] = {{.run = 1, .hold = mem_strdup("changed"), .saved = mem_strdup("")},
			      {.run = 1, .hold = mem_strdup("of an older version"), .saved = mem_strdup("")}};

	assert_int_equal(walk(s, &(struct held_list){held, 2}), WALK_OWED);
	assert_int_equal(count(s, "giving"), 1);
	assert_int_equal(count(s, "rm -rf*"), 0); /* what it saved may be needed yet */
	for (size_t i = 0; i < 2; i++) {
		free(held[i].hold);
		free(held[i].saved);
	}
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make, unmake)
	const struct CMUnitTest tests[] = {
		CASE(work_whose_outcome_is_not_known_is_ended_first),
		CASE(nothing_is_given_back_behind_work_that_does_not_end),
		CASE(a_hold_of_another_version_stays_owed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
