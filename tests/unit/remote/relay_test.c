/* libpq (in psql) through the relay to a real PostgreSQL 15: over a local sh, and over SSH with peer authentication. */
#include "support.h"
#include "unit/ssh/sshd.h"

#include "remote/relay.h"
#include "remote/transport_local.h"
#include "remote/transport_ssh.h"

#define PG_BIN "/usr/lib/postgresql/15/bin"

static struct sshd sshd;
static char pg_dir[64];

struct fixture {
	uv_loop_t loop;
	struct ssh_context *context; /* NULL: the local transport */
	struct relay *relay;
	uv_process_t psql;
	uv_pipe_t in, out, err;
	struct buf said, complained;
	int64_t status;
	unsigned ended;
};

static int as_postgres(const char *a, const char *b, const char *c, const char *d, const char *e, const char *f)
{
	return RUN("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", a, b, c, d, e, f);
}

static int server(const char *action)
{
	char data[96];

	snprintf(data, sizeof(data), "%s/data", pg_dir);
	return as_postgres(PG_BIN "/pg_ctl", "-w", "-D", data, "-mfast", action);
}

static bool make_server(void)
{
	char data[96], conf[128], *text;

	snprintf(pg_dir, sizeof(pg_dir), "/tmp/relay-test-XXXXXX");
	assert_non_null(mkdtemp(pg_dir));
	chmod(pg_dir, 0755);
	if (RUN("chown", "postgres", pg_dir))
		return false;
	snprintf(data, sizeof(data), "%s/data", pg_dir);
	if (as_postgres(PG_BIN "/initdb", "-Apeer", "-N", "-D", data, NULL))
		return false;
	snprintf(conf, sizeof(conf), "%s/postgresql.auto.conf", data);
	text = mem_printf("listen_addresses = ''\nunix_socket_directories = '%s'\nfsync = off\n", pg_dir);
	write_file(conf, text, 0644);
	free(text);
	/* The local transport is not postgres: `them` may come in without being asked who they are. */
	snprintf(conf, sizeof(conf), "%s/pg_hba.conf", data);
	write_file(conf, "local them all trust\nlocal all postgres peer\n", 0644);
	return server("start") == 0;
}

static void open_relay(struct fixture *f, const char *socket_dir)
{
	struct sshd_target target;
	struct relay_spec spec = {.name = "db-1", .socket_dir = socket_dir, .port = 5432, .users_ignored = !f->context};
	struct error why = {0};

	sshd_target(&sshd, &target);
	spec.transport = f->context ? transport_ssh_new(f->context, &target.target, NULL, NULL) :
				      transport_local_new(&f->loop, NULL);
	f->relay = relay_open(&f->loop, &spec, &why);
	assert_string_equal(why.text, "");
}

static int begin_with(void **state, bool over_ssh)
{
	struct fixture *f = mem_new(struct fixture);

	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&f->loop);
	f->context = over_ssh ? ssh_context_new(&f->loop, NULL) : NULL;
	buf_init(&f->said, 64 << 20);
	buf_init(&f->complained, 1 << 20);
	open_relay(f, pg_dir);
	*state = f;
	return 0;
}

static int begin_local(void **state)
{
	return begin_with(state, false);
}

static int begin_ssh(void **state)
{
	return begin_with(state, true);
}

static int end(void **state)
{
	struct fixture *f = *state;

	relay_close(f->relay);
	run_for(&f->loop, 30);
	if (f->context)
		ssh_context_free(f->context);
	loop_end(&f->loop);
	buf_done(&f->said);
	buf_done(&f->complained);
	free(f);
	return 0;
}

static void room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	(void)handle;
	*buf = uv_buf_init(malloc(suggested), (unsigned)suggested);
}

static void take(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct fixture *f = stream->data;

	if (n > 0)
		buf_add(stream == (uv_stream_t *)&f->out ? &f->said : &f->complained, buf->base, (size_t)n);
	free(buf->base);
	if (n < 0) {
		uv_close((uv_handle_t *)stream, NULL);
		f->ended++;
	}
}

static void psql_exited(uv_process_t *p, int64_t status, int signal)
{
	struct fixture *f = p->data;

	(void)signal;
	f->status = status;
	f->ended++;
	uv_close((uv_handle_t *)p, NULL);
}

/* Runs one psql through the relay; input is what stands after COPY … FROM STDIN. */
static void psql(struct fixture *f, const char *database, const char *sql, const char *input, size_t input_size)
{
	scoped_mem char *conninfo = mem_printf("%s dbname=%s", relay_conninfo(f->relay), database);
	char *argv[] = {(char[]){"psql"}, (char[]){"-XAtqd"}, conninfo, (char[]){"-c"}, mem_strdup(sql), NULL};
	uv_stdio_container_t stdio[3] = {
		{.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&f->in},
		{.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&f->out},
		{.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&f->err},
	};
	uv_process_options_t o = {
		.exit_cb = psql_exited, .file = "psql", .args = argv, .stdio_count = 3, .stdio = stdio};
	uv_buf_t buf = uv_buf_init(NULL, 0);
	uv_write_t request;

	f->ended = 0;
	buf_clear(&f->said);
	buf_clear(&f->complained);
	uv_pipe_init(&f->loop, &f->in, 0);
	uv_pipe_init(&f->loop, &f->out, 0);
	uv_pipe_init(&f->loop, &f->err, 0);
	f->in.data = f->out.data = f->err.data = f->psql.data = f;
	assert_int_equal(uv_spawn(&f->loop, &f->psql, &o), 0);
	uv_read_start((uv_stream_t *)&f->out, room, take);
	uv_read_start((uv_stream_t *)&f->err, room, take);
	if (input_size) {
		uv_shutdown_t end_of_input;

		buf.base = mem_strndup(input, input_size);
		buf.len = input_size;
		uv_write(&request, (uv_stream_t *)&f->in, &buf, 1, NULL);
		uv_shutdown(&end_of_input, (uv_stream_t *)&f->in, NULL);
		run_until(&f->loop, &f->ended, 3, 40000);
	} else {
		run_until(&f->loop, &f->ended, 3, 40000);
	}
	uv_close((uv_handle_t *)&f->in, NULL);
	run_for(&f->loop, 20);
	free(buf.base);
	free(argv[4]);
}

static void a_query_is_answered(void **state)
{
	struct fixture *f = *state;

	psql(f, "postgres", "SELECT current_user || 6*7", NULL, 0);
	assert_string_equal(f->complained.bytes, "");
	assert_string_equal(f->said.bytes, "postgres42\n");
	assert_null(relay_why(f->relay));
}

static void a_query_is_answered_locally(void **state)
{
	struct fixture *f = *state;

	psql(f, "them", "SELECT 6*7", NULL, 0);
	assert_string_equal(f->complained.bytes, "");
	assert_string_equal(f->said.bytes, "42\n");
}

static void connections_come_one_after_another(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 5; i++) {
		psql(f, "them", "SELECT 'E\n\n', repeat(E'\\n', 70000)", NULL, 0);
		assert_string_equal(f->complained.bytes, "");
		assert_int_equal(f->said.used, 70000 + 5);
	}
}

static void twenty_megabytes_come_back(void **state)
{
	struct fixture *f = *state;

	psql(f, "them", "SELECT repeat('0123456789', 100000) FROM generate_series(1, 20)", NULL, 0);
	assert_string_equal(f->complained.bytes, "");
	assert_int_equal(f->said.used, 20 * 1000001);
}

static void megabytes_go_there(void **state)
{
	struct fixture *f = *state;
	size_t size = 8 << 20;
	scoped_mem char *input = mem_alloc(size);
	char *answer;

	memset(input, 'x', size);
	for (size_t i = 1023; i < size; i += 1024)
		input[i] = '\n';
	psql(f, "them", "CREATE TEMP TABLE t (x text); COPY t FROM STDIN; SELECT count(*), sum(length(x)) FROM t",
	     input, size);
	answer = mem_printf("%zu|%zu\n", size / 1024, size / 1024 * 1023);
	assert_string_equal(f->complained.bytes, "");
	assert_string_equal(f->said.bytes, answer);
	free(answer);
}

static void a_server_that_is_down_is_told_apart(void **state)
{
	struct fixture *f = *state;

	relay_close(f->relay);
	open_relay(f, "/nowhere");
	psql(f, "them", "SELECT 1", NULL, 0);
	assert_int_equal(f->status, 2);
	assert_non_null(relay_why(f->relay));
	assert_int_equal(relay_why(f->relay)->code, ERROR_HOST);
	assert_string_equal(relay_why(f->relay)->text, "PostgreSQL on db-1 is not running: /nowhere/.s.PGSQL.5432: "
						       "No such file or directory");
}

static void an_end_of_the_server_reaches_libpq(void **state)
{
	struct fixture *f = *state;

	psql(f, "them", "SELECT pg_terminate_backend(pg_backend_pid())", NULL, 0);
	assert_non_null(strstr(f->complained.bytes, "terminating connection"));
	psql(f, "them", "SELECT 1", NULL, 0);
	assert_string_equal(f->said.bytes, "1\n");
}

static void a_host_out_of_reach_is_told_apart(void **state)
{
	struct fixture *f = *state;
	unsigned port = sshd.port;

	relay_close(f->relay);
	sshd.port = 1;
	open_relay(f, pg_dir);
	sshd.port = port;
	psql(f, "postgres", "SELECT 1", NULL, 0);
	assert_non_null(relay_why(f->relay));
	assert_int_equal(relay_why(f->relay)->code, ERROR_UNREACHABLE);
}

static void the_socket_is_private_and_goes_with_the_relay(void **state)
{
	struct fixture *f = *state;
	char path[128];
	struct stat st;

	assert_int_equal(sscanf(relay_conninfo(f->relay), "host=%127s", path), 1);
	if (path[0] == '\'')
		memmove(path, path + 1, strlen(path));
	path[strcspn(path, "'")] = '\0';
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	relay_close(f->relay);
	run_for(&f->loop, 50);
	assert_int_equal(stat(path, &st), -1);
	open_relay(f, pg_dir);
}

static void closing_cuts_a_running_query(void **state)
{
	struct fixture *f = *state;
	scoped_mem char *conninfo = mem_printf("%s dbname=them", relay_conninfo(f->relay));
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 1);
		dup2(null, 2);
		execlp("psql", "psql", "-Xqd", conninfo, "-c", "SELECT pg_sleep(60)", (char *)NULL);
		_exit(1);
	}
	run_for(&f->loop, 700);
	relay_close(f->relay);
	run_for(&f->loop, 200);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_not_equal(status, 0);
	open_relay(f, pg_dir);
}

#define LOCAL(name) cmocka_unit_test_setup_teardown(name, begin_local, end)
#define SSH(name) cmocka_unit_test_setup_teardown(name, begin_ssh, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOCAL(a_query_is_answered_locally),
		LOCAL(connections_come_one_after_another),
		LOCAL(twenty_megabytes_come_back),
		LOCAL(megabytes_go_there),
		LOCAL(an_end_of_the_server_reaches_libpq),
		LOCAL(a_server_that_is_down_is_told_apart),
		LOCAL(the_socket_is_private_and_goes_with_the_relay),
		LOCAL(closing_cuts_a_running_query),
		SSH(a_query_is_answered),
		SSH(connections_come_one_after_another),
		SSH(twenty_megabytes_come_back),
		SSH(megabytes_go_there),
		SSH(an_end_of_the_server_reaches_libpq),
		SSH(a_server_that_is_down_is_told_apart),
		SSH(a_host_out_of_reach_is_told_apart),
		SSH(closing_cuts_a_running_query),
	};
	int failed;

	if (!have_sshd() || access(PG_BIN "/initdb", X_OK) || geteuid() != 0) {
		if (!getenv("CI"))
			return 0;
		fprintf(stderr, "this test needs root, sshd and PostgreSQL 15\n");
		return 1;
	}
	sshd_start(&sshd, "ed25519", NULL);
	if (!make_server())
		return 1;
	failed = RUN("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "createdb", "-h", pg_dir,
		     "them");
	failed += cmocka_run_group_tests(tests, NULL, NULL);
	server("stop");
	sshd_stop(&sshd);
	RUN("rm", "-rf", pg_dir);
	return failed;
}
