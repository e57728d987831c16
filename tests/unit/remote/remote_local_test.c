#include "support.h"

#include "base/mem.h"
#include "remote/remote_local.h"

struct fixture {
	uv_loop_t loop;
	struct remote *remote;
	struct answer answer;
};

static int begin(void **state)
{
	struct fixture *f = mem_new(struct fixture);

	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&f->loop);
	f->remote = remote_local_new(&f->loop, "here", NULL);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	if (f->remote)
		remote_close(f->remote);
	loop_end(&f->loop);
	answer_done(&f->answer);
	free(f);
	return 0;
}

static void ask(struct fixture *f, const struct remote_command *c)
{
	unsigned before = f->answer.count;

	remote_exec(f->remote, c, answer_keep, &f->answer);
	assert_int_equal(f->answer.count, before); /* never before the call has returned */
	run_until(&f->loop, &f->answer.count, before + 1, 20000);
}

static void asks(struct fixture *f, const char *text)
{
	ask(f, &(struct remote_command){.text = text, .within_ms = 15000});
}

static void both_streams_and_the_status_come_back(void **state)
{
	struct fixture *f = *state;

	asks(f, "echo out; echo err >&2; exit 7");
	assert_int_equal(f->answer.code, ERROR_NONE);
	assert_int_equal(f->answer.status, 7);
	assert_string_equal(f->answer.out, "out\n");
	assert_string_equal(f->answer.err, "err\n");
}

static void output_without_line_feed_is_exact(void **state)
{
	struct fixture *f = *state;

	asks(f, "printf 'a\\n\\n'; printf x >&2");
	assert_string_equal(f->answer.out, "a\n\n");
	assert_string_equal(f->answer.err, "x");
}

static void quotes_reach_the_script_unchanged(void **state)
{
	struct fixture *f = *state;

	asks(f, "printf '%s|%s|%s' \"it's\" '\"' '$HOME `id` \\ !'");
	assert_string_equal(f->answer.out, "it's|\"|$HOME `id` \\ !");
}

static void a_syntax_error_is_a_known_status(void **state)
{
	struct fixture *f = *state;

	asks(f, "if then fi (");
	assert_int_equal(f->answer.code, ERROR_NONE);
	assert_int_equal(f->answer.status, 2);
}

static void the_environment_is_set(void **state)
{
	struct fixture *f = *state;

	asks(f, "echo $LC_ALL; umask; pwd; case $PATH in */usr/sbin*) echo sbin;; esac");
	assert_string_equal(f->answer.out, "C\n0077\n/\nsbin\n");
}

static void input_is_fed_and_then_ends(void **state)
{
	struct fixture *f = *state;

	ask(f, &(struct remote_command){.text = "wc -c", .input = "four\n", .input_size = 5, .within_ms = 9000});
	assert_string_equal(f->answer.out, "5\n");
}

static void without_input_stdin_is_at_its_end(void **state)
{
	struct fixture *f = *state;

	asks(f, "wc -c");
	assert_string_equal(f->answer.out, "0\n");
}

static void a_megabyte_of_input_arrives(void **state)
{
	struct fixture *f = *state;
	scoped_mem char *input = mem_alloc(1 << 20);

	memset(input, 'x', 1 << 20);
	ask(f, &(struct remote_command){.text = "wc -c", .input = input, .input_size = 1 << 20, .within_ms = 9000});
	assert_string_equal(f->answer.out, "1048576\n");
}

static void long_output_keeps_head_and_tail(void **state)
{
	struct fixture *f = *state;

	ask(f,
	    &(struct remote_command){
		    .text = "echo first; i=0; while [ $i -lt 2000 ]; do echo 0123456789; i=$((i+1)); done; echo last",
		    .most = 1000,
		    .within_ms = 9000});
	assert_int_equal(f->answer.status, 0);
	assert_int_equal(f->answer.out_size, 1000);
	assert_memory_equal(f->answer.out, "first\n", 6);
	assert_string_equal(f->answer.out + 1000 - 5, "last\n");
	assert_int_equal(f->answer.dropped, 6 + 5 + 22000 - 1000);
}

static void binary_output_is_exact(void **state)
{
	struct fixture *f = *state;

	ask(f, &(struct remote_command){
		       .text = "head -c 300000 /dev/zero; printf '\\n\\n\\001'", .most = 400000, .within_ms = 9000});
	assert_int_equal(f->answer.out_size, 300003);
	assert_memory_equal(f->answer.out + 299999, "\0\n\n\001", 4);
}

static void without_its_end_mark_the_outcome_is_unknown(void **state)
{
	struct fixture *f = *state;

	char path[] = "/tmp/remote-local-test-XXXXXX";
	int fd = mkstemp(path);
	scoped_mem char *text = mem_printf("echo x >>%s; echo half; kill -9 $PPID", path);
	struct stat st;

	asks(f, text);
	run_for(&f->loop, 100);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, 2); /* sent once, whatever became of it */
	close(fd);
	unlink(path);
	assert_int_equal(f->answer.code, ERROR_UNREACHABLE);
	assert_true(f->answer.sent);
	assert_non_null(strstr(f->answer.text, "outcome is unknown"));
	assert_string_equal(f->answer.out, "half\n");
}

static void a_signal_ends_only_the_script(void **state)
{
	struct fixture *f = *state;

	asks(f, "kill -9 $$");
	assert_int_equal(f->answer.code, ERROR_NONE);
	assert_int_equal(f->answer.status, 137);
}

static void a_deadline_is_kept(void **state)
{
	struct fixture *f = *state;
	int64_t before = clock_monotonic_ms();

	ask(f, &(struct remote_command){.text = "sleep 30", .within_ms = 300});
	assert_int_equal(f->answer.code, ERROR_TIMEOUT);
	assert_true(f->answer.sent);
	assert_in_range(clock_monotonic_ms() - before, 250, 3000);
}

static void a_process_left_behind_does_not_keep_the_answer(void **state)
{
	struct fixture *f = *state;
	int64_t before = clock_monotonic_ms();

	asks(f, "sleep 20 & echo done");
	assert_int_equal(f->answer.code, ERROR_NONE);
	assert_string_equal(f->answer.out, "done\n");
	assert_true(clock_monotonic_ms() - before < 5000);
}

static void calls_are_answered_in_their_order(void **state)
{
	struct fixture *f = *state;
	struct answer a = {0}, b = {0};

	remote_exec(f->remote, &(struct remote_command){.text = "sleep 0.2; date +%s%N", .within_ms = 9000},
		    answer_keep, &a);
	remote_exec(f->remote, &(struct remote_command){.text = "date +%s%N", .within_ms = 9000}, answer_keep, &b);
	run_until(&f->loop, &b.count, 1, 9000);
	assert_int_equal(a.count, 1);
	assert_true(strcmp(a.out, b.out) < 0);
	answer_done(&a);
	answer_done(&b);
}

static void a_cancelled_call_is_not_answered(void **state)
{
	struct fixture *f = *state;
	struct answer never = {0};
	struct remote_call *first, *second;

	first = remote_exec(f->remote, &(struct remote_command){.text = "sleep 9"}, answer_keep, &never);
	second = remote_exec(f->remote, &(struct remote_command){.text = "echo no"}, answer_keep, &never);
	run_for(&f->loop, 100);
	remote_cancel(f->remote, second);
	remote_cancel(f->remote, first);
	asks(f, "echo next");
	assert_string_equal(f->answer.out, "next\n");
	assert_int_equal(never.count, 0);
}

static void close_in_reply(void *ctx, const struct remote_reply *reply)
{
	struct fixture *f = ctx;

	(void)reply;
	f->answer.count++;
	remote_close(f->remote);
	f->remote = NULL;
}

static void the_remote_may_be_closed_by_a_reply(void **state)
{
	struct fixture *f = *state;
	struct answer never = {0};

	remote_exec(f->remote, &(struct remote_command){.text = "echo"}, close_in_reply, f);
	remote_exec(f->remote, &(struct remote_command){.text = "echo"}, answer_keep, &never);
	run_until(&f->loop, &f->answer.count, 1, 9000);
	run_for(&f->loop, 100);
	assert_int_equal(never.count, 0);
}

static void closing_answers_nobody(void **state)
{
	struct fixture *f = *state;
	struct answer never = {0};

	remote_exec(f->remote, &(struct remote_command){.text = "sleep 9"}, answer_keep, &never);
	run_for(&f->loop, 50);
	remote_close(f->remote);
	f->remote = NULL;
	run_for(&f->loop, 50);
	assert_int_equal(never.count, 0);
}

static void a_script_that_no_host_takes_is_refused(void **state)
{
	struct fixture *f = *state;
	scoped_mem char *text = mem_alloc(200001);

	memset(text, '#', 200000);
	asks(f, text);
	assert_int_equal(f->answer.code, ERROR_FAILED);
	assert_false(f->answer.sent);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_streams_and_the_status_come_back),
		TEST(output_without_line_feed_is_exact),
		TEST(quotes_reach_the_script_unchanged),
		TEST(a_syntax_error_is_a_known_status),
		TEST(the_environment_is_set),
		TEST(input_is_fed_and_then_ends),
		TEST(without_input_stdin_is_at_its_end),
		TEST(a_megabyte_of_input_arrives),
		TEST(long_output_keeps_head_and_tail),
		TEST(binary_output_is_exact),
		TEST(without_its_end_mark_the_outcome_is_unknown),
		TEST(a_signal_ends_only_the_script),
		TEST(a_deadline_is_kept),
		TEST(a_process_left_behind_does_not_keep_the_answer),
		TEST(calls_are_answered_in_their_order),
		TEST(a_cancelled_call_is_not_answered),
		TEST(the_remote_may_be_closed_by_a_reply),
		TEST(closing_answers_nobody),
		TEST(a_script_that_no_host_takes_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
