/*
 * What the tests of sessions share: a real sshd, a loop, a context, and a target that sshd lets in.
 *
 * One sshd for the whole program; what a test changes at it is put back after the test.
 */
#ifndef TESTS_UNIT_SSH_SESSION_FIXTURE_H
#define TESTS_UNIT_SSH_SESSION_FIXTURE_H

#include "sshd.h"

static struct sshd sshd;
static uv_loop_t loop;
static struct ssh_context *context;
static struct sshd_target target;

UNUSED static int set_up(void **state)
{
	(void)state;
	uv_loop_init(&loop);
	context = ssh_context_new(&loop, NULL);
	sshd_target(&sshd, &target);
	return 0;
}

UNUSED static int tear_down(void **state)
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
UNUSED static struct outcome try_target(const struct ssh_target *t)
{
	struct session *s = session_open(context, t, NULL, NULL);
	struct outcome o = {0};

	session_exec(s, &(struct session_command){.command = "echo in"}, outcome_take, &o);
	RUN_UNTIL_WITHIN(&loop, 60, o.answers);
	session_close(s);
	return o;
}

UNUSED static void assert_in(const struct ssh_target *t)
{
	struct outcome o = try_target(t);

	assert_string_equal(o.why.text, "");
	assert_string_equal(o.out, "in\n");
	outcome_done(&o);
}

UNUSED static void assert_refused(const struct ssh_target *t, enum error_code code, const char *text)
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
UNUSED static void use_key(const char *type, const char *passphrase, const char *format)
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

UNUSED static bool auth_was_tried(void)
{
	char *path = mem_printf("%s/log", sshd.dir), *log = read_file(path);
	bool tried = strstr(log, "Accepted publickey") != NULL || strstr(log, "Failed publickey") != NULL;

	free(path);
	free(log);
	return tried;
}

UNUSED static int start(void **state)
{
	(void)state;
	sshd_start(&sshd, "ed25519", NULL);
	return 0;
}

UNUSED static int stop(void **state)
{
	(void)state;
	sshd_stop(&sshd);
	return 0;
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
#define RUN_TESTS(tests) (signal(SIGPIPE, SIG_IGN), have_sshd() ? cmocka_run_group_tests(tests, start, stop) : 0)

#endif
