/* Ways to a host, host keys and identities, against a real sshd. */
#include "sshd.h"

#include <libssh2.h>
#include <sys/un.h>

#include "base/secret.h"
#include "ssh/scan.h"
#include "ssh/stream.h"

static struct sshd sshd;
static uv_loop_t loop;
static struct ssh_context *context;
static struct sshd_target target;

static int set_up(void **state)
{
	(void)state;
	uv_loop_init(&loop);
	context = ssh_context_new(&loop, NULL);
	sshd_target(&sshd, &target);
	return 0;
}

static int tear_down(void **state)
{
	char path[256], public[256];

	(void)state;
	ssh_context_free(context);
	loop_finish(&loop);
	snprintf(path, sizeof(path), "%s/host.pub", sshd.dir);
	trust_key(&sshd, path, NULL, "");
	snprintf(path, sizeof(path), "%s/authorized", sshd.dir);
	snprintf(sshd.key, sizeof(sshd.key), "%s/id", sshd.dir);
	snprintf(public, sizeof(public), "%s.pub", sshd.key);
	RUN("cp", public, path);
	return 0;
}

/* Opens a session, runs `echo in`, closes. */
static struct outcome try_target(const struct ssh_target *t)
{
	struct session *s = session_open(context, t, NULL, NULL);
	struct outcome o = {0};

	session_exec(s, &(struct session_command){.command = "echo in"}, outcome_take, &o);
	RUN_UNTIL_WITHIN(&loop, 60, o.answers);
	session_close(s);
	return o;
}

static void assert_in(const struct ssh_target *t)
{
	struct outcome o = try_target(t);

	assert_string_equal(o.why.text, "");
	assert_string_equal(o.out, "in\n");
	outcome_done(&o);
}

static void assert_refused(const struct ssh_target *t, enum error_code code, const char *text)
{
	struct outcome o = try_target(t);

	if (o.why.code != code || !strstr(o.why.text, text))
		print_message("%s: %s\n", error_name(o.why.code), o.why.text);
	assert_int_equal(o.why.code, code);
	assert_non_null(strstr(o.why.text, text));
	assert_false(o.started);
	outcome_done(&o);
}

/* A key of that type that sshd lets in. */
static void use_key(const char *type, const char *passphrase, const char *format)
{
	char *path = mem_printf("%s/id_%s_%s_%s", sshd.dir, type, *passphrase ? "locked" : "open", format);
	char *public = mem_printf("%s.pub", path), *authorized = mem_printf("%s/authorized", sshd.dir);

	unlink(path);
	if (strcmp(format, "pem") == 0)
		assert_int_equal(RUN("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-m", "PEM", "-f", path), 0);
	else
		assert_int_equal(RUN("ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", path), 0);
	assert_int_equal(RUN("cp", public, authorized), 0);
	snprintf(sshd.key, sizeof(sshd.key), "%s", path);
	free(path);
	free(public);
	free(authorized);
}

static bool auth_was_tried(void)
{
	char *path = mem_printf("%s/log", sshd.dir), *log = read_file(path);
	bool tried = strstr(log, "Accepted publickey") != NULL || strstr(log, "Failed publickey") != NULL;

	free(path);
	free(log);
	return tried;
}

/* --- host keys --- */

static void an_unknown_host_key_stops_before_anything_is_sent(void **state)
{
	(void)state;
	write_file(sshd.known_hosts, "", 0600);
	assert_refused(&target.target, ERROR_HOST_KEY, "pgresync hosts trust testhost");
	assert_false(auth_was_tried());
}

static void a_changed_host_key_shows_its_fingerprint(void **state)
{
	char *public = mem_printf("%s/id.pub", sshd.dir);

	(void)state;
	trust_key(&sshd, public, NULL, "");
	assert_refused(&target.target, ERROR_HOST_KEY, "CHANGED");
	assert_refused(&target.target, ERROR_HOST_KEY, "SHA256:");
	assert_false(auth_was_tried());
	free(public);
}

static void a_revoked_host_key_is_refused(void **state)
{
	char *public = mem_printf("%s/host.pub", sshd.dir), *plain, *both;

	(void)state;
	plain = read_file(sshd.known_hosts);
	both = mem_printf("%s@revoked %s", plain, plain);
	write_file(sshd.known_hosts, both, 0600);
	assert_refused(&target.target, ERROR_HOST_KEY, "revoked");
	assert_false(auth_was_tried());
	free(public);
	free(plain);
	free(both);
}

static void a_certificate_authority_is_no_host_key(void **state)
{
	char *public = mem_printf("%s/host.pub", sshd.dir);

	(void)state;
	trust_key(&sshd, public, NULL, "@cert-authority ");
	assert_refused(&target.target, ERROR_HOST_KEY, "certificate authority");
	free(public);
}

struct scanned {
	int answers;
	struct error why;
	char type[64], print[64], known[16];
	unsigned char blob[1024];
	size_t size;
};

static void take_scan(void *ctx, const struct ssh_scan_reply *r)
{
	struct scanned *s = ctx;

	s->answers++;
	if (r->why) {
		s->why = *r->why;
		return;
	}
	snprintf(s->type, sizeof(s->type), "%s", r->type);
	snprintf(s->print, sizeof(s->print), "%s", r->fingerprint);
	snprintf(s->known, sizeof(s->known), "%s", r->known);
	memcpy(s->blob, r->blob, r->size);
	s->size = r->size;
}

static void a_scanned_key_can_be_trusted(void **state)
{
	struct scanned s = {0};
	struct ssh_trusted_key key;

	(void)state;
	write_file(sshd.known_hosts, "", 0600);
	ssh_scan_host_key(context, &target.target, take_scan, &s);
	assert_int_equal(s.answers, 0);
	RUN_UNTIL(&loop, s.answers);
	assert_string_equal(s.why.text, "");
	assert_string_equal(s.type, "ssh-ed25519");
	assert_string_equal(s.known, "unknown");
	assert_int_equal(strncmp(s.print, "SHA256:", 7), 0);
	assert_false(auth_was_tried());
	key = (struct ssh_trusted_key){.type = s.type, .blob = s.blob, .size = s.size};
	target.target.trusted = &key;
	target.target.n_trusted = 1;
	assert_in(&target.target);
	ssh_scan_host_key(context, &target.target, take_scan, &s);
	RUN_UNTIL(&loop, s.answers == 2);
	assert_string_equal(s.known, "known");
}

static void a_scan_of_a_closed_port_says_why(void **state)
{
	struct scanned s = {0};

	(void)state;
	target.target.port = free_port();
	ssh_scan_host_key(context, &target.target, take_scan, &s);
	RUN_UNTIL(&loop, s.answers);
	assert_int_equal(s.why.code, ERROR_UNREACHABLE);
}

/* --- identities --- */

static void each_kind_of_key_is_let_in(void **state)
{
	static const char *const kinds[][2] = {{"ed25519", "new"}, {"ecdsa", "new"}, {"ecdsa", "pem"}};

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		use_key(kinds[i][0], "", kinds[i][1]);
		sshd_target(&sshd, &target);
		assert_in(&target.target);
	}
}

static void rsa_keys_sign_with_sha2_or_say_what_is_missing(void **state)
{
	(void)state;
	for (int pem = 0; pem < 2; pem++) {
		use_key("rsa", "", pem ? "pem" : "new");
		sshd_target(&sshd, &target);
		if (libssh2_version(0x010b00))
			assert_in(&target.target);
		else
			assert_refused(&target.target, ERROR_AUTH, "1.11 is needed");
	}
}

static struct secret *known_passphrase;

static const struct secret *give_passphrase(void *ctx, const char *path)
{
	(void)path;
	++*(int *)ctx;
	return known_passphrase;
}

static void an_encrypted_key_is_opened_once(void **state)
{
	struct error why;
	int asked = 0;

	(void)state;
	known_passphrase = secret_new("open sesame", 11, &why);
	ssh_context_use_passphrases(context, give_passphrase, &asked);
	use_key("ed25519", "open sesame", "new");
	sshd_target(&sshd, &target);
	assert_in(&target.target);
	assert_in(&target.target);
	assert_int_equal(asked, 1);
	use_key("ecdsa", "open sesame", "pem");
	sshd_target(&sshd, &target);
	assert_in(&target.target);
	secret_free(known_passphrase);
}

static void a_wrong_passphrase_is_said_to_be_wrong(void **state)
{
	struct error why;
	int asked = 0;

	(void)state;
	known_passphrase = secret_new("open barley", 11, &why);
	ssh_context_use_passphrases(context, give_passphrase, &asked);
	use_key("ed25519", "open sesame", "new");
	sshd_target(&sshd, &target);
	assert_refused(&target.target, ERROR_AUTH, "wrong passphrase");
	secret_free(known_passphrase);
}

static void a_key_that_others_can_read_is_not_used(void **state)
{
	(void)state;
	chmod(sshd.key, 0644);
	assert_refused(&target.target, ERROR_AUTH, "chmod 600");
	chmod(sshd.key, 0600);
}

static void a_key_behind_a_symbolic_link_is_not_used(void **state)
{
	char *link = mem_printf("%s/link", sshd.dir);

	(void)state;
	assert_int_equal(symlink(sshd.key, link), 0);
	target.identities[0] = link;
	assert_refused(&target.target, ERROR_AUTH, "symbolic link");
	free(link);
}

static void a_key_that_the_server_does_not_know_is_refused(void **state)
{
	char *other = mem_printf("%s/other", sshd.dir);

	(void)state;
	unlink(other);
	assert_int_equal(RUN("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", other), 0);
	target.identities[0] = other;
	assert_refused(&target.target, ERROR_AUTH, "not let in");
	target.identities[1] = sshd.key;
	assert_in(&target.target);
	free(other);
}

/* --- an agent --- */

static pid_t agent_start(const char *socket)
{
	pid_t pid = fork();

	if (pid == 0) {
		int null = open("/dev/null", O_RDWR);

		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(null, 1);
		dup2(null, 2);
		execlp("ssh-agent", "ssh-agent", "-D", "-a", socket, (char *)NULL);
		_exit(127);
	}
	for (int i = 0; i < 300 && access(socket, F_OK) != 0; i++)
		usleep(10000);
	return pid;
}

static void agent_stop(pid_t pid)
{
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
}

static void try_agent(const char *type)
{
	char *socket = mem_printf("%s/agent", sshd.dir);
	pid_t pid;

	unlink(socket);
	pid = agent_start(socket);
	setenv("SSH_AUTH_SOCK", socket, 1);
	use_key(type, "", "new");
	assert_int_equal(RUN("ssh-add", sshd.key), 0);
	sshd_target(&sshd, &target);
	target.identities[0] = NULL;
	target.target.identity_agent = socket;
	assert_in(&target.target);
	agent_stop(pid);
	unlink(socket);
	assert_refused(&target.target, ERROR_AUTH, "agent");
	free(socket);
}

static void an_agent_signs(void **state)
{
	(void)state;
	try_agent("ed25519");
	try_agent("ecdsa");
	if (libssh2_version(0x010b00))
		try_agent("rsa");
}

static void a_silent_agent_does_not_stop_the_loop(void **state)
{
	char *socket_path = mem_printf("%s/silent", sshd.dir);
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", socket_path);
	unlink(socket_path);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 1), 0);
	target.target.identity_agent = socket_path;
	target.target.deadlines.authenticate_ms = 500;
	assert_refused(&target.target, ERROR_TIMEOUT, "authenticating");
	close(fd);
	free(socket_path);
}

/* --- jump hosts --- */

static void a_host_is_reached_through_a_jump_host(void **state)
{
	struct sshd_target jump;

	(void)state;
	sshd_target(&sshd, &jump);
	jump.target.name = "jumpbox";
	target.target.jump = &jump.target;
	assert_in(&target.target);
	assert_in(&target.target);
}

static void ten_hosts_share_one_jump_session(void **state)
{
	struct sshd_target jump;
	struct session *s[10];
	struct outcome o[10] = {{0}};
	int accepted = 0, done;
	char *path = mem_printf("%s/log", sshd.dir), *log;

	(void)state;
	write_file(path, "", 0600);
	sshd_target(&sshd, &jump);
	jump.target.name = "jumpbox";
	target.target.jump = &jump.target;
	for (int i = 0; i < 10; i++) {
		s[i] = session_open(context, &target.target, NULL, NULL);
		session_exec(s[i], &(struct session_command){.command = "head -c 1000000 /dev/zero | tr '\\0' x"},
			     outcome_take, &o[i]);
	}
	RUN_UNTIL_WITHIN(&loop, 60, ({
		done = 0;
		for (int i = 0; i < 10; i++)
			done += o[i].answers;
		done == 10;
	}));
	for (int i = 0; i < 10; i++) {
		assert_string_equal(o[i].why.text, "");
		assert_int_equal(o[i].out_size + o[i].out_dropped, 1000000);
		outcome_done(&o[i]);
		session_close(s[i]);
	}
	log = read_file(path);
	for (char *at = log; (at = strstr(at, "Accepted publickey")); at++)
		accepted++;
	assert_int_equal(accepted, 11);
	free(log);
	free(path);
}

static void a_jump_host_that_is_down_is_named(void **state)
{
	struct sshd_target jump;

	(void)state;
	sshd_target(&sshd, &jump);
	jump.target.name = "jumpbox";
	jump.target.port = free_port();
	target.target.jump = &jump.target;
	assert_refused(&target.target, ERROR_UNREACHABLE, "jumpbox");
}

static void a_jump_host_with_an_unknown_key_is_not_passed(void **state)
{
	struct sshd_target jump;

	(void)state;
	sshd_target(&sshd, &jump);
	jump.target.name = "jumpbox";
	jump.known_hosts[0] = NULL;
	target.target.jump = &jump.target;
	assert_refused(&target.target, ERROR_HOST_KEY, "pgresync hosts trust jumpbox");
}

static void a_port_that_is_closed_behind_the_jump_host_is_said(void **state)
{
	struct sshd_target jump;

	(void)state;
	sshd_target(&sshd, &jump);
	jump.target.name = "jumpbox";
	target.target.jump = &jump.target;
	target.target.port = free_port();
	assert_refused(&target.target, ERROR_UNREACHABLE, "jumpbox");
}

/* --- streams --- */

struct pumped {
	struct session_stream *stream;
	char *bytes;
	size_t size, written, got;
	int opened, ended;
	bool same;
	struct error why;
};

static void pump_more(void *ctx)
{
	struct pumped *p = ctx;

	p->written += session_stream_write(p->stream, p->bytes + p->written, p->size - p->written);
	if (p->written == p->size)
		session_stream_finish(p->stream);
}

static void pump_opened(void *ctx)
{
	((struct pumped *)ctx)->opened++;
	pump_more(ctx);
}

static void pump_out(void *ctx, const char *bytes, size_t n)
{
	struct pumped *p = ctx;

	p->same = p->same && p->got + n <= p->size && memcmp(p->bytes + p->got, bytes, n) == 0;
	p->got += n;
}

static void pump_ended(void *ctx, const struct error *why, int status_hint)
{
	struct pumped *p = ctx;

	(void)status_hint;
	p->ended++;
	p->stream = NULL;
	if (why)
		p->why = *why;
}

static void a_stream_carries_bytes_both_ways(void **state)
{
	static const struct session_stream_ops ops = {
		.opened = pump_opened, .out = pump_out, .drained = pump_more, .ended = pump_ended};
	struct session *s = session_open(context, &target.target, NULL, NULL);
	struct pumped p = {.size = 8 << 20, .same = true};

	(void)state;
	p.bytes = mem_alloc(p.size);
	for (size_t i = 0; i < p.size; i++)
		p.bytes[i] = (char)(i * 7 + i / 4099);
	p.stream = session_stream_open(s, "cat", &ops, &p);
	RUN_UNTIL_WITHIN(&loop, 60, p.ended);
	assert_string_equal(p.why.text, "");
	assert_int_equal(p.opened, 1);
	assert_int_equal(p.ended, 1);
	assert_int_equal(p.got, p.size);
	assert_true(p.same);
	free(p.bytes);
	session_close(s);
}

static void a_paused_stream_waits(void **state)
{
	static const struct session_stream_ops ops = {.out = pump_out, .ended = pump_ended};
	struct session *s = session_open(context, &target.target, NULL, NULL);
	struct pumped p = {.size = 1 << 20, .same = true};

	(void)state;
	p.bytes = mem_alloc(p.size);
	memset(p.bytes, 'x', p.size);
	p.stream = session_stream_open(s, "head -c 1048576 /dev/zero | tr '\\0' x", &ops, &p);
	session_stream_pause(p.stream);
	for (int i = 0; i < 300; i++) {
		uv_run(&loop, UV_RUN_NOWAIT);
		usleep(2000);
	}
	assert_int_equal(p.got, 0);
	assert_int_equal(p.ended, 0);
	session_stream_resume(p.stream);
	RUN_UNTIL(&loop, p.ended);
	assert_int_equal(p.got, p.size);
	assert_true(p.same);
	free(p.bytes);
	session_close(s);
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

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* First, while nobody has authenticated yet: the log is looked at. */
		TEST(an_unknown_host_key_stops_before_anything_is_sent),
		TEST(a_changed_host_key_shows_its_fingerprint),
		TEST(a_revoked_host_key_is_refused),
		TEST(a_certificate_authority_is_no_host_key),
		TEST(a_scanned_key_can_be_trusted),
		TEST(a_scan_of_a_closed_port_says_why),
		TEST(each_kind_of_key_is_let_in),
		TEST(rsa_keys_sign_with_sha2_or_say_what_is_missing),
		TEST(an_encrypted_key_is_opened_once),
		TEST(a_wrong_passphrase_is_said_to_be_wrong),
		TEST(a_key_that_others_can_read_is_not_used),
		TEST(a_key_behind_a_symbolic_link_is_not_used),
		TEST(a_key_that_the_server_does_not_know_is_refused),
		TEST(an_agent_signs),
		TEST(a_silent_agent_does_not_stop_the_loop),
		TEST(a_host_is_reached_through_a_jump_host),
		TEST(ten_hosts_share_one_jump_session),
		TEST(a_jump_host_that_is_down_is_named),
		TEST(a_jump_host_with_an_unknown_key_is_not_passed),
		TEST(a_port_that_is_closed_behind_the_jump_host_is_said),
		TEST(a_stream_carries_bytes_both_ways),
		TEST(a_paused_stream_waits),
	};

	signal(SIGPIPE, SIG_IGN);
	if (!have_sshd())
		return 0;
	return cmocka_run_group_tests(tests, start, stop);
}
