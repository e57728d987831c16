/* Commands on a session, against a real sshd. */
#include "sshd.h"

static struct sshd sshd;
static uv_loop_t loop;
static struct ssh_context *context;
static struct sshd_target target;

static int set_up(void **state)
{
	(void)state;
	uv_loop_init(&loop);
	context = ssh_context_new(&loop, NULL);
	sshd_target(&sshd, &target);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	ssh_context_free(context);
	loop_finish(&loop);
	return 0;
}

static void ask(struct session *s, const char *command, struct outcome *o)
{
	session_exec(s, &(struct session_command){.command = command}, outcome_take, o);
}

static void output_and_status_arrive(void **state)
{
	struct session *s = session_open(context, &target.target, NULL, NULL);
	struct outcome o = {0};

	(void)state;
	ask(s, "echo out; echo err >&2; exit 7", &o);
	assert_int_equal(o.answers, 0);
	RUN_UNTIL(&loop, o.answers);
	assert_string_equal(o.why.text, "");
	assert_string_equal(o.out, "out\n");
	assert_string_equal(o.err, "err\n");
	assert_int_equal(o.status_hint, 7);
	assert_true(session_is_up(s));
	session_close(s);
	outcome_done(&o);
}

static void commands_run_one_after_another(void **state)
{
	struct session *s = session_open(context, &target.target, NULL, NULL);
	struct outcome o[20] = {{0}};

	(void)state;
	for (int i = 0; i < 20; i++) {
		char *command = mem_printf("echo %d", i);

		ask(s, command, &o[i]);
		free(command);
	}
	RUN_UNTIL(&loop, o[19].answers);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(o[i].answers, 1);
		assert_int_equal(atol(o[i].out), i);
		outcome_done(&o[i]);
	}
	session_close(s);
}

static void input_of_a_megabyte_comes_back(void **state)
{
	struct session *s = session_open(context, &target.target, NULL, NULL);
	struct outcome o = {0};
	size_t size = 1 << 20;
	char *input = mem_alloc(size);

	(void)state;
	for (size_t i = 0; i < size; i++)
		input[i] = (char)('a' + (i * 31 + i / 977) % 26);
	session_exec(s,
		     &(struct session_command){.command = "cat", .input = input, .input_size = size, .most = 4u << 20},
		     outcome_take, &o);
	RUN_UNTIL(&loop, o.answers);
	assert_int_equal(o.out_size, size);
	assert_memory_equal(o.out, input, size);
	free(input);
	outcome_done(&o);
	session_close(s);
}

static void both_streams_of_fifty_megabytes_are_drained(void **state)
{
	struct session *s = session_open(context, &target.target, NULL, NULL);
	struct outcome o = {0};

	(void)state;
	session_exec(s,
		     &(struct session_command){.command = "(head -c 50000000 /dev/zero | tr '\\0' e >&2) & "
							  "head -c 50000000 /dev/zero | tr '\\0' o; wait; printf END",
					       .most = 1000},
		     outcome_take, &o);
	RUN_UNTIL_WITHIN(&loop, 60, o.answers);
	assert_string_equal(o.why.text, "");
	assert_int_equal(o.out_size + o.out_dropped, 50000003);
	assert_int_equal(o.err_size + o.err_dropped, 50000000);
	assert_int_equal(o.out_size, 1000);
	assert_string_equal(o.out + 997, "END");
	outcome_done(&o);
	session_close(s);
}

static void a_deadline_answers_and_the_session_goes_on(void **state)
{
	struct session *s = session_open(context, &target.target, NULL, NULL);
	struct outcome late = {0}, next = {0};

	(void)state;
	session_exec(s, &(struct session_command){.command = "echo begun; sleep 60", .within_ms = 2500}, outcome_take,
		     &late);
	ask(s, "echo next", &next);
	RUN_UNTIL(&loop, late.answers);
	assert_int_equal(late.why.code, ERROR_TIMEOUT);
	assert_string_equal(late.out, "begun\n");
	assert_true(late.started);
	RUN_UNTIL(&loop, next.answers);
	assert_string_equal(next.out, "next\n");
	assert_int_equal(late.answers, 1);
	outcome_done(&late);
	outcome_done(&next);
	session_close(s);
}

static void a_cancelled_command_never_answers(void **state)
{
	struct session *s = session_open(context, &target.target, NULL, NULL);
	struct outcome first = {0}, cancelled = {0}, last = {0};
	struct session_exec *running, *queued;

	(void)state;
	ask(s, "echo first", &first);
	running = session_exec(s, &(struct session_command){.command = "sleep 30"}, outcome_take, &cancelled);
	queued = session_exec(s, &(struct session_command){.command = "echo queued"}, outcome_take, &cancelled);
	ask(s, "echo last", &last);
	RUN_UNTIL(&loop, first.answers);
	session_exec_cancel(queued);
	for (int i = 0; i < 100; i++) {
		uv_run(&loop, UV_RUN_NOWAIT);
		usleep(2000);
	}
	session_exec_cancel(running);
	RUN_UNTIL(&loop, last.answers);
	assert_int_equal(cancelled.answers, 0);
	assert_string_equal(last.out, "last\n");
	outcome_done(&first);
	outcome_done(&last);
	session_close(s);
}

static void closing_the_session_answers_nothing(void **state)
{
	struct session *s = session_open(context, &target.target, NULL, NULL);
	struct outcome first = {0}, o = {0};

	(void)state;
	ask(s, "echo first", &first);
	ask(s, "sleep 30", &o);
	RUN_UNTIL(&loop, first.answers);
	session_close(s);
	for (int i = 0; i < 50; i++) {
		uv_run(&loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	assert_int_equal(o.answers, 0);
	outcome_done(&first);
}

static void close_in_reply(void *ctx, const struct session_reply *r)
{
	(void)r;
	session_close(*(struct session **)ctx);
	*(struct session **)ctx = NULL;
}

static void the_session_may_be_closed_in_a_reply(void **state)
{
	struct session *s = session_open(context, &target.target, NULL, NULL);
	struct outcome never = {0};

	(void)state;
	session_exec(s, &(struct session_command){.command = "true"}, close_in_reply, &s);
	session_exec(s, &(struct session_command){.command = "true"}, outcome_take, &never);
	RUN_UNTIL(&loop, !s);
	assert_int_equal(never.answers, 0);
}

static void a_killed_server_is_an_error_and_the_next_command_reconnects(void **state)
{
	struct session *s = session_open(context, &target.target, NULL, NULL);
	struct outcome killed = {0}, queued = {0}, again = {0};

	(void)state;
	ask(s, "kill -9 $PPID; sleep 5", &killed);
	ask(s, "echo queued", &queued);
	RUN_UNTIL(&loop, killed.answers && queued.answers);
	assert_int_equal(killed.why.code, ERROR_UNREACHABLE);
	assert_true(killed.started);
	assert_int_equal(queued.why.code, ERROR_UNREACHABLE);
	assert_false(queued.started);
	assert_false(session_is_up(s));
	ask(s, "echo again", &again);
	RUN_UNTIL(&loop, again.answers);
	assert_string_equal(again.out, "again\n");
	outcome_done(&killed);
	outcome_done(&queued);
	outcome_done(&again);
	session_close(s);
}

static void a_closed_port_is_unreachable(void **state)
{
	struct session *s;
	struct outcome o = {0};

	(void)state;
	target.target.port = free_port();
	s = session_open(context, &target.target, NULL, NULL);
	ask(s, "true", &o);
	RUN_UNTIL(&loop, o.answers);
	assert_int_equal(o.why.code, ERROR_UNREACHABLE);
	assert_non_null(strstr(o.why.text, "connecting"));
	assert_non_null(strstr(o.why.text, "Connection refused"));
	outcome_done(&o);
	session_close(s);
}

static void an_unknown_name_is_unreachable(void **state)
{
	struct session *s;
	struct outcome o = {0};

	(void)state;
	target.target.address = "no-such-host.invalid";
	s = session_open(context, &target.target, NULL, NULL);
	ask(s, "true", &o);
	RUN_UNTIL_WITHIN(&loop, 25, o.answers);
	assert_true(o.why.code == ERROR_UNREACHABLE || o.why.code == ERROR_TIMEOUT);
	assert_non_null(strstr(o.why.text, "resolving"));
	outcome_done(&o);
	session_close(s);
}

static void fifty_sessions_at_once_all_answer(void **state)
{
	struct session *s[50];
	struct outcome o[50] = {{0}};
	int done;

	(void)state;
	for (int i = 0; i < 50; i++) {
		s[i] = session_open(context, &target.target, NULL, NULL);
		ask(s[i], "echo hello", &o[i]);
	}
	RUN_UNTIL_WITHIN(&loop, 60, ({
		done = 0;
		for (int i = 0; i < 50; i++)
			done += o[i].answers;
		done == 50;
	}));
	for (int i = 0; i < 50; i++) {
		assert_string_equal(o[i].why.text, "");
		assert_string_equal(o[i].out, "hello\n");
		outcome_done(&o[i]);
		session_close(s[i]);
	}
}

static int start(void **state)
{
	(void)state;
	sshd_start(&sshd, "ed25519", NULL);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	sshd_stop(&sshd);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(output_and_status_arrive),
		TEST(commands_run_one_after_another),
		TEST(input_of_a_megabyte_comes_back),
		TEST(both_streams_of_fifty_megabytes_are_drained),
		TEST(a_deadline_answers_and_the_session_goes_on),
		TEST(a_cancelled_command_never_answers),
		TEST(closing_the_session_answers_nothing),
		TEST(the_session_may_be_closed_in_a_reply),
		TEST(a_killed_server_is_an_error_and_the_next_command_reconnects),
		TEST(a_closed_port_is_unreachable),
		TEST(an_unknown_name_is_unreachable),
		TEST(fifty_sessions_at_once_all_answer),
	};

	signal(SIGPIPE, SIG_IGN);
	if (!have_sshd())
		return 0;
	return cmocka_run_group_tests(tests, start, stop);
}
