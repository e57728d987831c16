/* recover against scripted hosts: runs whose process died, hosts that are gone, other recovers at the same time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "fake/fake_pair.h"
#include "fake/fake_reach.h"
#include "fake/shell.h"
#include "fleet/recover.h"
#include "fleet/run.h"
#include "inventory/held.h"
#include "inventory/journal.h"
#include "inventory/lease.h"
#include "inventory/run.h"
#include "inventory/run_host.h"

struct scene {
	char dir[64], path[96];
	uv_loop_t loop;
	struct fake_reach *fake;
	struct store *store;
	struct fake_pair here, other;
	struct host hosts[4];
	struct pair pairs[2];
	struct inventory inventory;
	struct actor by;
};

struct outcome {
	size_t given, owed, skipped;
	unsigned ended;
	char why[512];
};

/* Every detached row is started and has ended well. */
static void script_hosts(struct scene *s)
{
	fake_reply(s->fake, "*", "*", 0, "");
	fake_reply(s->fake, "*", "*echo $x $r $t*", 0, "ended 0 0 0 0 0 0\n");
}

static int make(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct error why;

	snprintf(s->dir, sizeof(s->dir), "/tmp/pgrr-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/store.db", s->dir);
	fake_pair_init(&s->here);
	fake_pair_init(&s->other);
	s->hosts[0] = s->here.primary;
	s->hosts[1] = s->here.standby;
	s->hosts[2] = s->other.standby;
	s->hosts[2].name = "standby-2.backend.example";
	s->pairs[0] = (struct pair){.name = "standby-1", .standby = &s->hosts[1], .primary = &s->hosts[0]};
	s->pairs[1] = (struct pair){.name = "standby-2", .standby = &s->hosts[2], .primary = &s->hosts[0]};
	s->inventory = (struct inventory){.hosts = s->hosts, .host_count = 3, .pairs = s->pairs, .pair_count = 2};
	audit_actor_here(&s->by);
	s->store = store_open(s->path, STORE_CREATE, &why);
	assert_non_null(s->store);
	uv_loop_init(&s->loop);
	s->fake = fake_reach_new(&s->loop);
	script_hosts(s);
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

struct past {
	const char *kind, *hosts[2];
	int64_t of_run; /* a recover: of which run */
	bool lease, finished;
};

/* What the process of a run leaves in the store. */
static void live(struct scene *s, struct store *store, const struct past *p)
{
	struct run_target targets[2] = {{p->hosts[0], "primary-1.backend.example", "wal-e"},
					{p->hosts[1], "primary-1.backend.example", "wal-e"}};
	struct run_spec spec = {.kind = p->kind, .method = "wal-e", .reason = "test", .limits = "", .by = &s->by};
	struct journal *journal = journal_new(store, &s->loop, &s->by);
	struct error why;
	int64_t run = 0;
	bool ok = run_begin(store, &spec, targets, p->hosts[1] ? 2 : 1, &run, &why) &&
		  run_set_state(store, run, RUN_RUNNING, "", &why);

	for (int i = 0; ok && i < 2 && p->hosts[i]; i++) {
		struct journal_entry e = {.run = run,
					  .of_run = p->of_run,
					  .host = p->hosts[i],
					  .row_name = "puppet off",
					  .kind = p->of_run ? JOURNAL_GIVE : JOURNAL_TAKE,
					  .attempt = 1,
					  .phase = JOURNAL_BEGUN,
					  .exit_status = JOURNAL_NO_STATUS,
					  .duration_ms = -1};

		ok = journal_note_now(journal, &e, &why) &&
		     (!p->lease || lease_take_standby(store, p->hosts[i], run, &s->by, &why)) &&
		     run_host_set_state(store, run, p->hosts[i], RUN_HOST_RUNNING, "", &why) &&
		     (!p->finished || run_host_set_state(store, run, p->hosts[i], RUN_HOST_OWED, "", &why));
	}
	ok = ok && (!p->finished || run_set_state(store, run, RUN_FAILED, "", &why));
	if (!ok)
		fprintf(stderr, "%s\n", why.text);
	_exit(ok ? 0 : 1);
}

static void dead_run(struct scene *s, const struct past *p)
{
	pid_t pid = fork();
	struct error why;
	int status;

	if (pid == 0) {
		struct store *store = store_open(s->path, STORE_WRITE, &why);

		if (!store)
			_exit(2);
		live(s, store, p);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void host_news(void *ctx, int64_t run, const char *host, const struct walk_news *news,
		      const struct walk_result *result)
{
	(void)ctx, (void)run, (void)host, (void)news, (void)result;
}

static void ended(void *ctx, size_t given, size_t owed, size_t skipped, const struct error *why)
{
	struct outcome *o = ctx;

	o->given = given;
	o->owed = owed;
	o->skipped = skipped;
	o->ended++;
	snprintf(o->why, sizeof(o->why), "%s", why ? why->text : "");
}

static void begin(struct scene *s, struct outcome *o)
{
	struct fleet_recover_spec spec = {
		.store = s->store, .inventory = &s->inventory, .reach = fake_reach_get(s->fake), .by = &s->by};
	struct fleet_recover_watch watch = {.host = host_news, .ended = ended, .ctx = o};

	memset(o, 0, sizeof(*o));
	fleet_recover_begin(&spec, &watch);
}

static void finish(struct scene *s, const struct outcome *o)
{
	for (int turns = 0; !o->ended && turns < 20000; turns++)
		uv_run(&s->loop, UV_RUN_ONCE);
	assert_int_equal(o->ended, 1);
}

static size_t holds(struct scene *s)
{
	struct held_list held;
	struct error why;
	size_t n;

	assert_true(owed_list(s->store, &held, &why));
	n = held.count;
	held_list_done(&held);
	return n;
}

static bool count_lease(void *ctx, const struct lease *l)
{
	(void)l;
	++*(size_t *)ctx;
	return true;
}

static size_t leases(struct scene *s)
{
	struct error why;
	size_t n = 0;

	assert_true(lease_list(s->store, count_lease, &n, &why));
	return n;
}

static const char one[] = "standby-1.backend.example", two[] = "standby-2.backend.example";

static void a_dead_run_is_given_back_and_closed(void **state)
{
	struct scene *s = *state;
	struct outcome o;

	dead_run(s, &(struct past){.kind = "resync", .hosts = {one, two}, .lease = true});
	assert_int_equal(holds(s), 2);
	begin(s, &o);
	finish(s, &o);
	assert_string_equal(o.why, "");
	assert_int_equal(o.given, 2);
	assert_int_equal(o.owed, 0);
	assert_int_equal(holds(s), 0);
	assert_int_equal(leases(s), 0);
}

static void a_host_that_is_gone_hinders_no_other(void **state)
{
	struct scene *s = *state;
	struct outcome o;

	dead_run(s, &(struct past){.kind = "resync", .hosts = {"gone.example", two}, .lease = true});
	begin(s, &o);
	finish(s, &o);
	assert_non_null(strstr(o.why, "the inventory no longer has it"));
	assert_int_equal(o.given, 1);
	assert_int_equal(o.owed, 1);
	assert_int_equal(holds(s), 1);
	assert_int_equal(leases(s), 0);
}

static void two_recovers_do_not_give_back_the_same(void **state)
{
	struct scene *s = *state;
	struct outcome a, b;

	dead_run(s, &(struct past){.kind = "resync", .hosts = {one}, .finished = true});
	begin(s, &a);
	begin(s, &b);
	finish(s, &a);
	finish(s, &b);
	assert_int_equal(a.given + b.given, 1);
	assert_int_equal(a.skipped + b.skipped, 1);
	assert_int_equal(holds(s), 0);
	assert_int_equal(leases(s), 0);
}

/* The runs whose remote work was stopped, each a call that says so. */
static size_t stops(const struct scene *s)
{
	return fake_count(s->fake, one, "*echo stopped*");
}

static void the_work_of_an_interrupted_recover_is_stopped_too(void **state)
{
	struct scene *s = *state;
	struct outcome o;

	dead_run(s, &(struct past){.kind = "resync", .hosts = {one}, .finished = true});
	dead_run(s, &(struct past){.kind = "recover", .hosts = {one}, .of_run = 1, .lease = true});
	begin(s, &o);
	finish(s, &o);
	assert_string_equal(o.why, "");
	assert_int_equal(o.given, 1);
	assert_int_equal(o.skipped, 0);
	assert_int_equal(stops(s), 2);
	assert_int_equal(leases(s), 0);
}

static void what_cannot_be_ended_stays_owed(void **state)
{
	struct scene *s = *state;
	struct outcome o;

	dead_run(s, &(struct past){.kind = "resync", .hosts = {one}, .lease = true});
	fake_reply(s->fake, one, "*echo stopped*", 97, "");
	begin(s, &o);
	finish(s, &o);
	assert_int_equal(o.given, 0);
	assert_int_equal(o.owed, 1);
	assert_int_equal(holds(s), 1);
	assert_int_equal(fake_count(s->fake, one, "*--enable*"), 0);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make, unmake)
	const struct CMUnitTest tests[] = {
		CASE(a_dead_run_is_given_back_and_closed),    CASE(a_host_that_is_gone_hinders_no_other),
		CASE(two_recovers_do_not_give_back_the_same), CASE(the_work_of_an_interrupted_recover_is_stopped_too),
		CASE(what_cannot_be_ended_stays_owed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
