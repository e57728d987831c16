/*
 * A real sshd on a loopback port, with keys and configuration of its own, for the tests of this folder.
 *
 * Each test program that includes it skips everything when there is no sshd (and fails where CI says so).
 */
#ifndef TESTS_UNIT_SSH_SSHD_H
#define TESTS_UNIT_SSH_SSHD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ssh/context.h"
#include "ssh/exec.h"
#include "ssh/session.h"
#include "ssh/target.h"

#define UNUSED __attribute__((unused))

struct sshd {
	char dir[64];
	pid_t pid;
	unsigned port;
	char known_hosts[128], key[128], user[64];
};

/* Runs a program and waits; its output goes nowhere. Returns the exit status. */
UNUSED static int run(const char *const *argv)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);
		char *copy[32];
		int n = 0;

		for (; argv[n] && n < 31; n++)
			copy[n] = strdup(argv[n]);
		copy[n] = NULL;
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execvp(copy[0], copy);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

UNUSED static void write_file(const char *path, const char *text, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	fchmod(fd, mode);
	close(fd);
}

UNUSED static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = mem_alloc(1 << 20);

	if (f) {
		size_t n = fread(text, 1, (1 << 20) - 1, f);

		text[n] = '\0';
		fclose(f);
	}
	return text;
}

UNUSED static unsigned free_port(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	close(fd);
	return ntohs(a.sin_port);
}

UNUSED static bool can_connect(unsigned port)
{
	struct sockaddr_in a = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool ok = connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0;

	close(fd);
	return ok;
}

/* "[127.0.0.1]:PORT TYPE BASE64" for a public key file. */
UNUSED static void trust_key(const struct sshd *d, const char *public_file, const char *names, const char *mark)
{
	char *public = read_file(public_file), *text;
	char *space = strchr(public, ' ');

	if (space && (space = strchr(space + 1, ' ')))
		*space = '\0';
	public[strcspn(public, "\n")] = '\0';
	text = names ? mem_printf("%s%s %s\n", mark, names, public) :
		       mem_printf("%s[127.0.0.1]:%u %s\n", mark, d->port, public);
	write_file(d->known_hosts, text, 0600);
	free(text);
	free(public);
}

UNUSED static bool have_sshd(void)
{
	if (access("/usr/sbin/sshd", X_OK) == 0)
		return true;
	if (getenv("CI"))
		fail_msg("no sshd on this machine");
	return false;
}

/*
 * host_key: "ed25519", "rsa", "ecdsa"; extra: more lines of sshd_config. SHLVL: bash then leaves ~/.bashrc alone,
 * whatever the machine's user put there.
 */
UNUSED static void sshd_start(struct sshd *d, const char *host_key, const char *extra)
{
	char path[256], public[256], *config, *log;

	*d = (struct sshd){0};
	snprintf(d->dir, sizeof(d->dir), "/tmp/pgresync-sshd-XXXXXX");
	assert_non_null(mkdtemp(d->dir));
	chmod(d->dir, 0755);
	snprintf(d->user, sizeof(d->user), "%s", getpwuid(geteuid())->pw_name);
	snprintf(d->known_hosts, sizeof(d->known_hosts), "%s/known_hosts", d->dir);
	snprintf(d->key, sizeof(d->key), "%s/id", d->dir);
	snprintf(path, sizeof(path), "%s/host", d->dir);
	assert_int_equal(RUN("ssh-keygen", "-q", "-t", host_key, "-N", "", "-f", path), 0);
	assert_int_equal(RUN("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", d->key), 0);
	snprintf(public, sizeof(public), "%s.pub", d->key);
	snprintf(path, sizeof(path), "%s/authorized", d->dir);
	assert_int_equal(RUN("cp", public, path), 0);
	d->port = free_port();
	config = mem_printf("Port %u\nListenAddress 127.0.0.1\nHostKey %s/host\nPidFile %s/pid\nUsePAM no\n"
			    "StrictModes no\nAuthorizedKeysFile %s/authorized\nPasswordAuthentication no\n"
			    "KbdInteractiveAuthentication no\nPermitRootLogin yes\nMaxStartups 100:30:200\n"
			    "LogLevel VERBOSE\nSetEnv SHLVL=9\n%s\n",
			    d->port, d->dir, d->dir, d->dir, extra ? extra : "");
	snprintf(path, sizeof(path), "%s/config", d->dir);
	write_file(path, config, 0644);
	free(config);
	if (geteuid() == 0)
		mkdir("/run/sshd", 0755);
	log = mem_printf("%s/log", d->dir);
	d->pid = fork();
	if (d->pid == 0) {
		int null = open("/dev/null", O_RDWR);

		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(null, 0);
		dup2(null, 1);
		dup2(null, 2);
		execl("/usr/sbin/sshd", "/usr/sbin/sshd", "-D", "-E", log, "-f", path, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 500 && !can_connect(d->port); i++)
		usleep(10000);
	free(log);
	snprintf(public, sizeof(public), "%s/host.pub", d->dir);
	trust_key(d, public, NULL, "");
}

UNUSED static void sshd_stop(struct sshd *d)
{
	if (d->pid > 0) {
		kill(d->pid, SIGTERM);
		waitpid(d->pid, NULL, 0);
	}
	RUN("rm", "-rf", d->dir);
}

/* A target for this sshd; the arrays live as long as the struct. */
struct sshd_target {
	struct ssh_target target;
	const char *identities[4], *known_hosts[4];
};

UNUSED static void sshd_target(const struct sshd *d, struct sshd_target *t)
{
	*t = (struct sshd_target){
		.target = {.name = "testhost", .address = "127.0.0.1", .port = d->port, .user = d->user},
		.identities = {d->key},
		.known_hosts = {d->known_hosts},
	};
	t->target.identities = t->identities;
	t->target.known_hosts = t->known_hosts;
}

/* What a command came to, copied. */
struct outcome {
	int answers;
	bool started;
	struct error why; /* ERROR_NONE: fine */
	int status_hint;
	char *out, *err;
	size_t out_size, err_size;
	uint64_t out_dropped, err_dropped;
};

UNUSED static void outcome_done(struct outcome *o)
{
	free(o->out);
	free(o->err);
	*o = (struct outcome){0};
}

UNUSED static void outcome_take(void *ctx, const struct session_reply *r)
{
	struct outcome *o = ctx;
	int answers = o->answers;

	outcome_done(o);
	o->answers = answers + 1;
	o->started = r->started;
	o->status_hint = r->status_hint;
	if (r->why)
		o->why = *r->why;
	o->out = mem_strndup(r->out.bytes, r->out.size);
	o->err = mem_strndup(r->err.bytes, r->err.size);
	o->out_size = r->out.size;
	o->err_size = r->err.size;
	o->out_dropped = r->out.dropped;
	o->err_dropped = r->err.dropped;
}

/* Runs the loop until it is true, for at most ten (or so many) seconds. */
#define RUN_UNTIL_WITHIN(loop, seconds, condition)                                           \
	do {                                                                                 \
		uint64_t give_up = uv_hrtime() + (uint64_t)(seconds)*1000000000u;            \
		while (!(condition)) {                                                       \
			if (uv_hrtime() > give_up)                                           \
				fail_msg("not within %d s: %s", (int)(seconds), #condition); \
			uv_run((loop), UV_RUN_NOWAIT);                                       \
			if (!(condition))                                                    \
				usleep(200);                                                 \
		}                                                                            \
	} while (0)
#define RUN_UNTIL(loop, condition) RUN_UNTIL_WITHIN(loop, 20, condition)

/* Closes the loop and proves that nothing was left in it. */
UNUSED static void loop_finish(uv_loop_t *loop)
{
	uv_run(loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(loop), 0);
}

#endif
