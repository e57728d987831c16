#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake/fake_pair.h"
#include "fleet/stale.h"

enum { MOST = 6 };
#define MINUTE_US (60 * 1000000LL)
#define NOW_US (1000000 * MINUTE_US)

static struct fake_pair world[MOST];
static struct stale_case cases[MOST];
static struct stale_choice choices[MOST];
static struct stale_policy policy;

/* n standbys of one primary, all streaming. */
static int begin(void **state)
{
	(void)state;
	stale_policy_init(&policy);
	for (int i = 0; i < MOST; i++) {
		fake_pair_init(&world[i]);
		world[i].pair.primary = &world[0].primary;
		cases[i] = (struct stale_case){.pair = &world[i].pair, .selected = true};
		cases[i].judgement = (struct judgement){.verdict = VERDICT_STREAMING, .lag_seconds = -1};
		snprintf(cases[i].judgement.reason, sizeof(cases[i].judgement.reason), "reason %d", i);
	}
	return 0;
}

static void choose(const char *method, size_t n)
{
	memset(choices, 0x55, sizeof(choices));
	stale_choose(&policy, method, NOW_US, cases, n, choices);
	for (size_t i = 0; i < n; i++)
		assert_true(choices[i].reason[0]);
}

static void expect(size_t i, bool chosen, const char *says)
{
	if (choices[i].chosen != chosen || !strstr(choices[i].reason, says))
		fail_msg("%zu: %d '%s', expected %d '%s'", i, choices[i].chosen, choices[i].reason, chosen, says);
}

static void a_stale_standby_is_chosen_and_a_healthy_one_is_not(void **state)
{
	(void)state;
	cases[1].judgement.verdict = VERDICT_STALE;
	choose("wal-e", 2);
	expect(0, false, "streaming: reason 0");
	expect(1, true, "stale: reason 1");
}

static void nothing_that_cannot_be_judged_is_chosen(void **state)
{
	static const enum verdict verdicts[] = {VERDICT_UNKNOWN, VERDICT_BROKEN, VERDICT_DOWN};

	(void)state;
	policy.lag_bytes = 1;
	for (int i = 0; i < 3; i++) {
		cases[i].judgement.verdict = verdicts[i];
		cases[i].judgement.lag_bytes = 1LL << 40;
	}
	choose("pg_resync_slave", 3);
	expect(0, false, "unknown: reason 0");
	expect(1, false, "broken: reason 1");
	expect(2, false, "down: reason 2");
}

static void a_diverged_standby_needs_a_base_backup(void **state)
{
	(void)state;
	cases[0].judgement.verdict = VERDICT_DIVERGED;
	choose("wal-e", 1);
	expect(0, false, "pg_resync_slave can");
	choose("pg_resync_slave", 1);
	expect(0, true, "diverged: reason 0");
	cases[0].runs_as_primary = true;
	choose("pg_resync_slave", 1);
	expect(0, false, "That needs a person");
}

static void a_standby_that_is_down_is_left_unless_the_policy_says_so(void **state)
{
	(void)state;
	cases[0].judgement.verdict = VERDICT_DOWN;
	cases[0].needs_what_is_gone = true;
	choose("wal-e", 1);
	expect(0, false, "down");
	policy.down = true;
	choose("wal-e", 1);
	expect(0, true, "down");
	cases[0].needs_what_is_gone = false;
	choose("wal-e", 1);
	expect(0, false, "down");
}

static void lag_counts_when_it_was_too_high_for_long_enough(void **state)
{
	struct stale_case *c = &cases[0];

	(void)state;
	policy.lag_bytes = 1000;
	policy.for_seconds = 1800;
	c->judgement.verdict = VERDICT_LAGGING;
	c->judgement.lag_bytes = 1000;
	choose("wal-e", 1);
	expect(0, false, "lagging: reason 0");
	c->judgement.lag_bytes = 1001;
	c->sample = (struct sample){.is_above = true, .above_since_us = NOW_US - 30 * MINUTE_US + 1000000};
	choose("wal-e", 1);
	expect(0, false, "only for 1799 of 1800 s");
	c->sample.above_since_us = NOW_US - 30 * MINUTE_US;
	choose("wal-e", 1);
	expect(0, true, "too high since 1800 s");
	c->sample.is_above = false;
	choose("wal-e", 1);
	expect(0, false, "only for 0 of 1800 s");
}

static void seconds_of_lag_count_too(void **state)
{
	(void)state;
	policy.lag_seconds = 600;
	cases[0].judgement.verdict = VERDICT_LAGGING;
	cases[0].judgement.lag_seconds = 600;
	assert_false(stale_is_above(&policy, &cases[0].judgement));
	cases[0].judgement.lag_seconds = 600.5;
	assert_true(stale_is_above(&policy, &cases[0].judgement));
	choose("wal-e", 1);
	expect(0, true, "too high");
	cases[0].judgement.lag_seconds = -1;
	cases[0].judgement.lag_bytes = -1;
	assert_false(stale_is_above(&policy, &cases[0].judgement));
}

static void without_thresholds_lag_does_not_count(void **state)
{
	(void)state;
	cases[0].judgement.lag_bytes = INT64_MAX / 2;
	cases[0].judgement.lag_seconds = 1e9;
	assert_false(stale_is_above(&policy, &cases[0].judgement));
}

static void never_twice_within_the_cool_down(void **state)
{
	(void)state;
	cases[0].judgement.verdict = VERDICT_STALE;
	cases[0].sample.last_attempt_us = NOW_US - 6 * 60 * MINUTE_US + 1000000;
	choose("wal-e", 1);
	expect(0, false, "its last resync was 359 min ago (cool-down 360 min)");
	cases[0].sample.last_attempt_us = NOW_US - 6 * 60 * MINUTE_US;
	choose("wal-e", 1);
	expect(0, true, "stale");
	cases[0].sample.last_resync_us = NOW_US - MINUTE_US;
	choose("wal-e", 1);
	expect(0, false, "cool-down");
	policy.cool_down_s = 0;
	choose("wal-e", 1);
	expect(0, true, "stale");
}

static void what_is_in_other_hands_is_left(void **state)
{
	(void)state;
	cases[0].judgement.verdict = cases[1].judgement.verdict = VERDICT_STALE;
	cases[0].owed = true;
	cases[1].at_work = 42;
	choose("wal-e", 2);
	expect(0, false, "pgresync recover");
	expect(1, false, "run 42 is at work");
}

static void what_the_method_cannot_help_is_left(void **state)
{
	(void)state;
	cases[0].judgement.verdict = VERDICT_DIVERGED;
	cases[0].cannot_be_helped = true;
	error_set(&cases[0].why_not, ERROR_REFUSED, "PostgreSQL 15 refuses it");
	choose("pg_resync_slave", 1);
	expect(0, false, "diverged, but PostgreSQL 15 refuses it");
	cases[0].judgement.verdict = VERDICT_STREAMING;
	choose("pg_resync_slave", 1);
	expect(0, false, "streaming: reason 0");
}

static void what_was_not_selected_is_left(void **state)
{
	(void)state;
	cases[0].judgement.verdict = VERDICT_STALE;
	cases[0].selected = false;
	choose("wal-e", 1);
	expect(0, false, "not selected");
}

static void the_last_healthy_standby_is_kept(void **state)
{
	(void)state;
	policy.lag_bytes = 10;
	cases[0].judgement.verdict = cases[1].judgement.verdict = VERDICT_CATCHING_UP;
	cases[0].judgement.lag_bytes = cases[1].judgement.lag_bytes = 100;
	choose("wal-e", 1);
	expect(0, false, "the last healthy standby of primary-1");
	/* Of two of them one goes and the other waits for the next pass. */
	choose("wal-e", 2);
	assert_int_equal(choices[0].chosen + choices[1].chosen, 1);
	/* Not selected, but healthy: it keeps the primary safe. */
	cases[2].selected = false;
	choose("wal-e", 3);
	assert_int_equal(choices[0].chosen + choices[1].chosen, 2);
	/* That of another primary does not. */
	world[2].pair.primary = &world[2].primary;
	choose("wal-e", 3);
	assert_int_equal(choices[0].chosen + choices[1].chosen, 1);
}

static void a_stale_one_loses_nothing_when_it_is_the_only_one(void **state)
{
	(void)state;
	cases[0].judgement.verdict = VERDICT_STALE;
	choose("wal-e", 1);
	expect(0, true, "stale");
}

static void a_pass_keeps_to_its_limit_and_takes_who_waited_longest(void **state)
{
	(void)state;
	policy.most = 2;
	for (int i = 0; i < 4; i++) {
		cases[i].judgement.verdict = VERDICT_STALE;
		cases[i].sample.last_attempt_us = (i + 1) * MINUTE_US;
	}
	cases[3].sample.last_attempt_us = 0;
	choose("wal-e", 4);
	expect(0, true, "stale");
	expect(1, false, "the limit of a pass is 2");
	expect(2, false, "the limit of a pass is 2");
	expect(3, true, "stale");
}

static void the_words_of_a_policy_are_read(void **state)
{
	struct error why;
	char text[200];

	(void)state;
	assert_true(stale_policy_read(
		&policy, "lag-bytes=2GB  --lag-seconds 10m for=30m cool-down=1d most=3 jobs=2 down=yes", &why));
	assert_true(policy.lag_bytes == 2LL << 30);
	assert_int_equal(policy.lag_seconds, 600);
	assert_int_equal(policy.for_seconds, 1800);
	assert_int_equal(policy.cool_down_s, 86400);
	assert_int_equal(policy.most, 3);
	assert_int_equal(policy.jobs, 2);
	assert_true(policy.down);
	assert_string_equal(
		stale_policy_describe(text, sizeof(text), &policy),
		"stale, also when down, or lag above 2048 MB, or lag above 10 min for 30 min; cool-down 24 h");
	stale_policy_init(&policy);
	assert_true(stale_policy_read(&policy, "", &why));
	assert_string_equal(stale_policy_describe(text, sizeof(text), &policy), "stale; cool-down 6 h");
	assert_true(stale_policy_read(&policy, "lag-bytes=512mb for=90 cool-down=0", &why));
	assert_true(policy.lag_bytes == 512 << 20 && policy.for_seconds == 90 && policy.cool_down_s == 0);
}

static void bad_words_are_refused(void **state)
{
	static const struct {
		const char *words, *says;
	} bad[] = {
		{"lag", "needs a value"},
		{"lag-bytes", "needs a value"},
		{"lag=1", "'lag' is no word of a policy"},
		{"lag-bytes=", "a number is expected"},
		{"lag-bytes=-1", "a number is expected"},
		{"lag-bytes=1X", "a number is expected"},
		{"lag-bytes=1m2", "a number is expected"},
		{"lag-bytes=99999999999999999999TB", "a number is expected"},
		{"for=1G", "a number is expected"},
		{"for= 3", "a number is expected"},
		{"most=1k", "a number is expected"},
		{"most=100001", "too many"},
		{"down=maybe", "yes or no"},
		{"down", "needs a value"},
		{"--most", "needs a value"},
		{"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=1", "too long"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct error why = {0};

		if (stale_policy_read(&policy, bad[i].words, &why))
			fail_msg("'%s' was taken", bad[i].words);
		assert_int_equal(why.code, ERROR_USAGE);
		if (!strstr(why.text, bad[i].says))
			fail_msg("'%s': %s, expected %s", bad[i].words, why.text, bad[i].says);
	}
}

static void a_look_fills_the_case(void **state)
{
	struct fake_pair *p = &world[0];
	struct stale_case c = {0};
	struct judgement j = {.verdict = VERDICT_STALE};

	(void)state;
	fake_pair_init(p);
	stale_case_take(&c, &p->look, &j, "wal-e");
	assert_ptr_equal(c.pair, &p->pair);
	assert_false(c.runs_as_primary || c.needs_what_is_gone || c.cannot_be_helped);
	p->look.standby.facts.in_recovery = false;
	snprintf(p->look.primary.oldest_segment, sizeof(p->look.primary.oldest_segment), "%s",
		 "000000010000000000000099");
	stale_case_take(&c, &p->look, &j, "wal-e");
	assert_true(c.runs_as_primary && c.needs_what_is_gone);
	p->look.standby.up = p->look.standby.data_dir_there = false;
	stale_case_take(&c, &p->look, &j, "wal-e");
	assert_false(c.runs_as_primary);
	assert_true(c.cannot_be_helped && strstr(c.why_not.text, "needs the old data directory"));
}

#define ANEW(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ANEW(a_stale_standby_is_chosen_and_a_healthy_one_is_not),
		ANEW(nothing_that_cannot_be_judged_is_chosen),
		ANEW(a_diverged_standby_needs_a_base_backup),
		ANEW(a_standby_that_is_down_is_left_unless_the_policy_says_so),
		ANEW(lag_counts_when_it_was_too_high_for_long_enough),
		ANEW(seconds_of_lag_count_too),
		ANEW(without_thresholds_lag_does_not_count),
		ANEW(never_twice_within_the_cool_down),
		ANEW(what_is_in_other_hands_is_left),
		ANEW(what_the_method_cannot_help_is_left),
		ANEW(what_was_not_selected_is_left),
		ANEW(the_last_healthy_standby_is_kept),
		ANEW(a_stale_one_loses_nothing_when_it_is_the_only_one),
		ANEW(a_pass_keeps_to_its_limit_and_takes_who_waited_longest),
		ANEW(the_words_of_a_policy_are_read),
		ANEW(bad_words_are_refused),
		ANEW(a_look_fills_the_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
