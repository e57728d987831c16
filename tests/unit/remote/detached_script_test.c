/* What "stopped" means: nothing of the run works on the host any more, or the script says that it does. */
#include "detached_fixture.h"

#include "remote/detached_script.h"

/* Stops run 12 with `before` in front of the script. */
static int stop_with(struct fixture *f, const char *before)
{
	struct answer a = {0};
	scoped_buf text;
	int status;

	buf_init(&text, 1 << 20);
	buf_adds(&text, before);
	detached_script_stop_run(&text, f->state, 12, 400);
	remote_exec(f->remote, &(struct remote_command){.text = text.bytes, .within_ms = 20000}, answer_keep, &a);
	run_until(&f->loop, &a.count, 1, 20000);
	assert_int_equal(a.code, ERROR_NONE);
	status = a.status;
	answer_done(&a);
	return status;
}

static void what_cannot_be_ended_is_said(void **state)
{
	struct fixture *f = *state;

	start(f, "sleep 60");
	pid_in(f, "child");
	assert_int_equal(stop_with(f, "kill(){ :;};"), DETACHED_STILL_RUNS);
	assert_int_equal(stop_with(f, ""), 0);
	finish(f);
	assert_int_equal(f->end.status, 143);
}

/* Its supervisor lives, its command is not there yet: it would begin behind our back. */
static void what_has_not_begun_yet_is_not_stopped(void **state)
{
	struct fixture *f = *state;
	scoped_mem char *hide = NULL, *show = NULL;

	start(f, "sleep 60");
	pid_in(f, "child");
	hide = mem_printf("for x in %s/run-12/*/child;do mv $x ${x%%/*}/hidden;done;", f->state);
	show = mem_printf("for x in %s/run-12/*/hidden;do mv $x ${x%%/*}/child;done;", f->state);
	assert_int_equal(stop_with(f, hide), DETACHED_STILL_RUNS);
	assert_int_equal(stop_with(f, show), 0);
	finish(f);
}

static void a_run_that_is_not_there_is_stopped(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(stop_with(f, ""), 0);
}

static void one_row_that_does_not_end_is_enough(void **state)
{
	struct fixture *f = *state;
	struct detached_spec other = spec_of(f, "sleep 61");

	start(f, "sleep 60");
	pid_in(f, "child");
	other.row = 9; /* comes last, and ends */
	start_spec(f, &other);
	run_for(&f->loop, 500);
	assert_int_equal(stop_with(f, "kill(){ [ \"${D#*/9-}\" = \"$D\" ]||command kill \"$@\";};"),
			 DETACHED_STILL_RUNS);
	assert_int_equal(stop_with(f, ""), 0);
	finish(f);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		DETACHED_TEST(what_cannot_be_ended_is_said),
		DETACHED_TEST(what_has_not_begun_yet_is_not_stopped),
		DETACHED_TEST(a_run_that_is_not_there_is_stopped),
		DETACHED_TEST(one_row_that_does_not_end_is_enough),
	};

	return UNDER_EVERY_SHELL(tests, argc > 1 ? argv[1] : NULL);
}
