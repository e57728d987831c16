/* What is matched and measured counts only where it is known: values without their flags never do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fake/fake_pair.h"
#include "resync/decide.h"
#include "resync/decide_match.h"

static void the_highest_known_timeline_counts(void **state)
{
	struct fake_pair pair;
	struct look_side *s = &pair.look.standby;
	uint32_t timeline;

	(void)state;
	fake_pair_init(&pair);
	s->facts.has_timeline = s->facts.has_receiver_timeline = true;
	s->control.has_timeline = s->control.has_min_recovery = true;
	s->facts.timeline = 5;
	s->facts.receiver_timeline = 6;
	s->control.timeline = 7;
	s->control.min_recovery_timeline = 8;
	assert_true(decide_timeline(s, &timeline));
	assert_int_equal(timeline, 8);
	s->control.has_min_recovery = false;
	assert_true(decide_timeline(s, &timeline));
	assert_int_equal(timeline, 7);
	s->control.has_timeline = false;
	assert_true(decide_timeline(s, &timeline));
	assert_int_equal(timeline, 6);
	s->facts.has_receiver_timeline = false;
	assert_true(decide_timeline(s, &timeline));
	assert_int_equal(timeline, 5);
	s->facts.has_timeline = false;
	assert_false(decide_timeline(s, &timeline));
}

static void timelines_of_what_is_not_there_do_not_count(void **state)
{
	struct fake_pair pair;
	struct look_side *s = &pair.look.standby;
	uint32_t timeline;

	(void)state;
	fake_pair_init(&pair);
	s->facts.has_timeline = s->facts.has_receiver_timeline = true;
	s->control.has_timeline = s->control.has_min_recovery = true;
	s->facts.timeline = s->facts.receiver_timeline = 9;
	s->control.timeline = s->control.min_recovery_timeline = 2;
	s->up = false;
	assert_true(decide_timeline(s, &timeline));
	assert_int_equal(timeline, 2);
	s->has_control = false;
	assert_false(decide_timeline(s, &timeline));
}

static void segments_are_on_the_primarys_timeline_where_the_standbys_is_not_known(void **state)
{
	struct fake_pair pair;
	struct look_side *s = &pair.look.standby, *p = &pair.look.primary;
	char name[32];

	(void)state;
	fake_pair_init(&pair);
	s->has_control = false;
	s->facts.has_timeline = s->facts.has_receiver_timeline = false;
	p->facts.has_timeline = true;
	p->facts.timeline = 3;
	assert_true(decide_needed_segment(&pair.look, name));
	assert_string_equal(name, "000000030000000000000030");
	p->has_control = p->facts.has_timeline = p->facts.has_receiver_timeline = false;
	assert_false(decide_needed_segment(&pair.look, name));
}

static void the_size_of_segments_comes_from_who_knows_it(void **state)
{
	struct fake_pair pair;
	struct look_side *s = &pair.look.standby, *p = &pair.look.primary;
	char name[32];

	(void)state;
	fake_pair_init(&pair);
	s->facts.wal_segment_bytes = p->facts.wal_segment_bytes = 0;
	s->control.has_segment_bytes = p->control.has_segment_bytes = false;
	s->control.segment_bytes = p->control.segment_bytes = 1 << 20;
	assert_true(decide_needed_segment(&pair.look, name));
	assert_string_equal(name, "000000010000000000000030"); /* nobody: 16 MB */
	s->control.has_segment_bytes = true;
	assert_true(decide_needed_segment(&pair.look, name));
	assert_string_equal(name, "000000010000000000000300");
	p->control.has_segment_bytes = true;
	p->control.segment_bytes = 1 << 25;
	assert_true(decide_needed_segment(&pair.look, name));
	assert_string_equal(name, "000000010000000000000018");
	p->has_control = s->has_control = false;
	s->facts.has_timeline = true;
	s->facts.timeline = 1;
	assert_true(decide_needed_segment(&pair.look, name));
	assert_string_equal(name, "000000010000000000000030");
	p->up = false;
	p->facts.wal_segment_bytes = 1 << 20; /* of a server that does not answer */
	assert_true(decide_needed_segment(&pair.look, name));
	assert_string_equal(name, "000000010000000000000030");
}

static void a_standby_that_is_down_goes_on_from_its_control_file(void **state)
{
	struct fake_pair pair;
	struct look_side *s = &pair.look.standby;
	char name[32];

	(void)state;
	fake_pair_init(&pair);
	s->up = false;
	s->control.has_redo = true;
	s->control.redo = 0x20000000;
	s->control.has_min_recovery = false;
	s->control.min_recovery = 0x25000000;
	assert_true(decide_needed_segment(&pair.look, name));
	assert_string_equal(name, "000000010000000000000020");
	s->control.has_min_recovery = true;
	assert_true(decide_needed_segment(&pair.look, name));
	assert_string_equal(name, "000000010000000000000025");
	s->control.redo = 0x26000000;
	assert_true(decide_needed_segment(&pair.look, name));
	assert_string_equal(name, "000000010000000000000026");
	s->control.has_redo = s->control.has_min_recovery = false;
	assert_false(decide_needed_segment(&pair.look, name));
}

/* The name that the host gives itself is as good as the inventory's. */
static void a_row_may_carry_the_hosts_own_name(void **state)
{
	struct fake_pair pair, *p = &pair;

	(void)state;
	fake_pair_init(p);
	p->senders[0].client_addr = p->senders[1].client_addr;
	p->senders[1].backend_start = fake_text("2026-11-23 02:00:00");
	memcpy(p->look.standby.hostname, "db7.internal", sizeof("db7.internal"));
	p->senders[0].application_name = fake_text("db7");
	assert_int_equal(decide_sender_row(&p->look), 0);
	p->senders[0].application_name = fake_text("standby-1.backend");
	assert_int_equal(decide_sender_row(&p->look), 0);
	p->senders[0].application_name = fake_text("");
	assert_int_equal(decide_sender_row(&p->look), 1);
}

/* Two standbys of one primary: their positions say nothing of each other. */
static void there_is_no_lag_behind_what_is_no_primary(void **state)
{
	struct fake_pair pair;
	struct judgement j;

	(void)state;
	fake_pair_init(&pair);
	pair.look.primary.facts.n_senders = 0;
	pair.look.primary.facts.in_recovery = true;
	decide_verdict(&pair.look, &j);
	assert_int_equal(j.lag_bytes, -1);
	pair.look.primary.facts.in_recovery = false;
	pair.look.primary.up = false; /* its old facts do not count */
	decide_verdict(&pair.look, &j);
	assert_int_equal(j.lag_bytes, -1);
	pair.look.primary.up = true;
	decide_verdict(&pair.look, &j);
	assert_int_equal(j.lag_bytes, 0);
}

static void a_look_of_this_moment_is_fresh(void **state)
{
	struct fake_pair pair;
	struct error why;

	(void)state;
	fake_pair_init(&pair);
	assert_true(decide_role_proof(&pair.look, pair.look.taken_ms, &why));
	assert_true(decide_role_proof(&pair.look, pair.look.taken_ms + 30000, &why));
	assert_false(decide_role_proof(&pair.look, pair.look.taken_ms + 30001, &why));
	assert_false(decide_role_proof(&pair.look, pair.look.taken_ms - 1, &why));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_highest_known_timeline_counts),
		cmocka_unit_test(timelines_of_what_is_not_there_do_not_count),
		cmocka_unit_test(segments_are_on_the_primarys_timeline_where_the_standbys_is_not_known),
		cmocka_unit_test(the_size_of_segments_comes_from_who_knows_it),
		cmocka_unit_test(a_standby_that_is_down_goes_on_from_its_control_file),
		cmocka_unit_test(a_row_may_carry_the_hosts_own_name),
		cmocka_unit_test(there_is_no_lag_behind_what_is_no_primary),
		cmocka_unit_test(a_look_of_this_moment_is_fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
