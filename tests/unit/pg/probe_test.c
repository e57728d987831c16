#include "pg/probe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/redact.h"

#include "unit/pg/server.h"

static struct server server;

static int make_server(void **state)
{
	const char *bin = server_bin_15();

	(void)state;
	if (!bin || !server_make(&server, bin) || !server_start(&server))
		return -1;
	return 0;
}

static int drop_server(void **state)
{
	(void)state;
	server_gone(&server);
	return 0;
}

static struct asked ask(const char *conninfo, const char *query, unsigned within_ms)
{
	const char *queries[] = {query, NULL};

	return server_ask(conninfo, queries, within_ms);
}

/* ---- what it answers ---- */

static void check_cells(void *ctx, const struct probe_reply *reply)
{
	(*(int *)ctx)++;
	assert_null(reply->why);
	assert_int_equal(reply->server_version / 10000, 15);
	assert_int_equal(reply->n_results, 3);
	assert_int_equal(reply->results[0].rows, 2);
	assert_int_equal(reply->results[0].columns, 2);
	assert_string_equal(probe_value(reply, 0, 0, 0), "1");
	assert_string_equal(probe_value(reply, 0, 0, 1), "a");
	assert_string_equal(probe_value(reply, 0, 1, 0), "2");
	assert_null(probe_value(reply, 0, 1, 1));
	assert_null(probe_value(reply, 0, 2, 0));
	assert_null(probe_value(reply, 0, 0, 2));
	assert_null(probe_value(reply, 0, -1, 0));
	assert_int_equal(reply->results[1].rows, 0);
	assert_string_equal(probe_value(reply, 2, 0, 0), "");
	assert_null(probe_value(reply, 3, 0, 0));
}

static const char *const *three_queries(void *ctx, int version)
{
	static const char *const queries[] = {"VALUES (1, 'a'), (2, NULL)", "SELECT 1 WHERE false", "SELECT ''", NULL};

	(void)ctx;
	assert_int_equal(version / 10000, 15);
	return queries;
}

static void every_query_is_answered_in_order(void **state)
{
	uv_loop_t loop;
	int calls = 0;

	(void)state;
	uv_loop_init(&loop);
	probe_ask(&loop, server_conninfo(&server), three_queries, 5000, check_cells, &calls);
	assert_int_equal(calls, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(calls, 1);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void no_query_at_all_is_an_answer(void **state)
{
	const char *const none[] = {NULL};
	struct asked a = server_ask(server_conninfo(&server), none, 5000);

	(void)state;
	assert_int_equal(a.calls, 1);
	assert_int_equal(a.why.code, ERROR_NONE);
	assert_int_equal(a.version / 10000, 15);
}

static void a_long_answer_comes_whole(void **state)
{
	struct asked a = ask(server_conninfo(&server),
			     "SELECT length(string_agg(x, '')) FROM (SELECT repeat('x', 1000) "
			     "AS x FROM generate_series(1, 3000)) AS t",
			     9000);

	(void)state;
	assert_string_equal(a.first, "3000000");
	a = ask(server_conninfo(&server), "SELECT repeat('y', 1000) FROM generate_series(1, 20000)", 9000);
	assert_int_equal(a.why.code, ERROR_NONE);
	assert_int_equal(a.first[399 - 1], 'y');
}

static void a_long_query_is_sent_whole(void **state)
{
	size_t n = 3000000;
	char *query = malloc(n + 100);
	struct asked a;

	(void)state;
	memcpy(query, "SELECT length('", 15);
	memset(query + 15, 'z', n);
	memcpy(query + 15 + n, "')", 3);
	a = ask(server_conninfo(&server), query, 9000);
	free(query);
	assert_string_equal(a.first, "3000000");
}

static void a_failing_query_is_the_hosts_error(void **state)
{
	const char *queries[] = {"SELECT 1", "SELECT nonsense", "SELECT 3", NULL};
	struct asked a = server_ask(server_conninfo(&server), queries, 5000);

	(void)state;
	assert_int_equal(a.calls, 1);
	assert_int_equal(a.why.code, ERROR_HOST);
	assert_non_null(strstr(a.why.text, "PostgreSQL: ERROR:  column \"nonsense\" does not exist"));
	assert_null(strchr(a.why.text, '\n'));
	assert_int_equal(a.n_results, 1);
}

static void a_probe_cannot_write(void **state)
{
	struct asked a = ask(server_conninfo(&server), "CREATE TABLE t (x int)", 5000);

	(void)state;
	assert_int_equal(a.why.code, ERROR_HOST);
	assert_non_null(strstr(a.why.text, "read-only transaction"));
}

/* ---- what it refuses, and what goes wrong ---- */

static void a_host_name_is_refused_for_it_would_block(void **state)
{
	static const char *const bad[] = {"host=localhost",	     "host=/tmp,localhost",	  "dbname=postgres", "",
					  "hostaddr=127.0.0.1,name", "postgresql://db.example/x", "host=1.2.3"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct asked a = ask(bad[i], "SELECT 1", 1000);

		assert_int_equal(a.calls, 1);
		assert_int_equal(a.why.code, ERROR_CONFIG);
	}
}

static void a_conninfo_that_cannot_be_read_is_not_quoted(void **state)
{
	struct asked a = ask("host=/tmp password=a b secretpart", "SELECT 1", 1000);

	(void)state;
	assert_int_equal(a.why.code, ERROR_CONFIG);
	assert_null(strstr(a.why.text, "secretpart"));
}

static void no_server_is_unreachable(void **state)
{
	struct asked a = ask("host=/nonexistent user=x", "SELECT 1", 5000);

	(void)state;
	assert_int_equal(a.calls, 1);
	assert_int_equal(a.why.code, ERROR_UNREACHABLE);
	assert_non_null(strstr(a.why.text, "No such file or directory"));
	assert_null(strchr(a.why.text, '\n'));
	a = ask("hostaddr=127.0.0.1 port=1 user=x", "SELECT 1", 5000);
	assert_int_equal(a.why.code, ERROR_UNREACHABLE);
	assert_non_null(strstr(a.why.text, "Connection refused"));
}

static void the_next_address_is_tried_on_another_socket(void **state)
{
	char conninfo[300];

	(void)state;
	snprintf(conninfo, sizeof(conninfo), "host=127.0.0.1,/nonexistent,%s port=1,5432,5432 user=postgres",
		 server.dir);
	assert_string_equal(ask(conninfo, "SELECT 42", 5000).first, "42");
}

static void a_wrong_password_is_told_without_it(void **state)
{
	char conninfo[300];
	struct asked a;

	(void)state;
	server_sql(&server, "CREATE ROLE needy LOGIN PASSWORD 'right'");
	server_do(&server, "sed -i '1i local all needy scram-sha-256' %s/data/pg_hba.conf", server.dir);
	server_sql(&server, "SELECT pg_reload_conf()");
	usleep(300000);
	snprintf(conninfo, sizeof(conninfo), "host=%s user=needy dbname=postgres password=wrongword", server.dir);
	a = ask(conninfo, "SELECT 1", 5000);
	assert_int_equal(a.why.code, ERROR_AUTH);
	assert_non_null(strstr(a.why.text, "password authentication failed"));
	assert_null(strstr(a.why.text, "wrongword"));
	snprintf(conninfo, sizeof(conninfo), "host=%s user=needy dbname=postgres", server.dir);
	a = ask(conninfo, "SELECT 1", 5000);
	assert_int_equal(a.why.code, ERROR_AUTH);
}

static void secrets_in_a_servers_text_are_blacked_out(void **state)
{
	struct asked a;

	(void)state;
	redact_add("topsecretword", 13);
	a = ask(server_conninfo(&server), "SELECT topsecretword, 'password=abc'::int", 5000);
	assert_int_equal(a.why.code, ERROR_HOST);
	assert_null(strstr(a.why.text, "topsecretword"));
	assert_non_null(strstr(a.why.text, "[redacted]"));
	redact_forget();
}

static void a_slow_query_meets_the_deadline(void **state)
{
	int64_t before = clock_monotonic_ms();
	struct asked a = ask(server_conninfo(&server), "SELECT pg_sleep(20)", 600);

	(void)state;
	assert_int_equal(a.calls, 1);
	assert_true(a.why.code == ERROR_TIMEOUT || strstr(a.why.text, "statement timeout"));
	assert_in_range(clock_monotonic_ms() - before, 500, 3000);
}

static void a_stopped_server_meets_the_deadline(void **state)
{
	int64_t before;
	struct asked a;

	(void)state;
	kill(server.pid, SIGSTOP);
	before = clock_monotonic_ms();
	a = ask(server_conninfo(&server), "SELECT 1", 500);
	kill(server.pid, SIGCONT);
	assert_int_equal(a.calls, 1);
	assert_int_equal(a.why.code, ERROR_TIMEOUT);
	assert_non_null(strstr(a.why.text, "within 500 ms (connecting)"));
	assert_in_range(clock_monotonic_ms() - before, 450, 2000);
	assert_int_equal(a.version, 0);
}

/* ---- a server of our own that misbehaves ---- */

/* Listens where a PostgreSQL server would, takes one connection and treats it in the way of `mode`. */
static pid_t bad_server(char dir[32], char mode)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), peer;
	pid_t pid;

	memcpy(dir, "/tmp/pgresync-bad-XXXXXX", 25);
	assert_non_null(mkdtemp(dir));
	snprintf(to.sun_path, sizeof(to.sun_path), "%s/.s.PGSQL.5432", dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(listen(fd, 5), 0);
	pid = fork();
	if (pid == 0) {
		char bytes[4096];
		static const char auth_ok[] = "R\0\0\0\010\0\0\0\0Z\0\0\0\005I";

		signal(SIGPIPE, SIG_IGN);
		alarm(20);
		peer = accept(fd, NULL, NULL);
		if (read(peer, bytes, sizeof(bytes)) < 0)
			_exit(1);
		if (mode == 'g')
			for (int i = 0; i < 1000; i++)
				if (write(peer, "HTTP/1.1 400 Bad Request\r\n\r\n", 28) < 0)
					break;
		if (mode == 'o' || mode == 'd')
			if (write(peer, auth_ok, sizeof(auth_ok) - 1) < 0)
				_exit(1);
		if (mode == 'd' && read(peer, bytes, sizeof(bytes)) < 0)
			_exit(1);
		if (mode == 'o' || mode == 's')
			pause();
		_exit(0);
	}
	close(fd);
	return pid;
}

static struct asked ask_bad_server(char mode)
{
	char dir[32], conninfo[100], path[64];
	pid_t pid = bad_server(dir, mode);
	struct asked a;

	snprintf(conninfo, sizeof(conninfo), "host=%s user=x", dir);
	a = ask(conninfo, "SELECT 1", 500);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	snprintf(path, sizeof(path), "%s/.s.PGSQL.5432", dir);
	unlink(path);
	rmdir(dir);
	return a;
}

static void a_server_that_hangs_up_is_unreachable(void **state)
{
	struct asked a = ask_bad_server('c');

	(void)state;
	assert_int_equal(a.calls, 1);
	assert_int_equal(a.why.code, ERROR_UNREACHABLE);
	a = ask_bad_server('d');
	assert_int_equal(a.calls, 1);
	assert_int_equal(a.why.code, ERROR_UNREACHABLE);
	assert_non_null(strstr(a.why.text, "closed the connection"));
}

static void a_server_that_is_silent_meets_the_deadline(void **state)
{
	struct asked a = ask_bad_server('s');

	(void)state;
	assert_int_equal(a.why.code, ERROR_TIMEOUT);
	assert_non_null(strstr(a.why.text, "(connecting)"));
	a = ask_bad_server('o');
	assert_int_equal(a.why.code, ERROR_TIMEOUT);
	assert_non_null(strstr(a.why.text, "waiting for a query"));
}

static void something_else_than_postgresql_is_told(void **state)
{
	struct asked a = ask_bad_server('g');

	(void)state;
	assert_int_equal(a.calls, 1);
	assert_true(a.why.code == ERROR_UNREACHABLE || a.why.code == ERROR_TIMEOUT);
}

/* ---- cancelling ---- */

/* Lets the loop turn so many times, cancels, and sees that nothing is called and nothing is left. */
static void cancel_after(int turns, const char *conninfo, const char *query)
{
	const char *queries[] = {query, NULL};
	struct asked a = {.queries = queries};
	uv_loop_t loop;
	struct probe *p;

	uv_loop_init(&loop);
	p = probe_ask(&loop, conninfo, asked_choose, 5000, asked_noted, &a);
	for (int i = 0; i < turns && a.calls == 0; i++)
		uv_run(&loop, UV_RUN_ONCE);
	if (a.calls == 0) {
		probe_cancel(p);
		uv_run(&loop, UV_RUN_DEFAULT);
		assert_int_equal(a.calls, 0);
	} else {
		uv_run(&loop, UV_RUN_DEFAULT);
		assert_int_equal(a.calls, 1);
	}
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void it_can_be_cancelled_in_each_state(void **state)
{
	(void)state;
	for (int turns = 0; turns < 10; turns++) {
		cancel_after(turns, server_conninfo(&server), "SELECT pg_sleep(0.05)");
		cancel_after(turns, "host=/nonexistent", "SELECT 1");
		cancel_after(turns, "host=name", "SELECT 1");
	}
}

static struct probe *to_cancel;

static const char *const *cancel_in_choose(void *ctx, int version)
{
	static const char *const none[] = {NULL};

	(void)ctx;
	(void)version;
	probe_cancel(to_cancel);
	return none;
}

static void it_can_be_cancelled_when_asked_for_queries(void **state)
{
	struct asked a = {0};
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	to_cancel = probe_ask(&loop, server_conninfo(&server), cancel_in_choose, 5000, asked_noted, &a);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(a.calls, 0);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void many_at_once_are_all_answered(void **state)
{
	const char *queries[] = {"SELECT pg_sleep(0.2)", "SELECT 5", NULL};
	struct asked asked[40];
	uv_loop_t loop;
	int64_t before = clock_monotonic_ms();

	(void)state;
	uv_loop_init(&loop);
	for (int i = 0; i < 40; i++) {
		asked[i] = (struct asked){.queries = queries};
		probe_ask(&loop, server_conninfo(&server), asked_choose, 9000, asked_noted, &asked[i]);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	for (int i = 0; i < 40; i++) {
		assert_int_equal(asked[i].calls, 1);
		assert_string_equal(asked[i].first, "5");
	}
	assert_true(clock_monotonic_ms() - before < 40 * 200 / 2);
}

/* ---- a server that goes away and comes back; these stand last ---- */

static void a_server_that_dies_under_a_query_is_unreachable(void **state)
{
	const char *queries[] = {"SELECT 1", "SELECT pg_sleep(10)", NULL};
	struct asked a = {.queries = queries};
	uv_loop_t loop;

	(void)state;
	uv_loop_init(&loop);
	probe_ask(&loop, server_conninfo(&server), asked_choose, 9000, asked_noted, &a);
	while (a.version == 0)
		uv_run(&loop, UV_RUN_ONCE);
	usleep(200000);
	server_stop(&server, SIGQUIT);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	assert_int_equal(a.calls, 1);
	assert_int_equal(a.why.code, ERROR_UNREACHABLE);
}

static void a_server_that_is_starting_up_is_unreachable_for_now(void **state)
{
	struct asked a = {0};

	(void)state;
	server_append(&server, "standby.signal", "");
	server_append(&server, "postgresql.auto.conf", "restore_command = 'sleep 3; false'");
	server_launch(&server);
	for (int i = 0; i < 100 && !strstr(a.why.text, "starting up"); i++) {
		usleep(50000);
		a = ask(server_conninfo(&server), "SELECT 1", 5000);
	}
	assert_int_equal(a.why.code, ERROR_UNREACHABLE);
	assert_true(error_may_retry(a.why.code));
	assert_non_null(strstr(a.why.text, "FATAL:  the database system is starting up"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_query_is_answered_in_order),
		cmocka_unit_test(no_query_at_all_is_an_answer),
		cmocka_unit_test(a_long_answer_comes_whole),
		cmocka_unit_test(a_long_query_is_sent_whole),
		cmocka_unit_test(a_failing_query_is_the_hosts_error),
		cmocka_unit_test(a_probe_cannot_write),
		cmocka_unit_test(a_host_name_is_refused_for_it_would_block),
		cmocka_unit_test(a_conninfo_that_cannot_be_read_is_not_quoted),
		cmocka_unit_test(no_server_is_unreachable),
		cmocka_unit_test(the_next_address_is_tried_on_another_socket),
		cmocka_unit_test(a_wrong_password_is_told_without_it),
		cmocka_unit_test(secrets_in_a_servers_text_are_blacked_out),
		cmocka_unit_test(a_slow_query_meets_the_deadline),
		cmocka_unit_test(a_stopped_server_meets_the_deadline),
		cmocka_unit_test(a_server_that_hangs_up_is_unreachable),
		cmocka_unit_test(a_server_that_is_silent_meets_the_deadline),
		cmocka_unit_test(something_else_than_postgresql_is_told),
		cmocka_unit_test(it_can_be_cancelled_in_each_state),
		cmocka_unit_test(it_can_be_cancelled_when_asked_for_queries),
		cmocka_unit_test(many_at_once_are_all_answered),
		cmocka_unit_test(a_server_that_dies_under_a_query_is_unreachable),
		cmocka_unit_test(a_server_that_is_starting_up_is_unreachable_for_now),
	};

	return cmocka_run_group_tests(tests, make_server, drop_server);
}
