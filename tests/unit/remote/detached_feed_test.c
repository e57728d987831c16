/* What detached work is fed: input, answers to questions, and that none of it leaves a trace. */
#include "detached_fixture.h"

#include <sys/wait.h>

static void input_arrives_and_ends(void **state)
{
	struct fixture *f = *state;
	struct detached_spec spec = spec_of(f, "wc -c; cat");
	scoped_mem char *input = mem_alloc(DETACHED_INPUT_MOST);

	memset(input, 'i', DETACHED_INPUT_MOST);
	spec.input = input;
	spec.input_size = DETACHED_INPUT_MOST;
	start_spec(f, &spec);
	finish(f);
	assert_string_equal(f->out.bytes, "32768\n");
}

static void without_input_stdin_is_at_its_end(void **state)
{
	struct fixture *f = *state;

	start(f, "wc -c");
	finish(f);
	assert_string_equal(f->out.bytes, "0\n");
}

static void too_much_input_is_refused(void **state)
{
	struct fixture *f = *state;
	struct detached_spec spec = spec_of(f, "cat");
	scoped_mem char *input = mem_alloc(DETACHED_INPUT_MOST + 1);

	spec.input = input;
	spec.input_size = DETACHED_INPUT_MOST + 1;
	start_spec(f, &spec);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_NEVER);
}

/* Not one byte of the secret in a file, a command line or an environment while the command has it. */
static unsigned traces(struct fixture *f, const char *secret)
{
	scoped_mem char *text = NULL;
	unsigned n = 0;
	char line[256];
	char path[128]; /* the pattern comes from a file outside the state directory, not from grep's command line */
	FILE *p;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/pattern", f->dir);
	p = fopen(path, "w");
	fprintf(p, "%s\n", secret);
	fclose(p);
	text = mem_printf("grep -r -l -D skip -F -f %s %s > %s/hits 2>/dev/null;"
			  "grep -l -F -f %s /proc/[0-9]*/cmdline /proc/[0-9]*/environ >> %s/hits 2>/dev/null; true",
			  path, f->state, f->dir, path, f->dir);
	pid = fork();
	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", text, (char *)NULL);
		_exit(1);
	}
	waitpid(pid, NULL, 0); /* not any child: the loop has some of its own */
	snprintf(path, sizeof(path), "%s/hits", f->dir);
	p = fopen(path, "r");
	while (fgets(line, sizeof(line), p))
		n++;
	fclose(p);
	return n;
}

static void an_answer_is_fed_and_leaves_no_trace(void **state)
{
	struct fixture *f = *state;
	char secret[64];
	struct detached_spec spec = spec_of(f, "printf 'Password: ' >&2; IFS= read -r x; sleep 2; echo ${#x}; cat");

	snprintf(secret, sizeof(secret), "Canary %d's \"pw\" \\ %lx", getpid(), random());
	spec.interactive = true;
	start_spec(f, &spec);
	run_until(&f->loop, &f->outputs, 1, 9000);
	detached_feed(f->d, secret, strlen(secret));
	run_until(&f->loop, &f->fed, 1, 9000);
	assert_true(f->fed_well);
	assert_int_equal(traces(f, secret), 0);
	run_until(&f->loop, &f->outputs, 2, 9000);
	assert_int_equal(strtol(f->out.bytes, NULL, 10), (long)strlen(secret));
	assert_int_equal(f->ended, 0); /* stdin stays open */
	detached_feed_end(f->d);
	finish(f);
	assert_int_equal(f->end.status, 0);
	assert_int_equal(traces(f, secret), 0);
}

static void initial_input_leaves_no_trace(void **state)
{
	struct fixture *f = *state;
	char secret[64];
	struct detached_spec spec = spec_of(f, "sleep 1; IFS= read -r x; echo ${#x}");

	snprintf(secret, sizeof(secret), "Initial canary %d %lx", getpid(), random());
	spec.input = secret;
	spec.input_size = strlen(secret);
	start_spec(f, &spec);
	pid_in(f, "child");
	assert_int_equal(traces(f, secret), 0);
	finish(f);
	assert_int_equal(strtol(f->out.bytes, NULL, 10), (long)strlen(secret));
	assert_int_equal(traces(f, secret), 0);
}

static void an_answer_is_fed_once(void **state)
{
	struct fixture *f = *state;
	struct detached_spec spec = spec_of(f, "read -r x; echo got $x; read -r y; echo got $y");

	spec.interactive = true;
	start_spec(f, &spec);
	detached_feed(f->d, "a", 1);
	run_until(&f->loop, &f->outputs, 1, 9000);
	start_spec(f, &spec); /* another controller, which asks again for the first answer */
	detached_feed(f->d, "b", 1);
	run_until(&f->loop, &f->fed, 2, 9000);
	assert_true(f->fed_well);
	detached_feed(f->d, "c", 1);
	finish(f);
	assert_string_equal(f->out.bytes, "got a\ngot c\n");
}

static void feeding_what_has_ended_is_an_error(void **state)
{
	struct fixture *f = *state;

	start(f, "echo one; sleep 5");
	run_until(&f->loop, &f->outputs, 1, 9000);
	detached_feed(f->d, "x", 1);
	run_until(&f->loop, &f->fed, 1, 9000);
	assert_false(f->fed_well);
	assert_non_null(strstr(f->why, "takes no input"));
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		DETACHED_TEST(input_arrives_and_ends),
		DETACHED_TEST(without_input_stdin_is_at_its_end),
		DETACHED_TEST(too_much_input_is_refused),
		DETACHED_TEST(an_answer_is_fed_and_leaves_no_trace),
		DETACHED_TEST(initial_input_leaves_no_trace),
		DETACHED_TEST(an_answer_is_fed_once),
		DETACHED_TEST(feeding_what_has_ended_is_an_error),
	};

	return UNDER_EVERY_SHELL(tests, argc > 1 ? argv[1] : NULL);
}
