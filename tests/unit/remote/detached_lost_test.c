/* What is gone or out of reach: the supervisor, the command, the host, its answers. */
#include "detached_fixture.h"

static void it_survives_the_supervisor(void **state)
{
	struct fixture *f = *state;

	start(f, "echo one; sleep 2; echo two");
	run_until(&f->loop, &f->outputs, 1, 9000);
	assert_int_equal(kill((pid_t)pid_in(f, "pid"), SIGKILL), 0);
	finish(f);
	assert_string_equal(f->out.bytes, "one\ntwo\n"); /* it was followed to its end, but its status is lost */
	assert_int_equal(f->end.outcome, DETACHED_LOST);
	assert_false(f->end.rebooted);
}

static void a_killed_command_has_a_status(void **state)
{
	struct fixture *f = *state;

	start(f, "sleep 30");
	assert_int_equal(kill((pid_t)pid_in(f, "child"), SIGKILL), 0);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_ENDED);
	assert_int_equal(f->end.status, 137);
}

static void another_boot_is_told_apart(void **state)
{
	struct fixture *f = *state;
	scoped_mem char *forge = NULL;
	struct answer a = {0};
	struct detached_spec spec = spec_of(f, NULL);

	start(f, "sleep 30");
	pid_in(f, "child");
	detached_free(f->d);
	f->d = NULL;
	forge = mem_printf("cd %s/run-12/3-standby-1-0; read -r p s b <pid; "
			   "echo $p $s 00000000-boot >pid; read -r p s b <child; echo $p $s 00000000-boot >child",
			   f->state);
	remote_exec(f->remote, &(struct remote_command){.text = forge, .within_ms = 9000}, answer_keep, &a);
	run_until(&f->loop, &a.count, 1, 9000);
	answer_done(&a);
	start_spec(f, &spec);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_LOST);
	assert_true(f->end.rebooted);
	kill((pid_t)pid_in(f, "child"), SIGKILL); /* it ran all the time: only the boot was another one */
}

static void a_recycled_pid_is_not_taken_for_ours(void **state)
{
	struct fixture *f = *state;
	scoped_mem char *forge = NULL;
	struct answer a = {0};
	struct detached_spec spec = spec_of(f, NULL);

	start(f, "true");
	finish(f);
	forge = mem_printf("cd %s/run-12/3-standby-1-0; rm rc; read -r b </proc/sys/kernel/random/boot_id;"
			   "echo %d 1 $b >pid; echo %d 1 $b >child",
			   f->state, getpid(), getpid());
	remote_exec(f->remote, &(struct remote_command){.text = forge, .within_ms = 9000}, answer_keep, &a);
	run_until(&f->loop, &a.count, 1, 9000);
	answer_done(&a);
	start_spec(f, &spec);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_LOST);
}

static void what_never_began_is_started_anew(void **state)
{
	struct fixture *f = *state;
	scoped_mem char *forge = mem_printf("mkdir -p %s/run-12/3-standby-1-0/begun", f->state);
	struct answer a = {0};

	remote_exec(f->remote, &(struct remote_command){.text = forge, .within_ms = 9000}, answer_keep, &a);
	run_until(&f->loop, &a.count, 1, 9000);
	answer_done(&a);
	start(f, "echo ran");
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_ENDED);
	assert_string_equal(f->out.bytes, "ran\n");
}

/* A remote whose first calls do not reach the host, or whose answers do not come back. */
struct flaky {
	struct remote remote;
	struct remote *real;
	unsigned calls, fail_until, lose_until;
};

struct flaky_call {
	remote_reply_fn *replied;
	void *ctx;
};

static void flaky_replied(void *ctx, const struct remote_reply *reply)
{
	struct flaky_call *c = ctx;
	struct error why = {.code = ERROR_UNREACHABLE, .text = "lost on its way"};

	(void)reply;
	c->replied(c->ctx, &(struct remote_reply){.why = &why, .sent = true, .out = "", .err = ""});
	free(c);
}

static struct remote_call *flaky_exec(struct remote *r, const struct remote_command *command, remote_reply_fn *replied,
				      void *ctx)
{
	struct flaky *f = (struct flaky *)r;
	struct flaky_call *c;
	struct remote_command cut = *command;

	if (f->calls++ >= f->lose_until)
		return remote_exec(f->real, command, replied, ctx);
	c = mem_new(struct flaky_call);
	*c = (struct flaky_call){replied, ctx};
	if (f->calls <= f->fail_until)
		cut.input_size /= 2; /* the connection broke in the middle of the input */
	return remote_exec(f->real, &cut, flaky_replied, c);
}

static void flaky_cancel(struct remote *r, struct remote_call *call)
{
	remote_cancel(((struct flaky *)r)->real, call);
}

static const struct remote_ops flaky_ops = {.exec = flaky_exec, .cancel = flaky_cancel};

static void lost_answers_do_not_run_it_twice(void **state)
{
	struct fixture *f = *state;
	scoped_mem char *text = mem_printf("echo x >>%s/count; cat %s/count; sleep 1", f->dir, f->dir);
	struct detached_spec spec = spec_of(f, text);
	struct flaky flaky = {.real = f->remote, .lose_until = 3};

	flaky.remote = *f->remote;
	flaky.remote.ops = &flaky_ops;
	f->d = detached_start(&flaky.remote, &f->loop, &spec, &events, f);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_ENDED);
	assert_string_equal(f->out.bytes, "x\n");
	assert_int_equal(f->links, 2); /* away, and back */
	detached_free(f->d);
	f->d = NULL;
	run_for(&f->loop, 20);
}

static void input_that_was_cut_runs_nothing_and_is_sent_again(void **state)
{
	struct fixture *f = *state;
	scoped_mem char *text = mem_printf("cat >>%s/got; cat %s/got", f->dir, f->dir);
	struct detached_spec spec = spec_of(f, text);
	struct flaky flaky = {.real = f->remote, .lose_until = 2, .fail_until = 2};

	spec.input = "0123456789";
	spec.input_size = 10;
	flaky.remote = *f->remote;
	flaky.remote.ops = &flaky_ops;
	f->d = detached_start(&flaky.remote, &f->loop, &spec, &events, f);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_ENDED);
	assert_string_equal(f->out.bytes, "0123456789");
	detached_free(f->d);
	f->d = NULL;
	run_for(&f->loop, 20);
}

static void patience_has_an_end(void **state)
{
	struct fixture *f = *state;
	struct detached_spec spec = spec_of(f, "sleep 1");
	struct flaky flaky = {.real = f->remote, .lose_until = 1000};

	spec.patience_ms = 700;
	flaky.remote = *f->remote;
	flaky.remote.ops = &flaky_ops;
	f->d = detached_start(&flaky.remote, &f->loop, &spec, &events, f);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_UNKNOWN);
	detached_free(f->d);
	f->d = NULL;
	run_for(&f->loop, 1500);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		DETACHED_TEST(it_survives_the_supervisor),
		DETACHED_TEST(a_killed_command_has_a_status),
		DETACHED_TEST(another_boot_is_told_apart),
		DETACHED_TEST(a_recycled_pid_is_not_taken_for_ours),
		DETACHED_TEST(what_never_began_is_started_anew),
		DETACHED_TEST(lost_answers_do_not_run_it_twice),
		DETACHED_TEST(input_that_was_cut_runs_nothing_and_is_sent_again),
		DETACHED_TEST(patience_has_an_end),
	};

	return UNDER_EVERY_SHELL(tests, argc > 1 ? argv[1] : NULL);
}
