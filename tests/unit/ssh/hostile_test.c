/* Hostile servers: each ends in an error, none stops the loop, and a session to a good server goes on beside it. */
#include "sshd.h"

#include <sys/resource.h>
#include <time.h>

/* With sanitizers everything takes longer. */
#ifdef __SANITIZE_ADDRESS__
enum { STALL_MOST_MS = 200, HANDSHAKE_MS = 1500 };
#else
enum { STALL_MOST_MS = 50, HANDSHAKE_MS = 1500 };
#endif

static struct sshd sshd;

struct hostile {
	pid_t pid;
	int stdin_fd;
	unsigned port;
};

static void hostile_start(struct hostile *h, const char *mode)
{
	int in[2], out[2];
	char line[32] = "";
	size_t n = 0;

	assert_int_equal(pipe2(in, O_CLOEXEC), 0);
	assert_int_equal(pipe2(out, O_CLOEXEC), 0);
	h->pid = fork();
	if (h->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(in[0], 0);
		dup2(out[1], 1);
		execl("/usr/bin/python3", "python3", SOURCE_DIR "/tests/fake/hostile_sshd.py", mode, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	while (n + 1 < sizeof(line) && !strchr(line, '\n') && read(out[0], line + n, 1) == 1)
		n++;
	close(out[0]);
	h->stdin_fd = in[1];
	h->port = (unsigned)strtoul(line, NULL, 10);
}

static void hostile_stop(struct hostile *h)
{
	close(h->stdin_fd);
	kill(h->pid, SIGKILL);
	waitpid(h->pid, NULL, 0);
}

/*
 * The longest time that the loop was busy between two ticks of a 10 ms timer. Judged by processor time, for a busy
 * test machine makes everybody wait; the wall clock's is printed.
 */
struct stall {
	uv_timer_t tick;
	uint64_t wall_ns, cpu_ns, longest_wall_ns, longest_cpu_ns;
};

static uint64_t cpu_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void stall_tick(uv_timer_t *t)
{
	struct stall *s = t->data;
	uint64_t wall = uv_hrtime(), cpu = cpu_now_ns();

	if (wall - s->wall_ns > s->longest_wall_ns)
		s->longest_wall_ns = wall - s->wall_ns;
	if (cpu - s->cpu_ns > s->longest_cpu_ns)
		s->longest_cpu_ns = cpu - s->cpu_ns;
	s->wall_ns = wall;
	s->cpu_ns = cpu;
}

static void stall_start(struct stall *s, uv_loop_t *loop)
{
	uv_timer_init(loop, &s->tick);
	s->tick.data = s;
	s->wall_ns = uv_hrtime();
	s->cpu_ns = cpu_now_ns();
	uv_timer_start(&s->tick, stall_tick, 10, 10);
}

struct good {
	struct session *session;
	int answers, wrong;
};

static void good_again(void *ctx, const struct session_reply *r)
{
	struct good *g = ctx;

	if (r) {
		g->answers++;
		g->wrong += r->why != NULL || strcmp(r->out.bytes, "good\n") != 0;
	}
	if (g->session)
		session_exec(g->session, &(struct session_command){.command = "echo good"}, good_again, g);
}

static void try_mode(const char *mode)
{
	struct hostile h;
	uv_loop_t loop;
	struct ssh_context *context;
	struct sshd_target to_good, to_bad;
	struct stall stall = {.longest_wall_ns = 0};
	struct good good = {0};
	struct outcome bad = {0};
	struct session *s;
	struct rusage before, after;

	hostile_start(&h, mode);
	uv_loop_init(&loop);
	context = ssh_context_new(&loop, NULL);
	sshd_target(&sshd, &to_good);
	sshd_target(&sshd, &to_bad);
	to_bad.target.name = "badhost";
	to_bad.target.port = h.port;
	to_bad.target.deadlines.handshake_ms = HANDSHAKE_MS;
	good.session = session_open(context, &to_good.target, NULL, NULL);
	good_again(&good, NULL);
	RUN_UNTIL(&loop, good.answers == 1);
	getrusage(RUSAGE_SELF, &before);
	stall_start(&stall, &loop);
	s = session_open(context, &to_bad.target, NULL, NULL);
	session_exec(s, &(struct session_command){.command = "echo never"}, outcome_take, &bad);
	while (!bad.answers)
		uv_run(&loop, UV_RUN_ONCE);
	stall_tick(&stall.tick);
	getrusage(RUSAGE_SELF, &after);
	print_message("%-22s %-12s busy %2d ms (wall %3d), good answers %3d, memory +%ld kB: %s\n", mode,
		      error_name(bad.why.code), (int)(stall.longest_cpu_ns / 1000000),
		      (int)(stall.longest_wall_ns / 1000000), good.answers, after.ru_maxrss - before.ru_maxrss,
		      bad.why.text);
	uv_close((uv_handle_t *)&stall.tick, NULL);
	session_close(s);
	session_close(good.session);
	good.session = NULL;
	ssh_context_free(context);
	loop_finish(&loop);
	hostile_stop(&h);
	assert_true(bad.why.code == ERROR_UNREACHABLE || bad.why.code == ERROR_TIMEOUT);
	/* A reset may be there before the connection is. */
	assert_true(strncmp(bad.why.text, "key exchange: ", 14) == 0 ||
		    (strcmp(mode, "reset") == 0 && strncmp(bad.why.text, "connecting: ", 12) == 0));
	assert_false(bad.started);
	assert_int_equal(good.wrong, 0);
	assert_true(stall.longest_cpu_ns <
		    (getenv("PGRESYNC_TEST_SLOW") ? 10u : 1u) * (uint64_t)STALL_MOST_MS * 1000000);
#ifndef __SANITIZE_ADDRESS__
	assert_true(after.ru_maxrss - before.ru_maxrss < 16 * 1024);
#endif
	outcome_done(&bad);
}

static void no_hostile_server_stops_the_loop(void **state)
{
	FILE *list = popen("/usr/bin/python3 " SOURCE_DIR "/tests/fake/hostile_sshd.py --list", "r");
	char mode[64];
	int n = 0;

	(void)state;
	assert_non_null(list);
	while (fgets(mode, sizeof(mode), list)) {
		mode[strcspn(mode, "\n")] = '\0';
		try_mode(mode);
		n++;
	}
	pclose(list);
	assert_true(n >= 30);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_hostile_server_stops_the_loop),
	};

	signal(SIGPIPE, SIG_IGN);
	if (!have_sshd())
		return 0;
	return cmocka_run_group_tests(tests, start, stop);
}
