/* Hostile servers: each ends in an error, none stops the loop, and a session to a good server goes on beside it. */
#include "sshd.h"

#include <sys/resource.h>

/* Wanted: 50 ms. More is let pass, for test machines are busy. */
enum { STALL_MOST_MS = 200, HANDSHAKE_MS = 1500 };

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
		execlp("python3", "python3", SOURCE_DIR "/tests/fake/hostile_sshd.py", mode, (char *)NULL);
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

/* The longest time between two turns of a loop that never has reason to sleep longer than 10 ms. */
struct stall {
	uv_timer_t tick;
	uint64_t last_ns, longest_ns;
};

static void stall_tick(uv_timer_t *t)
{
	struct stall *s = t->data;
	uint64_t now = uv_hrtime();

	if (s->last_ns && now - s->last_ns > s->longest_ns)
		s->longest_ns = now - s->last_ns;
	s->last_ns = now;
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
	struct stall stall = {.last_ns = 0};
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
	uv_timer_init(&loop, &stall.tick);
	stall.tick.data = &stall;
	uv_timer_start(&stall.tick, stall_tick, 10, 10);
	stall.last_ns = uv_hrtime();
	s = session_open(context, &to_bad.target, NULL, NULL);
	session_exec(s, &(struct session_command){.command = "echo never"}, outcome_take, &bad);
	while (!bad.answers)
		uv_run(&loop, UV_RUN_ONCE);
	stall_tick(&stall.tick);
	getrusage(RUSAGE_SELF, &after);
	print_message("%-22s %-12s stall %3d ms, good answers %3d, memory +%ld kB: %s\n", mode,
		      error_name(bad.why.code), (int)(stall.longest_ns / 1000000), good.answers,
		      after.ru_maxrss - before.ru_maxrss, bad.why.text);
	uv_close((uv_handle_t *)&stall.tick, NULL);
	session_close(s);
	session_close(good.session);
	good.session = NULL;
	ssh_context_free(context);
	loop_finish(&loop);
	hostile_stop(&h);
	assert_true(bad.why.code == ERROR_UNREACHABLE || bad.why.code == ERROR_TIMEOUT);
	assert_int_equal(strncmp(bad.why.text, "key exchange: ", 14), 0);
	assert_false(bad.started);
	assert_int_equal(good.wrong, 0);
	assert_true(stall.longest_ns < (uint64_t)STALL_MOST_MS * 1000000);
	assert_true(after.ru_maxrss - before.ru_maxrss < 16 * 1024);
	outcome_done(&bad);
}

static void no_hostile_server_stops_the_loop(void **state)
{
	FILE *list = popen("python3 " SOURCE_DIR "/tests/fake/hostile_sshd.py --list", "r");
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
