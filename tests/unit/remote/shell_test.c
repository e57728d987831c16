/* The sudo dialogue, against a sudo of our own that behaves as sudo 1.9 does. */
#include "support.h"

#include "base/mem.h"
#include "base/secret.h"
#include "remote/runner.h"
#include "remote/transport_local.h"

static const char fake_sudo[] =
	"#!/bin/sh\n"
	"dir=${0%/*}; mode=$(cat $dir/mode); echo \"$*\" >>$dir/argv; tr '\\0' ' ' </proc/self/environ >>$dir/argv\n"
	"ask=; prompt=; while [ $# -gt 0 ]; do case $1 in -n) ask=never;; -S) ask=stdin;; -k|-H) ;;\n"
	"-p) prompt=$2; shift;; -u) shift;; --) shift; break;; esac; shift; done\n"
	"case $mode in\n"
	"nopasswd) exec \"$@\";;\n"
	"tty) echo 'sudo: sorry, you must have a tty to run sudo' >&2; exit 1;;\n"
	"foreign) echo 'deploy is not in the sudoers file.  This incident will be reported.' >&2; exit 1;;\n"
	"esac\n"
	"[ $ask = stdin ] || { echo 'sudo: a password is required' >&2; exit 1; }\n"
	"printf '\\nWe trust you have received the usual lecture.\\n\\n' >&2\n"
	"for i in 1 2 3; do printf %s \"$prompt\" >&2; IFS= read -r x || break; echo \"$x\" >>$dir/read\n"
	"[ \"$x\" = \"$(cat $dir/password)\" ] && exec \"$@\"\n"
	"echo 'Sorry, try again.' >&2; done; echo 'sudo: 3 incorrect password attempts' >&2; exit 1\n";

struct fixture {
	uv_loop_t loop;
	struct remote *remote;
	struct answer answer;
	struct secret *password;
	char dir[64], old_path[4096];
};

static void put(struct fixture *f, const char *name, const char *text, mode_t mode)
{
	char path[128];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	out = fopen(path, "w");
	fputs(text, out);
	fclose(out);
	chmod(path, mode);
}

static char *get(struct fixture *f, const char *name)
{
	static char text[65536];
	char path[128];
	FILE *in;

	text[0] = '\0';
	snprintf(path, sizeof(path), "%s/%s", f->dir, name);
	in = fopen(path, "r");
	if (!in)
		return text;
	text[fread(text, 1, sizeof(text) - 1, in)] = '\0';
	fclose(in);
	return text;
}

static int begin(void **state)
{
	struct fixture *f = mem_new(struct fixture);
	scoped_mem char *path = NULL;

	signal(SIGPIPE, SIG_IGN);
	uv_loop_init(&f->loop);
	snprintf(f->dir, sizeof(f->dir), "/tmp/shell-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->old_path, sizeof(f->old_path), "%s", getenv("PATH"));
	path = mem_printf("%s:%s", f->dir, f->old_path);
	setenv("PATH", path, 1);
	put(f, "sudo", fake_sudo, 0755);
	put(f, "password", "Open Sesame 'quoted\"", 0600);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	if (f->remote)
		remote_close(f->remote);
	loop_end(&f->loop);
	answer_done(&f->answer);
	secret_free(f->password);
	setenv("PATH", f->old_path, 1);
	remove_tree(f->dir);
	free(f);
	return 0;
}

static void open_remote(struct fixture *f, const char *mode, const char *password)
{
	struct error why;

	put(f, "mode", mode, 0600);
	if (password)
		f->password = secret_new(password, strlen(password), &why);
	f->remote = runner_new(&(struct runner_spec){
		.name = "db-1", .transport = transport_local_new(&f->loop, NULL), .sudo_password = f->password});
}

static void ask(struct fixture *f, const char *text, const char *input)
{
	remote_exec(f->remote,
		    &(struct remote_command){.text = text,
					     .user = REMOTE_POSTGRES,
					     .input = input,
					     .input_size = input ? strlen(input) : 0,
					     .within_ms = 9000},
		    answer_keep, &f->answer);
	run_until(&f->loop, &f->answer.count, 1, 12000);
}

static void without_a_password_sudo_must_not_ask(void **state)
{
	struct fixture *f = *state;

	open_remote(f, "nopasswd", NULL);
	ask(f, "cat; echo err >&2; exit 3", "input\n");
	assert_int_equal(f->answer.code, ERROR_NONE);
	assert_int_equal(f->answer.status, 3);
	assert_string_equal(f->answer.out, "input\n");
	assert_string_equal(f->answer.err, "err\n");
}

static void a_question_without_a_password_says_what_to_set(void **state)
{
	struct fixture *f = *state;

	open_remote(f, "asks", NULL);
	ask(f, "echo ran", NULL);
	assert_int_equal(f->answer.code, ERROR_AUTH);
	assert_false(f->answer.sent);
	assert_string_equal(f->answer.text, "sudo asks for a password on db-1: set sudo_password in the inventory");
}

static void the_password_is_given_once_and_before_the_input(void **state)
{
	struct fixture *f = *state;

	open_remote(f, "asks", "Open Sesame 'quoted\"");
	ask(f, "cat; echo err >&2", "input\n");
	assert_int_equal(f->answer.code, ERROR_NONE);
	assert_string_equal(f->answer.out, "input\n");
	assert_string_equal(f->answer.err, "err\n"); /* neither the lecture nor the prompt */
	assert_string_equal(get(f, "read"), "Open Sesame 'quoted\"\n");
}

static void a_password_that_nobody_asks_for_is_not_sent(void **state)
{
	struct fixture *f = *state;

	open_remote(f, "nopasswd", "Open Sesame 'quoted\"");
	ask(f, "cat", "input\n");
	assert_int_equal(f->answer.code, ERROR_NONE);
	assert_string_equal(f->answer.out, "input\n");
}

static void a_wrong_password_is_given_once(void **state)
{
	struct fixture *f = *state;

	open_remote(f, "asks", "wrong");
	ask(f, "echo ran", "input\n");
	assert_int_equal(f->answer.code, ERROR_AUTH);
	assert_false(f->answer.sent);
	assert_non_null(strstr(f->answer.text, "does not take the password"));
	assert_string_equal(get(f, "read"), "wrong\n");
}

static void a_forged_prompt_gets_nothing(void **state)
{
	struct fixture *f = *state;

	open_remote(f, "nopasswd", "Open Sesame 'quoted\"");
	ask(f, "printf 'sudo-00000000000000000000000000000000Password: ' >&2; read -r x; echo \"<$x>\"", NULL);
	assert_string_equal(f->answer.out, "<>\n");
}

static void the_password_is_in_no_command_line_and_no_environment(void **state)
{
	struct fixture *f = *state;
	char *argv;

	open_remote(f, "asks", "Open Sesame 'quoted\"");
	ask(f, "echo ran", NULL);
	assert_string_equal(f->answer.out, "ran\n");
	argv = get(f, "argv");
	assert_non_null(strstr(argv, "-k -S -p sudo-"));
	assert_null(strstr(argv, "Sesame"));
}

static void requiretty_is_named(void **state)
{
	struct fixture *f = *state;

	open_remote(f, "tty", NULL);
	ask(f, "echo ran", NULL);
	assert_int_equal(f->answer.code, ERROR_AUTH);
	assert_non_null(strstr(f->answer.text, "requiretty"));
}

static void an_account_without_the_right_is_named(void **state)
{
	struct fixture *f = *state;

	open_remote(f, "foreign", NULL);
	ask(f, "echo ran", NULL);
	assert_int_equal(f->answer.code, ERROR_AUTH);
	assert_string_equal(f->answer.text, "sudo on db-1 does not let our account run a shell as postgres");
}

static void a_host_without_sudo_is_named(void **state)
{
	struct fixture *f = *state;
	char path[128];

	open_remote(f, "nopasswd", NULL);
	snprintf(path, sizeof(path), "%s/sudo", f->dir);
	unlink(path);
	setenv("PATH", "/nowhere", 1);
	ask(f, "echo ran", NULL);
	assert_int_equal(f->answer.code, ERROR_AUTH);
	assert_string_equal(f->answer.text, "db-1 has no sudo, and our account is not postgres");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_password_sudo_must_not_ask),
		TEST(a_question_without_a_password_says_what_to_set),
		TEST(the_password_is_given_once_and_before_the_input),
		TEST(a_password_that_nobody_asks_for_is_not_sent),
		TEST(a_wrong_password_is_given_once),
		TEST(a_forged_prompt_gets_nothing),
		TEST(the_password_is_in_no_command_line_and_no_environment),
		TEST(requiretty_is_named),
		TEST(an_account_without_the_right_is_named),
		TEST(a_host_without_sudo_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
