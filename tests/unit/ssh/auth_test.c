/* Identities and agents, against a real sshd. */
#include "session_fixture.h"

#include <libssh2.h>
#include <sys/un.h>

#include "base/secret.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_kind_of_key_is_let_in),
		TEST(rsa_keys_sign_with_sha2_or_say_what_is_missing),
		TEST(an_encrypted_key_is_opened_once),
		TEST(a_wrong_passphrase_is_said_to_be_wrong),
		TEST(a_key_that_others_can_read_is_not_used),
		TEST(a_key_behind_a_symbolic_link_is_not_used),
		TEST(a_key_that_the_server_does_not_know_is_refused),
		TEST(an_agent_signs),
		TEST(a_silent_agent_does_not_stop_the_loop),
	};

	return RUN_TESTS(tests);
}
