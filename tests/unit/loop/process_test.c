#include "loop/process.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

/* What the last reply said; copied, since a reply is valid during the call only. */
static struct seen {
	int calls, status;
	enum error_code code;
	char text[480], out[70000], err[1000];
	size_t out_size;
} seen;

static void noted(void *ctx, const struct process_reply *reply)
{
	struct seen *s = ctx;

	s->calls++;
	s->status = reply->status;
	s->code = reply->why ? reply->why->code : ERROR_NONE;
	snprintf(s->text, sizeof(s->text), "%s", reply->why ? reply->why->text : "");
	s->out_size = reply->out_size;
	memcpy(s->out, reply->out, reply->out_size < sizeof(s->out) ? reply->out_size + 1 : sizeof(s->out));
	snprintf(s->err, sizeof(s->err), "%s", reply->err);
}

static struct process *start(uv_loop_t *loop, const char *script, const char *input, unsigned within_ms, size_t most)
{
	const char *argv[] = {"sh", "-c", script, NULL};
	struct process_spec spec = {argv, input, input ? strlen(input) : 0, within_ms, most};

	memset(&seen, 0, sizeof(seen));
	return process_run(loop, &spec, noted, &seen);
}

static void run(const char *script, const char *input, unsigned within_ms, size_t most)
{
	uv_loop_t loop;

	uv_loop_init(&loop);
	start(&loop, script, input, within_ms, most);
	assert_int_equal(seen.calls, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	assert_int_equal(seen.calls, 1);
}

static void status_and_both_outputs_are_told(void **state)
{
	(void)state;
	run("echo out; echo err >&2; exit 7", NULL, 5000, 1000);
	assert_int_equal(seen.code, ERROR_NONE);
	assert_int_equal(seen.status, 7);
	assert_string_equal(seen.out, "out\n");
	assert_string_equal(seen.err, "err\n");
}

static void input_is_fed_and_ended(void **state)
{
	(void)state;
	run("cat", "two\nlines", 5000, 1000);
	assert_string_equal(seen.out, "two\nlines");
}

static void without_input_stdin_is_empty(void **state)
{
	(void)state;
	run("cat; echo end", NULL, 5000, 1000);
	assert_string_equal(seen.out, "end\n");
}

static void input_that_nobody_reads_is_no_failure(void **state)
{
	char *much = malloc(1000001);

	(void)state;
	memset(much, 'x', 1000000);
	much[1000000] = '\0';
	run("exec 0<&-; exit 3", much, 5000, 1000);
	free(much);
	assert_int_equal(seen.code, ERROR_NONE);
	assert_int_equal(seen.status, 3);
}

static void output_beyond_the_cap_is_dropped(void **state)
{
	(void)state;
	run("head -c 3000000 /dev/zero | tr '\\0' a; echo; echo done >&2", NULL, 20000, 50000);
	assert_int_equal(seen.out_size, 50000);
	assert_int_equal(seen.status, 0);
	assert_string_equal(seen.err, "done\n");
}

static void a_signal_is_told_as_128_plus(void **state)
{
	(void)state;
	run("kill -HUP $$", NULL, 5000, 1000);
	assert_int_equal(seen.status, 128 + SIGHUP);
	assert_int_equal(seen.code, ERROR_NONE);
}

static void a_program_that_is_missing_is_told(void **state)
{
	const char *argv[] = {"no-such-program-here", NULL};
	struct process_spec spec = {argv, "secret", 6, 5000, 100};
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	memset(&seen, 0, sizeof(seen));
	process_run(&loop, &spec, noted, &seen);
	assert_int_equal(seen.calls, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	assert_int_equal(seen.calls, 1);
	assert_int_equal(seen.code, ERROR_CONFIG);
	assert_non_null(strstr(seen.text, "cannot run no-such-program-here: no such file"));
}

static void the_deadline_ends_it_politely(void **state)
{
	(void)state;
	run("trap 'echo bye; exit 9' TERM; echo hello; while :; do sleep 0.05; done", NULL, 300, 1000);
	assert_int_equal(seen.code, ERROR_TIMEOUT);
	assert_int_equal(seen.status, 9);
	assert_string_equal(seen.out, "hello\nbye\n");
}

static void one_that_ignores_sigterm_is_killed(void **state)
{
	int64_t before = clock_monotonic_ms();

	(void)state;
	run("trap '' TERM; while :; do sleep 0.05; done", NULL, 200, 1000);
	assert_int_equal(seen.code, ERROR_TIMEOUT);
	assert_int_equal(seen.status, 128 + SIGKILL);
	assert_in_range(clock_monotonic_ms() - before, 1100, 2500);
}

/* A dead process that nobody has waited for yet still has its number. */
static bool runs(int pid)
{
	char path[40], state = 'Z';
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (f && fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
		state = 'Z';
	if (f)
		fclose(f);
	return state != 'Z';
}

static void the_deadline_ends_its_children_too(void **state)
{
	int pid = 0;

	(void)state;
	run("sleep 30 & echo $!; wait", NULL, 300, 1000);
	assert_int_equal(seen.code, ERROR_TIMEOUT);
	assert_int_equal(sscanf(seen.out, "%d", &pid), 1);
	for (int i = 0; i < 100 && runs(pid); i++)
		usleep(10000);
	assert_true(pid > 1);
	assert_false(runs(pid));
}

static void a_grandchild_that_keeps_the_pipes_does_not_hold_us_up(void **state)
{
	int64_t before = clock_monotonic_ms();

	(void)state;
	run("sleep 4 & echo started", NULL, 10000, 1000);
	assert_int_equal(seen.code, ERROR_NONE);
	assert_int_equal(seen.status, 0);
	assert_string_equal(seen.out, "started\n");
	assert_in_range(clock_monotonic_ms() - before, 900, 3000);
}

static void cancel_replies_never_and_ends_the_program(void **state)
{
	uv_loop_t loop;
	struct process *p;
	int64_t before;
	char path[] = "/tmp/pgresync-process-XXXXXX", script[200];
	int fd = mkstemp(path), pid = 0;
	FILE *f;

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	snprintf(script, sizeof(script), "echo $$ > %s; exec sleep 30", path);
	uv_loop_init(&loop);
	p = start(&loop, script, NULL, 20000, 100);
	for (int i = 0; i < 500 && pid == 0; i++) {
		usleep(10000);
		f = fopen(path, "r");
		assert_non_null(f);
		if (fscanf(f, "%d", &pid) != 1)
			pid = 0;
		fclose(f);
	}
	before = clock_monotonic_ms();
	process_cancel(p);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	assert_int_equal(seen.calls, 0);
	assert_true(clock_monotonic_ms() - before < 5000);
	assert_true(pid > 0 && kill(pid, 0) == -1 && errno == ESRCH);
	unlink(path);
}

static void cancel_before_a_failed_start_is_told(void **state)
{
	const char *argv[] = {"/nonexistent/x", NULL};
	struct process_spec spec = {argv, NULL, 0, 1000, 100};
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	memset(&seen, 0, sizeof(seen));
	process_cancel(process_run(&loop, &spec, noted, &seen));
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	assert_int_equal(seen.calls, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_and_both_outputs_are_told),
		cmocka_unit_test(input_is_fed_and_ended),
		cmocka_unit_test(without_input_stdin_is_empty),
		cmocka_unit_test(input_that_nobody_reads_is_no_failure),
		cmocka_unit_test(output_beyond_the_cap_is_dropped),
		cmocka_unit_test(a_signal_is_told_as_128_plus),
		cmocka_unit_test(a_program_that_is_missing_is_told),
		cmocka_unit_test(the_deadline_ends_it_politely),
		cmocka_unit_test(one_that_ignores_sigterm_is_killed),
		cmocka_unit_test(the_deadline_ends_its_children_too),
		cmocka_unit_test(a_grandchild_that_keeps_the_pipes_does_not_hold_us_up),
		cmocka_unit_test(cancel_replies_never_and_ends_the_program),
		cmocka_unit_test(cancel_before_a_failed_start_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
