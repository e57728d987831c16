/* Commands and detached work over a real sshd on a loopback port. */
#include "support.h"
#include "unit/ssh/sshd.h"

#include "remote/detached.h"
#include "remote/remote_ssh.h"

static struct sshd sshd;

struct fixture {
	uv_loop_t loop;
	struct ssh_context *context;
	struct sshd_target target;
	struct remote *remote;
	struct answer answer;
	struct detached *d;
	struct buf out;
	unsigned ended, outputs;
	struct detached_end end;
};

static int begin(void **state)
{
	struct fixture *f = mem_new(struct fixture);

	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&f->loop);
	f->context = ssh_context_new(&f->loop, NULL);
	sshd_target(&sshd, &f->target);
	f->remote = remote_ssh_new(&(struct remote_ssh_spec){.context = f->context, .target = &f->target.target});
	buf_init(&f->out, 1 << 24);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	if (f->d)
		detached_free(f->d);
	remote_close(f->remote);
	run_for(&f->loop, 20);
	ssh_context_free(f->context);
	loop_end(&f->loop);
	answer_done(&f->answer);
	buf_done(&f->out);
	free(f);
	return 0;
}

static void ask(struct fixture *f, const struct remote_command *c)
{
	unsigned before = f->answer.count;

	remote_exec(f->remote, c, answer_keep, &f->answer);
	assert_int_equal(f->answer.count, before);
	run_until(&f->loop, &f->answer.count, before + 1, 20000);
}

static void asks(struct fixture *f, const char *text)
{
	ask(f, &(struct remote_command){.text = text, .user = REMOTE_ROOT, .within_ms = 15000});
}

static void output_and_status_arrive(void **state)
{
	struct fixture *f = *state;

	asks(f, "echo out; printf err >&2; exit 9");
	assert_string_equal(f->answer.text, "");
	assert_int_equal(f->answer.status, 9);
	assert_string_equal(f->answer.out, "out\n");
	assert_string_equal(f->answer.err, "err");
}

static void two_megabytes_of_input_come_back(void **state)
{
	struct fixture *f = *state;
	size_t size = 2 << 20;
	scoped_mem char *input = mem_alloc(size);

	for (size_t i = 0; i < size; i++)
		input[i] = (char)(i * 31 + i / 977);
	ask(f, &(struct remote_command){
		       .text = "cat", .input = input, .input_size = size, .most = size * 2, .within_ms = 15000});
	assert_int_equal(f->answer.out_size, size);
	assert_memory_equal(f->answer.out, input, size);
}

static void a_lost_connection_is_an_unknown_outcome_and_the_next_call_connects(void **state)
{
	struct fixture *f = *state;

	/* The login shell's parent is the connection's sshd. */
	asks(f, "read -r a b c p rest </proc/$PPID/stat; kill -9 $p; sleep 1");
	assert_int_equal(f->answer.code, ERROR_UNREACHABLE);
	assert_true(f->answer.sent);
	asks(f, "echo back");
	assert_string_equal(f->answer.out, "back\n");
}

static void a_deadline_is_kept_and_the_session_goes_on(void **state)
{
	struct fixture *f = *state;

	ask(f, &(struct remote_command){.text = "sleep 30", .within_ms = 300});
	assert_int_equal(f->answer.code, ERROR_TIMEOUT);
	asks(f, "echo next");
	assert_string_equal(f->answer.out, "next\n");
}

static void a_host_that_is_not_there_is_tried_and_then_named(void **state)
{
	struct fixture *f = *state;
	struct sshd_target nobody;
	int64_t before = clock_monotonic_ms();

	remote_close(f->remote);
	sshd_target(&sshd, &nobody);
	nobody.target.port = 1;
	f->remote = remote_ssh_new(&(struct remote_ssh_spec){.context = f->context, .target = &nobody.target});
	asks(f, "echo");
	assert_int_equal(f->answer.code, ERROR_UNREACHABLE);
	assert_false(f->answer.sent);
	assert_true(clock_monotonic_ms() - before >= 1400); /* twice more, with a pause */
}

static void an_unknown_host_key_is_final(void **state)
{
	struct fixture *f = *state;
	struct sshd_target other;

	remote_close(f->remote);
	sshd_target(&sshd, &other);
	other.known_hosts[0] = "/dev/null";
	f->remote = remote_ssh_new(&(struct remote_ssh_spec){.context = f->context, .target = &other.target});
	asks(f, "echo");
	assert_int_equal(f->answer.code, ERROR_HOST_KEY);
	assert_false(f->answer.sent);
}

static void on_output(void *ctx, enum stream_from from, const char *bytes, size_t n, uint64_t offset)
{
	struct fixture *f = ctx;

	(void)from;
	assert_int_equal(offset, f->out.used);
	buf_add(&f->out, bytes, n);
	f->outputs++;
}

static void on_ended(void *ctx, const struct detached_end *e)
{
	struct fixture *f = ctx;

	f->end = *e;
	f->ended++;
}

static const struct detached_events events = {.output = on_output, .ended = on_ended};

static void detached_work_outlives_the_connection(void **state)
{
	struct fixture *f = *state;
	char state_dir[96];
	struct detached_spec spec = {.state_dir = state_dir,
				     .run = 1,
				     .name = "x",
				     .user = REMOTE_ROOT,
				     .text = "echo one; sleep 1; echo two; sleep 2; echo three; exit 4"};

	snprintf(state_dir, sizeof(state_dir), "%s/state", sshd.dir);
	f->d = detached_start(f->remote, &f->loop, &spec, &events, f);
	run_until(&f->loop, &f->outputs, 1, 15000);
	asks(f, "read -r a b c p rest </proc/$PPID/stat; kill -9 $p; sleep 1");
	assert_int_equal(f->answer.code, ERROR_UNREACHABLE);
	run_until(&f->loop, &f->ended, 1, 20000);
	assert_int_equal(f->end.outcome, DETACHED_ENDED);
	assert_int_equal(f->end.status, 4);
	assert_string_equal(f->out.bytes, "one\ntwo\nthree\n");
}

static void detached_output_of_megabytes_is_exact(void **state)
{
	struct fixture *f = *state;
	char state_dir[96];
	struct detached_spec spec = {.state_dir = state_dir,
				     .run = 2,
				     .name = "x",
				     .user = REMOTE_ROOT,
				     .text = "i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done"};
	char *at;

	snprintf(state_dir, sizeof(state_dir), "%s/state", sshd.dir);
	f->d = detached_start(f->remote, &f->loop, &spec, &events, f);
	run_until(&f->loop, &f->ended, 1, 30000);
	at = f->out.bytes;
	for (long i = 0; i < 20000; i++, at++)
		assert_int_equal(strtol(at, &at, 10), i);
	assert_int_equal(at - f->out.bytes, f->out.used);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(output_and_status_arrive),
		TEST(two_megabytes_of_input_come_back),
		TEST(a_lost_connection_is_an_unknown_outcome_and_the_next_call_connects),
		TEST(a_deadline_is_kept_and_the_session_goes_on),
		TEST(a_host_that_is_not_there_is_tried_and_then_named),
		TEST(an_unknown_host_key_is_final),
		TEST(detached_work_outlives_the_connection),
		TEST(detached_output_of_megabytes_is_exact),
	};
	int failed;

	if (!have_sshd())
		return 0;
	sshd_start(&sshd, "ed25519", NULL);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	sshd_stop(&sshd);
	return failed;
}
