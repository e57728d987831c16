#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake/fake_pair.h"
#include "fake/fake_reach.h"
#include "fleet/measure.h"
#include "resync/decide.h"

enum { PAIRS = 20 };

struct fixture {
	uv_loop_t loop;
	struct fake_reach *fake;
	struct fake_pair world[PAIRS];
	char names[2 * PAIRS][32];
	const struct pair *pairs[PAIRS];
	struct facts standby, primary;
	struct measure *measure;
	size_t seen[PAIRS], done, cancel_after;
	enum verdict verdicts[PAIRS];
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	uv_loop_init(&f->loop);
	f->fake = fake_reach_new(&f->loop);
	f->standby = (struct facts){.server_version = 100023, .in_recovery = true, .max_wal_senders = -1};
	f->primary = (struct facts){.server_version = 100023, .max_wal_senders = -1};
	for (int i = 0; i < PAIRS; i++) {
		struct fake_pair *p = &f->world[i];

		fake_pair_init(p);
		snprintf(f->names[2 * i], 32, "standby-%d", i);
		snprintf(f->names[2 * i + 1], 32, "primary-%d", i);
		p->standby.name = p->pair.name = f->names[2 * i];
		p->primary.name = f->names[2 * i + 1];
		f->pairs[i] = &p->pair;
		fake_facts(f->fake, p->standby.name, &f->standby);
		fake_facts(f->fake, p->primary.name, &f->primary);
	}
	fake_reply(f->fake, "*", "*", 0, "data_dir=yes\n");
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	fake_reach_get(f->fake)->ops->close(fake_reach_get(f->fake));
	uv_run(&f->loop, UV_RUN_DEFAULT);
	fake_reach_free(f->fake);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	free(f);
	return 0;
}

static void each(void *ctx, size_t i, const struct look *look, const struct judgement *judgement)
{
	struct fixture *f = ctx;

	assert_ptr_equal(look->pair, f->pairs[i]);
	assert_int_equal(f->done, 0);
	f->seen[i]++;
	f->verdicts[i] = judgement->verdict;
	if (f->cancel_after && --f->cancel_after == 0)
		measure_cancel(f->measure);
}

static void done(void *ctx)
{
	struct fixture *f = ctx;

	f->done++;
}

static void run(struct fixture *f, size_t n, size_t at_once)
{
	struct measure_watch watch = {each, done, f};

	f->measure = measure_begin(fake_reach_get(f->fake), f->pairs, n, at_once, &watch);
	assert_int_equal(f->done, 0);
	uv_run(&f->loop, UV_RUN_DEFAULT);
}

static void every_pair_is_measured_once(void **state)
{
	struct fixture *f = *state;

	run(f, PAIRS, 64);
	assert_int_equal(f->done, 1);
	for (int i = 0; i < PAIRS; i++) {
		assert_int_equal(f->seen[i], 1);
		assert_int_equal(f->verdicts[i], VERDICT_BROKEN);
	}
}

static void no_more_than_the_limit_are_under_way(void **state)
{
	struct fixture *f = *state;

	run(f, PAIRS, 3);
	assert_int_equal(f->done, 1);
	assert_int_equal(fake_most_at_once(f->fake), 3 * 4);
}

static void no_pair_is_done_at_once_but_not_before_the_call_returns(void **state)
{
	struct fixture *f = *state;

	run(f, 0, 3);
	assert_int_equal(f->done, 1);
}

static void a_host_that_is_away_does_not_hold_up_the_others(void **state)
{
	struct fixture *f = *state;

	fake_unreachable(f->fake, "standby-1", "no route to host");
	run(f, 3, 1);
	assert_int_equal(f->done, 1);
	assert_int_equal(f->verdicts[0], VERDICT_BROKEN);
	assert_int_equal(f->verdicts[1], VERDICT_UNKNOWN);
	assert_int_equal(f->verdicts[2], VERDICT_BROKEN);
}

static void a_cancelled_measure_says_nothing_more(void **state)
{
	struct fixture *f = *state;
	size_t seen = 0;

	f->cancel_after = 2;
	run(f, PAIRS, 4);
	assert_int_equal(f->done, 0);
	for (int i = 0; i < PAIRS; i++)
		seen += f->seen[i];
	assert_int_equal(seen, 2);
}

#define WITH_FLEET(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FLEET(every_pair_is_measured_once),
		WITH_FLEET(no_more_than_the_limit_are_under_way),
		WITH_FLEET(no_pair_is_done_at_once_but_not_before_the_call_returns),
		WITH_FLEET(a_host_that_is_away_does_not_hold_up_the_others),
		WITH_FLEET(a_cancelled_measure_says_nothing_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
