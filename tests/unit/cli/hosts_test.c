/*
 * hosts trust against a real sshd of our own, which is asked for its key and nothing else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "unit/cli/program.h"

enum { STARTS_WITHIN_MS = 5000 };

static pid_t server;
static unsigned port;

static void run_tool(const char *const *argv)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int connect_to_server(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM, 0), result;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	result = connect(fd, (const struct sockaddr *)&address, sizeof(address));
	close(fd);
	return result;
}

/* A port that nobody listens on now. */
static unsigned free_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	close(fd);
	return ntohs(address.sin_port);
}

static void start_server(struct bench *b, const char *key)
{
	scoped_mem char *path = mem_printf("%s/%s", b->folder, key);
	scoped_mem char *config = mem_printf("%s/sshd_config", b->folder);
	scoped_mem char *text =
		mem_printf("Port %u\nListenAddress 127.0.0.1\nHostKey %s\nPidFile none\nUsePAM no\n", port, path);
	struct stat st;

	if (stat(path, &st) != 0)
		run_tool((const char *const[]){"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path, NULL});
	write_file(config, text);
	mkdir("/run/sshd", 0755);
	server = fork();
	if (server == 0) {
		execl("/usr/sbin/sshd", "/usr/sbin/sshd", "-D", "-f", config, (char *)NULL);
		_exit(127);
	}
	for (int waited = 0; connect_to_server() != 0; waited += 20) {
		assert_true(waited < STARTS_WITHIN_MS);
		usleep(20000);
	}
}

static void stop_server(void)
{
	if (server > 0) {
		kill(server, SIGTERM);
		waitpid(server, NULL, 0);
	}
	server = 0;
}

static int begin_with_server(void **state)
{
	struct bench *b;

	if (program_begin(state) != 0)
		return -1;
	b = *state;
	port = free_port();
	scoped_mem char *text =
		mem_printf("version: 1\n"
			   "defaults:\n"
			   "  ssh: {user: nobody, port: %u, allow_loopback: true, known_hosts: [%s/known]}\n"
			   "  postgresql: {version: \"10\", cluster: main}\n"
			   "sites: {here: {}}\n"
			   "environments: {test: {}}\n"
			   "hosts:\n"
			   "  pg-1: {address: 127.0.0.1, site: here, environment: test}\n"
			   "pairs: []\n",
			   port, b->folder);

	write_file(b->yaml, text);
	start_server(b, "key_1");
	expect(b, "inventory import @/fleet.yml", 0);
	return 0;
}

static int end_with_server(void **state)
{
	stop_server();
	return program_end(state);
}

static void key_is_shown_and_not_accepted_without_a_yes(void **state)
{
	struct bench *b = *state;

	expect(b, "hosts trust pg-1", 5);
	assert_non_null(strstr(b->err.bytes, "ssh-ed25519 SHA256:"));
	assert_non_null(strstr(b->err.bytes, "--yes"));
	expect(b, "hosts list", 0);
	assert_string_equal(b->out.bytes, "");
}

static void accepted_key_is_known_and_audited(void **state)
{
	struct bench *b = *state;

	expect(b, "hosts trust pg-1 --yes", 0);
	assert_non_null(strstr(b->err.bytes, "accepted"));
	expect(b, "hosts trust pg-1", 0);
	assert_non_null(strstr(b->err.bytes, "(known)"));
	expect(b, "audit", 0);
	assert_non_null(strstr(b->out.bytes, "trust.add"));
	expect(b, "hosts distrust pg-1", 0);
	expect(b, "hosts list", 0);
	assert_string_equal(b->out.bytes, "");
}

static void changed_key_needs_more_than_a_yes(void **state)
{
	struct bench *b = *state;

	expect(b, "hosts trust pg-1 --yes", 0);
	stop_server();
	start_server(b, "key_2");
	expect(b, "hosts trust pg-1 --yes", 5);
	assert_non_null(strstr(b->err.bytes, "(changed)"));
	expect(b, "hosts trust pg-1 --yes --replace", 0);
	expect(b, "hosts trust pg-1", 0);
	assert_non_null(strstr(b->err.bytes, "(known)"));
}

static void other_fingerprint_is_refused(void **state)
{
	struct bench *b = *state;

	expect(b, "hosts trust pg-1 --yes --fingerprint=SHA256:AAAA", 5);
	expect(b, "hosts list", 0);
	assert_string_equal(b->out.bytes, "");
}

static void host_that_is_away_is_named(void **state)
{
	struct bench *b = *state;

	stop_server();
	expect(b, "hosts trust pg-1 --yes", 4);
	assert_memory_equal(b->err.bytes, "pgresync: pg-1: ", 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(key_is_shown_and_not_accepted_without_a_yes, begin_with_server,
						end_with_server),
		cmocka_unit_test_setup_teardown(accepted_key_is_known_and_audited, begin_with_server, end_with_server),
		cmocka_unit_test_setup_teardown(changed_key_needs_more_than_a_yes, begin_with_server, end_with_server),
		cmocka_unit_test_setup_teardown(other_fingerprint_is_refused, begin_with_server, end_with_server),
		cmocka_unit_test_setup_teardown(host_that_is_away_is_named, begin_with_server, end_with_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
