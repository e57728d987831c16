#include <sys/socket.h>
#include <sys/un.h>

#include "scratch.h"
#include "serve/systemd.h"

static int listen_at(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	memcpy(at.sun_path, path, strlen(path));
	if (path[0] == '@')
		at.sun_path[0] = '\0';
	assert_int_equal(
		bind(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path))),
		0);
	return fd;
}

static void check_arrives(const char *path)
{
	int fd = listen_at(path);
	char text[100] = "";

	setenv("NOTIFY_SOCKET", path, 1);
	assert_true(systemd_notify("READY=1"));
	assert_int_equal(recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT), 7);
	assert_string_equal(text, "READY=1");
	assert_true(systemd_notify_reloading());
	assert_true(recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT) > 0);
	assert_non_null(strstr(text, "RELOADING=1\nMONOTONIC_USEC="));
	close(fd);
	assert_false(systemd_notify("READY=1"));
}

static void words_arrive_at_a_socket_of_either_kind(void **state)
{
	struct scratch s;
	char path[96];

	(void)state;
	scratch_begin(&s);
	snprintf(path, sizeof(path), "%s/notify", s.dir);
	check_arrives(path);
	snprintf(path, sizeof(path), "@pgresync-test-%d", (int)getpid());
	check_arrives(path);
	scratch_end(&s);
}

static void without_a_socket_nobody_is_told(void **state)
{
	char path[300];

	(void)state;
	unsetenv("NOTIFY_SOCKET");
	assert_false(systemd_notify("READY=1"));
	setenv("NOTIFY_SOCKET", "relative", 1);
	assert_false(systemd_notify("READY=1"));
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	path[0] = '/';
	setenv("NOTIFY_SOCKET", path, 1);
	assert_false(systemd_notify("READY=1"));
	unsetenv("NOTIFY_SOCKET");
}

static void the_watchdog_is_ours_only_when_the_number_fits(void **state)
{
	char pid[32];

	(void)state;
	unsetenv("WATCHDOG_USEC");
	assert_int_equal(systemd_watchdog_ms(), 0);
	setenv("WATCHDOG_USEC", "30000000", 1);
	unsetenv("WATCHDOG_PID");
	assert_int_equal(systemd_watchdog_ms(), 30000);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(systemd_watchdog_ms(), 30000);
	setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(systemd_watchdog_ms(), 0);
	unsetenv("WATCHDOG_PID");
	setenv("WATCHDOG_USEC", "30x", 1);
	assert_int_equal(systemd_watchdog_ms(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_arrive_at_a_socket_of_either_kind),
		cmocka_unit_test(without_a_socket_nobody_is_told),
		cmocka_unit_test(the_watchdog_is_ours_only_when_the_number_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
