/* When recovery has arrived, when it is given up, and what counts as proof of streaming. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fake/fake_pair.h"
#include "resync/memory.h"
#include "resync/method.h"
#include "resync/recovery_watch.h"

struct scene {
	struct fake_pair pair;
	struct memory *memory;
	struct row_watch watch;
	struct remote_reply reply;
	struct error why;
	int64_t now_ms;
};

static int make(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	fake_pair_init(&s->pair);
	s->memory = memory_new();
	memory_set(s->memory, "goal_lsn", "0/30000060");
	s->reply.out = s->reply.err = "";
	s->now_ms = 1000000;
	s->watch.moved_ms = s->now_ms;
	*state = s;
	return 0;
}

static int unmake(void **state)
{
	struct scene *s = *state;

	memory_free(s->memory);
	free(s);
	return 0;
}

/* A sample `after_ms` later, with these new lines in the log. */
static enum answer sample(struct scene *s, action_read_fn *read, int64_t after_ms, const char *log)
{
	s->now_ms += after_ms;
	s->reply.out = log;
	s->reply.out_size = strlen(log);
	s->why = (struct error){0};
	return read(&(struct reading){.reply = &s->reply,
				      .look = &s->pair.look,
				      .standby = &s->pair.standby,
				      .primary = &s->pair.primary,
				      .memory = s->memory,
				      .watch = &s->watch,
				      .now_ms = s->now_ms},
		    &s->why);
}

static enum answer watches(struct scene *s, int64_t after_ms, const char *log)
{
	return sample(s, recovery_watch_read, after_ms, log);
}

static enum answer proves(struct scene *s, const char *log)
{
	return sample(s, recovery_watch_prove, 1500, log);
}

/* It replays, but the primary does not stream to it. */
static void not_yet_streaming(struct scene *s)
{
	s->pair.look.primary.facts.n_senders = 1; /* the other standby's */
}

static void it_arrives_when_it_streams_past_the_goal(void **state)
{
	struct scene *s = *state;

	assert_int_equal(watches(s, 0, ""), ANSWER_YES);
}

static void before_the_goal_it_has_not_arrived(void **state)
{
	struct scene *s = *state;

	s->pair.look.standby.facts.replay--;
	assert_int_equal(watches(s, 0, ""), ANSWER_NOT_YET);
	s->pair.look.standby.facts.has_replay = false;
	assert_int_equal(watches(s, 0, ""), ANSWER_NOT_YET);
}

static void words_in_the_log_are_no_arrival(void **state)
{
	struct scene *s = *state;

	not_yet_streaming(s);
	assert_int_equal(watches(s, 0, "|LOG:  started streaming WAL from primary at 0/3000000 on timeline 1\n"),
			 ANSWER_NOT_YET);
}

static void a_standby_that_became_a_primary_ends_it(void **state)
{
	struct scene *s = *state;

	assert_int_equal(watches(s, 0, "|LOG:  archive recovery complete\n"), ANSWER_NO);
	assert_non_null(strstr(s->why.text, "has become a primary"));
	s->pair.look.standby.facts.in_recovery = false;
	assert_int_equal(watches(s, 0, ""), ANSWER_NO);
	assert_non_null(strstr(s->why.text, "has become a primary"));
}

static void bad_news_end_it_although_it_might_go_on(void **state)
{
	struct scene *s = *state;

	not_yet_streaming(s);
	assert_int_equal(watches(s, 0, "|gpg: decryption failed: secret key not available\n"), ANSWER_NO);
	assert_non_null(strstr(s->why.text, "WAL-E cannot decrypt"));
	assert_int_equal(watches(s, 0, "|FATAL:  highest timeline 1 of the primary is behind recovery timeline 2\n"),
			 ANSWER_NO);
	assert_non_null(strstr(s->why.text, "cannot catch up this way"));
	assert_int_equal(watches(s, 0, "|LOG:  redo starts at 0/3000000\n"), ANSWER_NOT_YET);
}

static void lines_that_are_not_the_logs_do_not_count(void **state)
{
	struct scene *s = *state;

	not_yet_streaming(s);
	assert_int_equal(watches(s, 0, "LOG:  archive recovery complete\n|\n|x\n"), ANSWER_NOT_YET);
}

static void standing_still_is_given_up(void **state)
{
	struct scene *s = *state;

	not_yet_streaming(s);
	assert_int_equal(watches(s, 0, ""), ANSWER_NOT_YET);
	assert_int_equal(watches(s, 600 * 1000, ""), ANSWER_NOT_YET);
	assert_int_equal(watches(s, 1, ""), ANSWER_NO);
	assert_non_null(strstr(s->why.text, "has not moved for 600 s"));
	s->pair.look.standby.facts.replay--;
	assert_int_equal(watches(s, 0, ""), ANSWER_NOT_YET);
}

static const char removed[] =
	"|FATAL:  could not receive data from WAL stream: ERROR:  requested WAL segment 000000010000000000000003 "
	"has already been removed\n";
static const char missing[] = "|        MSG: could no longer locate object while performing wal restore\n";

static void wal_that_is_nowhere_is_given_up_sooner(void **state)
{
	struct scene *s = *state;

	not_yet_streaming(s);
	assert_int_equal(watches(s, 0, removed), ANSWER_NOT_YET);
	assert_int_equal(watches(s, 45 * 1000 + 1, ""), ANSWER_NOT_YET); /* one of both only */
	s->watch.moved_ms = s->now_ms;
	assert_int_equal(watches(s, 0, missing), ANSWER_NOT_YET);
	assert_int_equal(watches(s, 45 * 1000, ""), ANSWER_NOT_YET);
	assert_int_equal(watches(s, 1, ""), ANSWER_NO);
	assert_non_null(strstr(s->why.text, "neither in the archive nor on the primary"));
}

/* The end of the archive says "missing" in every good recovery. */
static void a_segment_that_only_the_archive_lacks_is_waited_for(void **state)
{
	struct scene *s = *state;

	not_yet_streaming(s);
	assert_int_equal(watches(s, 0, missing), ANSWER_NOT_YET);
	assert_int_equal(watches(s, 45 * 1000 + 1, ""), ANSWER_NOT_YET);
	assert_null(memory_get(s->memory, "wal_removed"));
}

static void the_operator_sees_how_far_it_is(void **state)
{
	struct scene *s = *state;
	struct facts *mine = &s->pair.look.standby.facts;

	not_yet_streaming(s);
	s->watch.percent = -1;
	mine->replay = 0x20000060;
	watches(s, 0, "|LOG:  redo starts at 0/3000000\n");
	assert_string_equal(s->watch.line, "LOG:  redo starts at 0/3000000");
	assert_true(s->watch.percent == 0);
	mine->replay = 0x28000060;
	watches(s, 0, "|LOG:  some client said something\n");
	assert_string_equal(s->watch.line, "LOG:  redo starts at 0/3000000");
	assert_true(s->watch.percent == 50);
	s->pair.look.standby.up = false; /* its old facts do not count */
	mine->replay = 0x2c000060;
	watches(s, 0, "");
	assert_true(s->watch.percent == 50);
	s->pair.look.standby.up = true;
	mine->replay = 0x31000060;
	watches(s, 0, "");
	assert_true(s->watch.percent == 100);
}

static void bad_news_are_said_in_the_logs_words(void **state)
{
	struct scene *s = *state;

	watches(s, 0, "|LOG:  archive recovery complete\n|LOG:  redo starts at 0/3000000\n");
	assert_string_equal(s->why.text, "the standby has become a primary: LOG:  archive recovery complete");
}

static void three_good_samples_in_a_row_prove_it(void **state)
{
	struct scene *s = *state;

	assert_int_equal(proves(s, ""), ANSWER_NOT_YET);
	assert_int_equal(proves(s, ""), ANSWER_NOT_YET);
	assert_int_equal(proves(s, ""), ANSWER_YES);
}

static void a_bad_sample_begins_anew(void **state)
{
	struct scene *s = *state;

	proves(s, "");
	proves(s, "");
	assert_int_equal(proves(s, removed), ANSWER_NOT_YET);
	assert_non_null(strstr(s->why.text, "a new FATAL"));
	assert_int_equal(proves(s, ""), ANSWER_NOT_YET);
	assert_int_equal(proves(s, ""), ANSWER_NOT_YET);
	assert_int_equal(proves(s, ""), ANSWER_YES);
}

static enum answer thrice(struct scene *s)
{
	s->watch.good_samples = 0;
	proves(s, "");
	proves(s, "");
	return proves(s, "");
}

static void each_part_of_the_definition_is_wanted(void **state)
{
	struct scene *s = *state;
	struct look *l = &s->pair.look;
	struct facts *mine = &l->standby.facts, *theirs = &l->primary.facts;

	l->standby.up = false;
	error_set(&l->standby.down, ERROR_HOST, "the standby is down");
	assert_int_equal(thrice(s), ANSWER_NOT_YET);
	assert_string_equal(s->why.text, "the standby is down");
	l->standby.up = true;
	l->primary.up = false;
	error_set(&l->primary.down, ERROR_HOST, "the primary is down");
	assert_int_equal(thrice(s), ANSWER_NOT_YET);
	assert_string_equal(s->why.text, "the primary is down");
	l->primary.up = true;
	theirs->in_recovery = true;
	assert_int_equal(thrice(s), ANSWER_NOT_YET);
	theirs->in_recovery = false;
	not_yet_streaming(s);
	assert_int_equal(thrice(s), ANSWER_NOT_YET);
	theirs->n_senders = 2;
	mine->replay--;
	assert_int_equal(thrice(s), ANSWER_NOT_YET);
	mine->replay++;
	assert_int_equal(thrice(s), ANSWER_YES);
}

static void lag_must_be_known_and_below_the_warning(void **state)
{
	struct scene *s = *state;
	struct facts *theirs = &s->pair.look.primary.facts;
	const uint64_t most = 256ull << 20;

	theirs->current = s->pair.look.standby.facts.replay + most;
	assert_int_equal(thrice(s), ANSWER_YES);
	theirs->current++;
	assert_int_equal(thrice(s), ANSWER_NOT_YET);
	theirs->has_current = false;
	assert_int_equal(thrice(s), ANSWER_NOT_YET);
}

static void no_samples_prove_what_is_another_system(void **state)
{
	struct scene *s = *state;

	assert_int_equal(proves(s, "|LOG:  archive recovery complete\n"), ANSWER_NO);
	s->pair.look.standby.facts.system_identifier++;
	assert_int_equal(proves(s, ""), ANSWER_NO);
	s->pair.look.standby.facts.system_identifier--;
	s->pair.look.standby.facts.in_recovery = false;
	assert_int_equal(proves(s, ""), ANSWER_NO);
}

int main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, make, unmake)
	const struct CMUnitTest tests[] = {
		CASE(it_arrives_when_it_streams_past_the_goal),
		CASE(before_the_goal_it_has_not_arrived),
		CASE(words_in_the_log_are_no_arrival),
		CASE(a_standby_that_became_a_primary_ends_it),
		CASE(bad_news_end_it_although_it_might_go_on),
		CASE(lines_that_are_not_the_logs_do_not_count),
		CASE(standing_still_is_given_up),
		CASE(wal_that_is_nowhere_is_given_up_sooner),
		CASE(a_segment_that_only_the_archive_lacks_is_waited_for),
		CASE(the_operator_sees_how_far_it_is),
		CASE(bad_news_are_said_in_the_logs_words),
		CASE(three_good_samples_in_a_row_prove_it),
		CASE(a_bad_sample_begins_anew),
		CASE(each_part_of_the_definition_is_wanted),
		CASE(lag_must_be_known_and_below_the_warning),
		CASE(no_samples_prove_what_is_another_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
