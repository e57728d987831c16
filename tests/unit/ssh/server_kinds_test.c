/* Servers that are not like today's: RSA only, SHA-1 only, rekeying all the time; and a jump host that hangs. */
#include "sshd.h"

#include <libssh2.h>

/* libssh2 1.11.1 forgets a key and two contexts in each key exchange over a NIST curve; only the slow unwinder
 * finds its way out of libcrypto to say so. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "fast_unwind_on_malloc=0";
}

const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:_libssh2_ecdh_gen_k\n";
}

static struct sshd sshd;
static uv_loop_t loop;
static struct ssh_context *context;
static struct sshd_target target;

static void begin(const char *host_key, const char *extra)
{
	sshd_start(&sshd, host_key, extra);
	uv_loop_init(&loop);
	context = ssh_context_new(&loop, NULL);
	sshd_target(&sshd, &target);
}

static void end(void)
{
	ssh_context_free(context);
	loop_finish(&loop);
	sshd_stop(&sshd);
}

static struct outcome try_command(const struct ssh_target *t, const struct session_command *c)
{
	struct session *s = session_open(context, t, NULL, NULL);
	struct outcome o = {0};

	session_exec(s, c, outcome_take, &o);
	RUN_UNTIL_WITHIN(&loop, 100, o.answers);
	session_close(s);
	return o;
}

static void assert_in(void)
{
	struct outcome o = try_command(&target.target, &(struct session_command){.command = "echo in"});

	assert_string_equal(o.why.text, "");
	assert_string_equal(o.out, "in\n");
	outcome_done(&o);
}

static void assert_refused(enum error_code code, const char *text)
{
	struct outcome o = try_command(&target.target, &(struct session_command){.command = "echo in"});

	if (o.why.code != code || !strstr(o.why.text, text))
		fail_msg("%s: %s", error_name(o.why.code), o.why.text);
	outcome_done(&o);
}

static void use_rsa_key(void)
{
	static char path[128];
	char *public, *authorized = mem_printf("%s/authorized", sshd.dir);

	snprintf(path, sizeof(path), "%s/id_rsa", sshd.dir);
	public = mem_printf("%s.pub", path);
	assert_int_equal(RUN("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", path), 0);
	assert_int_equal(RUN("cp", public, authorized), 0);
	target.identities[0] = path;
	free(public);
	free(authorized);
}

static void an_rsa_host_key_signs_with_sha2(void **state)
{
	(void)state;
	begin("rsa", NULL);
	if (libssh2_version(0x010b00))
		assert_in();
	else
		assert_refused(ERROR_UNREACHABLE, "1.11 can");
	end();
}

static void an_ecdsa_host_key_is_known(void **state)
{
	(void)state;
	begin("ecdsa", NULL);
	assert_in();
	end();
}

/* A server with several keys is asked for the one that is known. */
static void the_known_type_of_host_key_is_asked_for(void **state)
{
	char *path = mem_printf("/tmp/pgresync-more-%d", (int)getpid()), *more = mem_printf("HostKey %s\n", path);
	char *public = mem_printf("%s.pub", path);

	(void)state;
	assert_int_equal(RUN("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path), 0);
	begin("ecdsa", more);
	assert_in();
	end();
	RUN("rm", "-f", path, public);
	free(more);
	free(path);
	free(public);
}

#define SHA1_ONLY                                                                                                  \
	"HostKeyAlgorithms ssh-rsa\nPubkeyAcceptedAlgorithms ssh-rsa\nKexAlgorithms diffie-hellman-group14-sha1\n" \
	"MACs hmac-sha1\nCiphers aes128-ctr\n"

static void a_server_of_sha1_needs_legacy(void **state)
{
	(void)state;
	begin("rsa", SHA1_ONLY);
	use_rsa_key();
	assert_refused(ERROR_UNREACHABLE, "ssh.legacy: true");
	target.target.legacy = true;
	assert_in();
	end();
}

static void a_server_that_takes_only_sha1_signatures_needs_legacy(void **state)
{
	(void)state;
	begin("ed25519", "PubkeyAcceptedAlgorithms ssh-rsa\n");
	use_rsa_key();
	assert_refused(ERROR_AUTH, libssh2_version(0x010b00) ? "ssh.legacy: true" : "1.11 is needed");
	target.target.legacy = true;
	assert_in();
	end();
}

static void weak_algorithms_are_not_offered(void **state)
{
	static const char *const weak[] = {
		"Ciphers aes128-cbc,3des-cbc\n",
		"Ciphers aes128-ctr\nMACs hmac-sha1,hmac-md5\n",
		"KexAlgorithms diffie-hellman-group14-sha1,diffie-hellman-group1-sha1\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(weak) / sizeof(*weak); i++) {
		begin("ed25519", weak[i]);
		assert_refused(ERROR_UNREACHABLE, "key exchange");
		end();
	}
}

static void every_modern_algorithm_works(void **state)
{
	static const char *const lines[] = {
		"KexAlgorithms curve25519-sha256\n",
		"KexAlgorithms ecdh-sha2-nistp521\n",
		"KexAlgorithms diffie-hellman-group14-sha256\n",
		"KexAlgorithms diffie-hellman-group16-sha512\n",
		"Ciphers aes256-ctr\nMACs hmac-sha2-512\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		begin("ed25519", lines[i]);
		assert_in();
		end();
	}
}

static void rekeying_does_not_disturb(void **state)
{
	size_t size = 4 << 20;
	char *input = mem_alloc(size);
	struct outcome o;

	(void)state;
	begin("ed25519", "RekeyLimit 256K\n");
	for (size_t i = 0; i < size; i++)
		input[i] = (char)(i * 13 + i / 1021);
	o = try_command(&target.target,
			&(struct session_command){.command = "cat", .input = input, .input_size = size, .most = size});
	assert_string_equal(o.why.text, "");
	assert_int_equal(o.out_size, size);
	assert_memory_equal(o.out, input, size);
	outcome_done(&o);
	free(input);
	end();
}

/* A listener that never accepts more: the jump host's connect() to it hangs, as to a host that is switched off. */
static int full_listener(unsigned *ret_port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 0), 0);
	getsockname(fd, (struct sockaddr *)&a, &n);
	*ret_port = ntohs(a.sin_port);
	for (int i = 0; i < 8; i++) {
		int c = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

		(void)connect(c, (struct sockaddr *)&a, sizeof(a)); /* left open: the test program ends soon */
	}
	return fd;
}

static void a_dead_host_does_not_block_the_others_behind_a_jump_host(void **state)
{
	struct sshd_target jump, dead;
	struct session *to_dead, *to_good;
	struct outcome o_dead = {0}, o_good = {0};
	int fd;

	(void)state;
	begin("ed25519", NULL);
	sshd_target(&sshd, &jump);
	jump.target.name = "jumpbox";
	target.target.jump = &jump.target;
	sshd_target(&sshd, &dead);
	dead.target.jump = &jump.target;
	dead.target.name = "deadhost";
	dead.target.deadlines.connect_ms = 8000;
	fd = full_listener(&dead.target.port);
	to_dead = session_open(context, &dead.target, NULL, NULL);
	to_good = session_open(context, &target.target, NULL, NULL);
	session_exec(to_dead, &(struct session_command){.command = "true"}, outcome_take, &o_dead);
	session_exec(to_good, &(struct session_command){.command = "echo in"}, outcome_take, &o_good);
	RUN_UNTIL(&loop, o_good.answers);
	assert_string_equal(o_good.why.text, "");
	assert_int_equal(o_dead.answers, 0);
	RUN_UNTIL(&loop, o_dead.answers);
	assert_int_equal(o_dead.why.code, ERROR_TIMEOUT);
	session_close(to_dead);
	session_close(to_good);
	outcome_done(&o_dead);
	outcome_done(&o_good);
	close(fd);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_rsa_host_key_signs_with_sha2),
		cmocka_unit_test(an_ecdsa_host_key_is_known),
		cmocka_unit_test(the_known_type_of_host_key_is_asked_for),
		cmocka_unit_test(a_server_of_sha1_needs_legacy),
		cmocka_unit_test(a_server_that_takes_only_sha1_signatures_needs_legacy),
		cmocka_unit_test(weak_algorithms_are_not_offered),
		cmocka_unit_test(every_modern_algorithm_works),
		cmocka_unit_test(rekeying_does_not_disturb),
		cmocka_unit_test(a_dead_host_does_not_block_the_others_behind_a_jump_host),
	};

	signal(SIGPIPE, SIG_IGN);
	if (!have_sshd())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
