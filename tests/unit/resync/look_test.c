#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake/fake_pair.h"
#include "fake/fake_reach.h"
#include "resync/look.h"

struct asked {
	struct look *look;
	int times;
};

static void looked(void *ctx, const struct look *seen)
{
	struct asked *a = ctx;

	a->times++;
	a->look = look_copy(seen);
}

static struct facts plain_facts(bool in_recovery)
{
	return (struct facts){.server_version = 100023, .in_recovery = in_recovery, .max_wal_senders = 3};
}

static void both_sides_are_asked_at_once(void **state)
{
	struct facts standby = plain_facts(true), primary = plain_facts(false);
	struct asked a = {0};
	struct fake_pair pair;
	struct fake_reach *fake;
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	fake = fake_reach_new(&loop);
	fake_pair_init(&pair);
	fake_facts(fake, pair.standby.name, &standby);
	fake_facts(fake, pair.primary.name, &primary);
	fake_reply(fake, pair.standby.name, "*machine_id*", 0, "machine_id=aaa\ndata_dir=yes\n");
	fake_reply(fake, pair.primary.name, "*machine_id*", 0, "machine_id=bbb\n");
	look_at(fake_reach_get(fake), &pair.pair, looked, &a);
	assert_int_equal(a.times, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(a.times, 1);
	assert_int_equal(fake_most_at_once(fake), 4);
	assert_true(a.look->standby.up && a.look->primary.up && a.look->standby.reached && a.look->primary.reached);
	assert_true(a.look->standby.facts.in_recovery && !a.look->primary.facts.in_recovery);
	assert_string_equal(a.look->standby.machine_id, "aaa");
	assert_string_equal(a.look->primary.machine_id, "bbb");
	for (size_t i = 0; i < fake_log_count(fake); i++)
		assert_true(fake_log_at(fake, i)->facts || fake_log_at(fake, i)->user == REMOTE_ROOT);
	look_free(a.look);
	fake_reach_get(fake)->ops->close(fake_reach_get(fake));
	uv_run(&loop, UV_RUN_DEFAULT);
	fake_reach_free(fake);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void what_cannot_be_learnt_is_marked(void **state)
{
	struct facts primary = plain_facts(false);
	struct asked a = {0};
	struct fake_pair pair;
	struct fake_reach *fake;
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	fake = fake_reach_new(&loop);
	fake_pair_init(&pair);
	fake_facts_error(fake, pair.standby.name, ERROR_HOST, "the database system is starting up");
	fake_facts(fake, pair.primary.name, &primary);
	fake_reply(fake, pair.standby.name, "*", 0, "data_dir=yes\n");
	fake_error(fake, pair.primary.name, "*", ERROR_TIMEOUT, "no answer");
	look_at(fake_reach_get(fake), &pair.pair, looked, &a);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_true(a.look->standby.reached && !a.look->standby.up);
	assert_non_null(strstr(a.look->standby.down.text, "starting up"));
	assert_true(!a.look->primary.reached && a.look->primary.up);
	assert_int_equal(a.look->primary.unreached.code, ERROR_TIMEOUT);
	assert_true(a.look->primary.data_free_bytes == -1);
	look_free(a.look);
	fake_reach_get(fake)->ops->close(fake_reach_get(fake));
	uv_run(&loop, UV_RUN_DEFAULT);
	fake_reach_free(fake);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void a_cancelled_look_answers_nobody(void **state)
{
	struct facts facts = plain_facts(true);
	struct asked a = {0};
	struct fake_pair pair;
	struct fake_reach *fake;
	struct look_ask *ask;
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	fake = fake_reach_new(&loop);
	fake_pair_init(&pair);
	fake_facts(fake, pair.standby.name, &facts);
	fake_facts_hang(fake, pair.primary.name);
	fake_hang(fake, "*", "*");
	ask = look_at(fake_reach_get(fake), &pair.pair, looked, &a);
	uv_run(&loop, UV_RUN_NOWAIT);
	uv_run(&loop, UV_RUN_NOWAIT);
	look_cancel(ask);
	uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(a.times, 0);
	fake_reach_get(fake)->ops->close(fake_reach_get(fake));
	uv_run(&loop, UV_RUN_DEFAULT);
	fake_reach_free(fake);
	assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_sides_are_asked_at_once),
		cmocka_unit_test(what_cannot_be_learnt_is_marked),
		cmocka_unit_test(a_cancelled_look_answers_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
