#include "support.h"

#include <sys/mount.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/mem.h"
#include "remote/detached.h"
#include "remote/remote_local.h"

static const char *shell; /* the whole group runs under each sh that is here */

struct fixture {
	uv_loop_t loop;
	struct remote *remote;
	char dir[64], state[96];
	struct detached *d;
	struct buf out, err;
	unsigned outputs, ended, fed, links;
	bool fed_well;
	struct detached_end end;
	char why[512];
	uint64_t next_out;
};

static int begin(void **state)
{
	struct fixture *f = mem_new(struct fixture);

	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&f->loop);
	f->remote = remote_local_new(&f->loop, "here", shell);
	snprintf(f->dir, sizeof(f->dir), "/tmp/detached-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->state, sizeof(f->state), "%s/state", f->dir);
	buf_init(&f->out, 64 << 20);
	buf_init(&f->err, 64 << 20);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	if (f->d)
		detached_free(f->d);
	remote_close(f->remote);
	loop_end(&f->loop);
	remove_tree(f->dir);
	buf_done(&f->out);
	buf_done(&f->err);
	free(f);
	return 0;
}

static void on_output(void *ctx, enum stream_from from, const char *bytes, size_t n, uint64_t offset)
{
	struct fixture *f = ctx;

	if (from == STREAM_OUT) {
		assert_int_equal(offset, f->next_out);
		f->next_out += n;
	}
	buf_add(from == STREAM_OUT ? &f->out : &f->err, bytes, n);
	f->outputs++;
}

static void on_link(void *ctx, const struct error *why)
{
	struct fixture *f = ctx;

	(void)why;
	f->links++;
}

static void on_fed(void *ctx, const struct error *why)
{
	struct fixture *f = ctx;

	f->fed++;
	f->fed_well = !why;
	snprintf(f->why, sizeof(f->why), "%s", why ? why->text : "");
}

static void on_ended(void *ctx, const struct detached_end *e)
{
	struct fixture *f = ctx;

	f->ended++;
	f->end = *e;
	snprintf(f->why, sizeof(f->why), "%s", e->why ? e->why->text : "");
}

static const struct detached_events events = {.output = on_output, .link = on_link, .fed = on_fed, .ended = on_ended};

static struct detached_spec spec_of(struct fixture *f, const char *text)
{
	return (struct detached_spec){
		.state_dir = f->state, .run = 12, .row = 3, .name = "standby-1", .text = text, .user = REMOTE_ROOT};
}

static void start_spec(struct fixture *f, const struct detached_spec *spec)
{
	if (f->d)
		detached_free(f->d);
	f->ended = f->outputs = 0;
	f->next_out = spec->out_offset;
	buf_clear(&f->out);
	buf_clear(&f->err);
	f->d = detached_start(f->remote, &f->loop, spec, &events, f);
	assert_int_equal(f->ended, 0);
}

static void start(struct fixture *f, const char *text)
{
	struct detached_spec spec = spec_of(f, text);

	start_spec(f, &spec);
}

static void finish(struct fixture *f)
{
	run_until(&f->loop, &f->ended, 1, 40000);
}

static char *read_state(struct fixture *f, const char *file)
{
	static char text[4096];
	char path[256];
	FILE *in;
	size_t n;

	snprintf(path, sizeof(path), "%s/run-12/3-standby-1-0/%s", f->state, file);
	in = fopen(path, "r");
	if (!in)
		return NULL;
	n = fread(text, 1, sizeof(text) - 1, in);
	text[n] = '\0';
	fclose(in);
	return text;
}

static long pid_in(struct fixture *f, const char *file)
{
	char *text = NULL;

	for (int i = 0; i < 200 && !text; i++) {
		run_for(&f->loop, 20);
		text = read_state(f, file);
	}
	assert_non_null(text);
	return strtol(text, NULL, 10);
}

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
	forge = mem_printf(
		"cd %s/run-12/3-standby-1-0; read -r p s b <pid; kill -9 $p; read -r q s b <child; kill -9 $q;"
		"echo $p $s 00000000-boot >pid; echo $q $s 00000000-boot >child; rm -f rc",
		f->state);
	remote_exec(f->remote, &(struct remote_command){.text = forge, .within_ms = 9000}, answer_keep, &a);
	run_until(&f->loop, &a.count, 1, 9000);
	answer_done(&a);
	start_spec(f, &spec);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_LOST);
	assert_true(f->end.rebooted);
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
	detached_feed(f->d, "c", 1);
	finish(f);
	assert_string_equal(f->out.bytes, "got a\ngot c\n");
}

static void feeding_what_has_ended_is_an_error(void **state)
{
	struct fixture *f = *state;

	start(f, "echo one; sleep 2");
	run_until(&f->loop, &f->outputs, 1, 9000);
	detached_feed(f->d, "x", 1);
	run_until(&f->loop, &f->fed, 1, 9000);
	assert_false(f->fed_well);
	assert_non_null(strstr(f->why, "takes no input"));
}

static void the_host_keeps_the_deadline(void **state)
{
	struct fixture *f = *state;
	struct detached_spec spec = spec_of(f, "sleep 60");

	spec.within_ms = 1000;
	start_spec(f, &spec);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_ENDED);
	assert_true(f->end.late);
	assert_int_equal(f->end.status, 143);
}

static void a_watch_that_was_not_needed_is_ended(void **state)
{
	struct fixture *f = *state;
	scoped_mem char *text = mem_printf("ls -d %s", f->dir);
	struct detached_spec spec = spec_of(f, text);
	struct answer a = {0};

	spec.within_ms = 7777000;
	start_spec(f, &spec);
	finish(f);
	run_for(&f->loop, 200);
	remote_exec(f->remote,
		    &(struct remote_command){.text = "cat /proc/[0-9]*/cmdline | tr '\\0' ' ' | grep -c 'sleep [7]777'",
					     .within_ms = 9000},
		    answer_keep, &a);
	run_until(&f->loop, &a.count, 1, 9000);
	assert_string_equal(a.out, "0\n");
	answer_done(&a);
}

static void stopping_ends_it(void **state)
{
	struct fixture *f = *state;

	start(f, "sleep 60 & wait");
	pid_in(f, "child");
	detached_stop(f->d, 5000);
	finish(f);
	assert_int_equal(f->end.outcome, DETACHED_ENDED);
	assert_int_equal(f->end.status, 143);
}

static bool is_empty(const char *path)
{
	FILE *in = fopen(path, "r");
	bool empty = !in || fgetc(in) == EOF;

	if (in)
		fclose(in);
	return empty;
}

static void who_ignores_term_is_killed_with_its_children(void **state)
{
	struct fixture *f = *state;
	int64_t before = clock_monotonic_ms();
	char path[64];

	start(f, "trap '' TERM; sleep 61 & echo $!; while :; do sleep 0.1; done");
	run_until(&f->loop, &f->outputs, 1, 9000);
	detached_stop(f->d, 600);
	finish(f);
	assert_int_equal(f->end.status, 137);
	assert_true(clock_monotonic_ms() - before < 9000);
	snprintf(path, sizeof(path), "/proc/%ld/cmdline", strtol(f->out.bytes, NULL, 10));
	run_for(&f->loop, 200);
	assert_true(is_empty(path)); /* gone, or a zombie that nobody has waited for yet */
}

static void cleaning_spares_what_runs(void **state)
{
	struct fixture *f = *state;
	struct detached_spec other = spec_of(f, "sleep 30");
	struct answer a = {0};
	char path[128];

	start(f, "true");
	finish(f);
	other.row = 4;
	start_spec(f, &other);
	run_for(&f->loop, 500);
	detached_clean(f->remote, f->state, 12, answer_keep, &a);
	run_until(&f->loop, &a.count, 1, 9000);
	assert_string_equal(a.out, "removed 1 kept 1\n");
	detached_stop(f->d, 1000);
	finish(f);
	detached_clean(f->remote, f->state, 12, answer_keep, &a);
	run_until(&f->loop, &a.count, 2, 9000);
	assert_string_equal(a.out, "removed 1 kept 0\n");
	snprintf(path, sizeof(path), "%s/run-12", f->state);
	assert_int_equal(access(path, F_OK), -1);
	answer_done(&a);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static const struct CMUnitTest tests[] = {
	TEST(output_and_status_come_back),
	TEST(output_is_seen_while_it_runs),
	TEST(five_binary_megabytes_are_exact),
	TEST(a_signal_is_a_status),
	TEST(the_script_has_a_session_and_default_signals),
	TEST(the_directory_is_private),
	TEST(starting_twice_runs_once),
	TEST(another_attempt_runs_again),
	TEST(another_command_under_the_same_name_is_refused),
	TEST(following_goes_on_at_the_offset),
	TEST(attaching_to_nothing_says_that_nothing_ran),
	TEST(it_survives_the_supervisor),
	TEST(a_killed_command_has_a_status),
	TEST(another_boot_is_told_apart),
	TEST(a_recycled_pid_is_not_taken_for_ours),
	TEST(what_never_began_is_started_anew),
	TEST(input_arrives_and_ends),
	TEST(without_input_stdin_is_at_its_end),
	TEST(too_much_input_is_refused),
	TEST(an_answer_is_fed_and_leaves_no_trace),
	TEST(initial_input_leaves_no_trace),
	TEST(an_answer_is_fed_once),
	TEST(feeding_what_has_ended_is_an_error),
	TEST(the_host_keeps_the_deadline),
	TEST(a_watch_that_was_not_needed_is_ended),
	TEST(stopping_ends_it),
	TEST(who_ignores_term_is_killed_with_its_children),
	TEST(cleaning_spares_what_runs),
	TEST(a_state_directory_that_cannot_be_made_is_named),
	TEST(a_full_disk_still_keeps_the_status),
	TEST(starting_on_a_full_disk_runs_nothing),
	TEST(lost_answers_do_not_run_it_twice),
	TEST(input_that_was_cut_runs_nothing_and_is_sent_again),
	TEST(patience_has_an_end),
	TEST(it_may_be_freed_by_its_end),
};

static int under(const char *name, const char *path)
{
	shell = path;
	return access(path, X_OK) ? 0 : cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(int argc, char **argv)
{
	char applets[] = "/tmp/detached-busybox-XXXXXX", sh[64];
	int failed = 0;

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	failed += under("dash", "/bin/dash");
	failed += under("bash", "/bin/bash");
	if (access("/bin/busybox", X_OK) == 0 && mkdtemp(applets)) {
		snprintf(sh, sizeof(sh), "%s/sh", applets);
		if (symlink("/bin/busybox", sh) == 0)
			failed += under("busybox", sh);
		remove_tree(applets);
	}
	return failed;
}
