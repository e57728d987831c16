#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "base/clock.h"
#include "scratch.h"
#include "serve/daemon.h"

/* A daemon in a process of its own, and the socket on which it tells systemd. */
struct fixture {
	struct scratch scratch;
	char said[16384];
	int socket;
	pid_t pid;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct sockaddr_un at = {.sun_family = AF_UNIX};

	scratch_begin(&f->scratch);
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/notify", f->scratch.dir);
	f->socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(f->socket, (struct sockaddr *)&at, sizeof(at)), 0);
	setenv("NOTIFY_SOCKET", at.sun_path, 1);
	setenv("WATCHDOG_USEC", "300000", 1);
	*state = f;
	return 0;
}

/* The store is opened by the daemon alone: a connection must not be taken through a fork. */
static void start(struct fixture *f)
{
	store_close(f->scratch.store);
	f->scratch.store = NULL;
	f->pid = fork();
	if (f->pid == 0) {
		const char *program[] = {f->scratch.program, NULL};
		struct daemon_spec spec = {.program = program, .notify = f->scratch.program};
		struct error why;
		int status;

		spec.store = store_open(f->scratch.db, STORE_WRITE, &why);
		if (!freopen("/dev/null", "w", stderr))
			_exit(98);
		status = spec.store ? daemon_run(&spec) : 99;
		store_close(spec.store);
		_exit(status);
	}
}

static bool has_said(struct fixture *f, const char *words)
{
	return strstr(f->said, words) != NULL;
}

/* Reads what the daemon tells until the words come; fails after ten seconds. */
static void wait_for(struct fixture *f, const char *words)
{
	for (int i = 0; i < 200 && !has_said(f, words); i++) {
		struct pollfd p = {f->socket, POLLIN, 0};
		size_t n = strlen(f->said);
		ssize_t got;

		if (poll(&p, 1, 50) != 1)
			continue;
		got = recv(f->socket, f->said + n, sizeof(f->said) - n - 2, 0);
		if (got > 0)
			memcpy(f->said + n + got, "\n", 2);
	}
	if (!has_said(f, words))
		fail_msg("never said '%s'; but: %s", words, f->said);
}

static void forget(struct fixture *f)
{
	f->said[0] = '\0';
}

static int wait_for_end(struct fixture *f)
{
	int status;

	for (int i = 0; i < 200; i++) {
		struct timespec pause = {0, 50 * 1000000L};

		if (waitpid(f->pid, &status, WNOHANG) == f->pid) {
			f->pid = 0;
			return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
		}
		nanosleep(&pause, NULL);
	}
	fail_msg("the daemon does not end");
	return -1;
}

static int end(void **state)
{
	struct fixture *f = *state;

	if (f->pid > 0) {
		kill(f->pid, SIGKILL);
		waitpid(f->pid, NULL, 0);
	}
	close(f->socket);
	scratch_end(&f->scratch);
	free(f);
	return 0;
}

static void it_recovers_first_then_keeps_schedules_and_stops(void **state)
{
	struct fixture *f = *state;

	scratch_schedule(&f->scratch, "yearly", "@yearly", SCHEDULE_SKIP);
	scratch_program(&f->scratch, "sleep 0.3");
	start(f);
	wait_for(f, "STATUS=giving back");
	wait_for(f, "READY=1");
	wait_for(f, "STATUS=1 schedule(s), 0 running; next: yearly at");
	assert_string_equal(scratch_calls(&f->scratch), "recover --no-input\n");
	forget(f);
	wait_for(f, "WATCHDOG=1\nWATCHDOG=1\n");
	kill(f->pid, SIGTERM);
	assert_int_equal(wait_for_end(f), 0);
	wait_for(f, "STOPPING=1");
}

static void a_recover_that_leaves_something_owed_is_told(void **state)
{
	struct fixture *f = *state;

	scratch_program(&f->scratch, "exit 7");
	start(f);
	wait_for(f, "STATUS=0 schedule(s)");
	kill(f->pid, SIGTERM);
	assert_int_equal(wait_for_end(f), 0);
	assert_int_equal(scratch_count(&f->scratch, "\"what\":\"recover\""), 1);
	assert_int_equal(scratch_count(&f->scratch, "\"exit_status\":7"), 1);
}

/* A schedule that was due an hour ago and makes up for it runs as soon as the daemon is there. */
static void stopping_waits_for_the_run(void **state)
{
	struct fixture *f = *state;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_fake((int64_t)(now.tv_sec - 7200) * 1000000, 1000);
	scratch_schedule(&f->scratch, "hourly", "@hourly", SCHEDULE_ONCE);
	clock_fake(-1, -1);
	scratch_program(&f->scratch, "[ \"$1\" = recover ] && exit 0\n"
				     "trap 'sleep 0.5; echo given back >>\"${0%program}calls\"; exit 130' TERM\n"
				     "echo trapped >>\"${0%program}calls\"\n"
				     "sleep 120 & wait $!");
	start(f);
	wait_for(f, "1 running");
	for (int i = 0; i < 100 && scratch_count(&f->scratch, "trapped") == 0; i++)
		poll(NULL, 0, 50);
	kill(f->pid, SIGTERM);
	wait_for(f, "STATUS=stopping; waiting for 1 run(s)");
	assert_int_equal(scratch_count(&f->scratch, "given back"), 0);
	assert_int_equal(wait_for_end(f), 0);
	assert_int_equal(scratch_count(&f->scratch, "given back"), 1);
}

static void hangup_looks_anew(void **state)
{
	struct fixture *f = *state;
	struct error why;

	scratch_program(&f->scratch, "exit 0");
	start(f);
	wait_for(f, "STATUS=0 schedule(s)");
	forget(f);
	f->scratch.store = store_open(f->scratch.db, STORE_WRITE, &why);
	assert_non_null(f->scratch.store);
	scratch_schedule(&f->scratch, "yearly", "@yearly", SCHEDULE_SKIP);
	kill(f->pid, SIGHUP);
	wait_for(f, "RELOADING=1");
	wait_for(f, "STATUS=1 schedule(s)");
	wait_for(f, "READY=1");
	kill(f->pid, SIGTERM);
	assert_int_equal(wait_for_end(f), 0);
}

static void a_second_signal_leaves_at_once(void **state)
{
	struct fixture *f = *state;
	int status;

	scratch_program(&f->scratch, "trap '' TERM; sleep 2");
	start(f);
	wait_for(f, "STATUS=giving back");
	kill(f->pid, SIGTERM);
	wait_for(f, "STOPPING=1");
	kill(f->pid, SIGTERM);
	status = wait_for_end(f);
	/* Nothing is given back then, which valgrind says its way. */
	assert_true(status == 130 || (getenv("PGRESYNC_TEST_SLOW") && status == 99));
}

#define ANEW(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ANEW(it_recovers_first_then_keeps_schedules_and_stops),
		ANEW(a_recover_that_leaves_something_owed_is_told),
		ANEW(stopping_waits_for_the_run),
		ANEW(hangup_looks_anew),
		ANEW(a_second_signal_leaves_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
