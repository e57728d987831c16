/* Detached work under every sh that is here: output, status, starting once. */
#include "detached_fixture.h"

#include <sys/mount.h>

static void output_and_status_come_back(void **state)
{
	struct fixture *f = *state;

	start(f, "echo one; echo two >&2; exit 9");
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_ENDED);
	assert_int_equal(f->end.status, 9);
	assert_string_equal(f->out.bytes, "one\n");
	assert_string_equal(f->err.bytes, "two\n");
	assert_false(f->end.late);
}

static void output_is_seen_while_it_runs(void **state)
{
	struct fixture *f = *state;

	start(f, "echo early; sleep 3; echo late");
	run_until(&f->loop, &f->outputs, 1, 2500);
	assert_string_equal(f->out.bytes, "early\n");
	assert_int_equal(f->ended, 0);
	finish(f);
	assert_string_equal(f->out.bytes, "early\nlate\n");
}

static void five_binary_megabytes_are_exact(void **state)
{
	struct fixture *f = *state;
	char path[128];
	scoped_mem char *text = NULL;
	FILE *in;
	size_t size = 5 << 20;
	scoped_mem char *bytes = mem_alloc(size);

	snprintf(path, sizeof(path), "%s/binary", f->dir);
	in = fopen("/dev/urandom", "r");
	assert_int_equal(fread(bytes, 1, size, in), size);
	fclose(in);
	in = fopen(path, "w");
	fwrite(bytes, 1, size, in);
	fclose(in);
	text = mem_printf("cat %s; head -c 100000 %s >&2", path, path);
	start(f, text);
	finish(f);
	assert_int_equal(f->out.used, size);
	assert_memory_equal(f->out.bytes, bytes, size);
	assert_int_equal(f->err.used, 100000);
	assert_memory_equal(f->err.bytes, bytes, 100000);
}

static void a_signal_is_a_status(void **state)
{
	struct fixture *f = *state;

	start(f, "kill -9 $$");
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_ENDED);
	assert_int_equal(f->end.status, 137);
}

static void the_script_has_a_session_and_default_signals(void **state)
{
	struct fixture *f = *state;

	start(f,
	      "read -r a b c d e s rest </proc/$$/stat; [ $s = $$ ] && echo leader; grep SigIgn /proc/self/status; umask");
	finish(f);
	assert_string_equal(f->out.bytes, "leader\nSigIgn:\t0000000000000000\n0077\n");
}

static void the_directory_is_private(void **state)
{
	struct fixture *f = *state;
	char path[256];
	struct stat st;

	start(f, "true");
	finish(f);
	snprintf(path, sizeof(path), "%s/run-12/3-standby-1-0", f->state);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
}

static void starting_twice_runs_once(void **state)
{
	struct fixture *f = *state;
	scoped_mem char *text = mem_printf("echo x >>%s/count; cat %s/count; sleep 1", f->dir, f->dir);

	start(f, text);
	run_for(&f->loop, 400);
	start(f, text);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_ENDED);
	assert_string_equal(f->out.bytes, "x\n");
	start(f, text);
	finish(f);
	assert_string_equal(f->out.bytes, "x\n");
}

static void another_attempt_runs_again(void **state)
{
	struct fixture *f = *state;
	scoped_mem char *text = mem_printf("echo x >>%s/count; cat %s/count", f->dir, f->dir);
	struct detached_spec spec = spec_of(f, text);

	start(f, text);
	finish(f);
	spec.attempt = 1;
	start_spec(f, &spec);
	finish(f);
	assert_string_equal(f->out.bytes, "x\nx\n");
}

static void another_command_under_the_same_name_is_refused(void **state)
{
	struct fixture *f = *state;

	start(f, "echo one");
	finish(f);
	start(f, "echo two");
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_NEVER);
	assert_non_null(strstr(f->why, "holds another command"));
}

static void following_goes_on_at_the_offset(void **state)
{
	struct fixture *f = *state;
	struct detached_spec spec;

	start(f, "echo 12345; sleep 1; echo 67890");
	run_until(&f->loop, &f->outputs, 1, 9000);
	spec = spec_of(f, NULL);
	spec.out_offset = 3;
	start_spec(f, &spec);
	finish(f);
	assert_string_equal(f->out.bytes, "45\n67890\n");
	assert_int_equal(f->end.outcome, DETACHED_ENDED);
}

static void attaching_to_nothing_says_that_nothing_ran(void **state)
{
	struct fixture *f = *state;
	struct detached_spec spec = spec_of(f, NULL);

	start_spec(f, &spec);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_NEVER);
}

static void a_state_directory_that_cannot_be_made_is_named(void **state)
{
	struct fixture *f = *state;
	struct detached_spec spec = spec_of(f, "true");

	spec.state_dir = "/proc/pgresync";
	start_spec(f, &spec);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_NEVER);
	assert_non_null(strstr(f->why, "/proc/pgresync"));
}

static void a_link_is_no_state_directory(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(symlink(f->dir, f->state), 0);
	start(f, "true");
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_NEVER);
	assert_non_null(strstr(f->why, "not a directory of our own"));
}

static void a_full_disk_still_keeps_the_status(void **state)
{
	struct fixture *f = *state;

	if (mkdir(f->state, 0700) || mount("none", f->state, "tmpfs", 0, "size=128k,mode=700"))
		skip(); /* needs root */
	start(f, "head -c 1000000 /dev/zero 2>/dev/null; exit 5");
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_ENDED);
	assert_int_equal(f->end.status, 5);
	assert_true(f->out.used < 130000);
	f->ended = 0;
	start(f, "head -c 1000000 /dev/zero 2>/dev/null; exit 5");
	finish(f);
	detached_free(f->d);
	f->d = NULL;
	run_for(&f->loop, 300); /* the supervisor's working directory is there */
	assert_int_equal(umount2(f->state, MNT_DETACH), 0);
}

static void starting_on_a_full_disk_runs_nothing(void **state)
{
	struct fixture *f = *state;
	char path[128];
	FILE *full;
	scoped_mem char *text = mem_printf("echo ran >%s/ran", f->dir);

	if (mkdir(f->state, 0700) || mount("none", f->state, "tmpfs", 0, "size=64k,mode=700"))
		skip();
	snprintf(path, sizeof(path), "%s/full", f->state);
	full = fopen(path, "w");
	for (int i = 0; i < 100000; i++)
		fputc('f', full);
	fclose(full);
	start(f, text);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_NEVER);
	assert_int_equal(umount2(f->state, MNT_DETACH), 0);
	snprintf(path, sizeof(path), "%s/ran", f->dir);
	assert_int_equal(access(path, F_OK), -1);
}

static void free_in_ended(void *ctx, const struct detached_end *e)
{
	struct fixture *f = ctx;

	(void)e;
	f->ended++;
	detached_free(f->d);
	f->d = NULL;
}

static void it_may_be_freed_by_its_end(void **state)
{
	struct fixture *f = *state;
	static const struct detached_events freeing = {.output = on_output, .ended = free_in_ended};
	struct detached_spec spec = spec_of(f, "echo");

	f->d = detached_start(f->remote, &f->loop, &spec, &freeing, f);
	finish(f);
	assert_null(f->d);
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		DETACHED_TEST(output_and_status_come_back),
		DETACHED_TEST(output_is_seen_while_it_runs),
		DETACHED_TEST(five_binary_megabytes_are_exact),
		DETACHED_TEST(a_signal_is_a_status),
		DETACHED_TEST(the_script_has_a_session_and_default_signals),
		DETACHED_TEST(the_directory_is_private),
		DETACHED_TEST(starting_twice_runs_once),
		DETACHED_TEST(another_attempt_runs_again),
		DETACHED_TEST(another_command_under_the_same_name_is_refused),
		DETACHED_TEST(following_goes_on_at_the_offset),
		DETACHED_TEST(attaching_to_nothing_says_that_nothing_ran),
		DETACHED_TEST(a_state_directory_that_cannot_be_made_is_named),
		DETACHED_TEST(a_link_is_no_state_directory),
		DETACHED_TEST(a_full_disk_still_keeps_the_status),
		DETACHED_TEST(starting_on_a_full_disk_runs_nothing),
		DETACHED_TEST(it_may_be_freed_by_its_end),
	};

	return UNDER_EVERY_SHELL(tests, argc > 1 ? argv[1] : NULL);
}
