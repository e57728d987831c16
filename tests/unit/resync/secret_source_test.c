#include "resync/secret_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/redact.h"

static char dir[] = "/tmp/pgresync-secret-XXXXXX";
static char *path_before;

static struct got {
	int calls;
	char bytes[SECRET_MOST + 1];
	struct error why;
} got;

static void noted(void *ctx, struct secret *secret, const struct error *why)
{
	struct got *g = ctx;

	g->calls++;
	assert_true(!secret == !!why);
	if (secret)
		memcpy(g->bytes, secret_bytes(secret), secret_length(secret) + 1);
	else
		g->why = *why;
	secret_free(secret);
}

static void get(enum secret_kind kind, const char *text)
{
	uv_loop_t loop;

	memset(&got, 0, sizeof(got));
	uv_loop_init(&loop);
	secret_source_get(&loop, kind, text, noted, &got);
	assert_int_equal(got.calls, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	assert_int_equal(got.calls, 1);
}

static const char *in_dir(const char *name)
{
	static char path[200];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static const char *write_file(const char *name, const char *text, mode_t mode)
{
	const char *path = in_dir(name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
	assert_int_equal(chmod(path, mode), 0);
	return path;
}

/* Puts a program named pass first in PATH. */
static void imitate_pass(const char *script)
{
	char text[2000], path[300];

	snprintf(text, sizeof(text), "#!/bin/sh\n%s\n", script);
	write_file("pass", text, 0755);
	snprintf(path, sizeof(path), "%s:%s", dir, path_before);
	setenv("PATH", path, 1);
}

static int set_up(void **state)
{
	(void)state;
	path_before = strdup(getenv("PATH"));
	return mkdtemp(dir) ? 0 : -1;
}

static int clean_up(void **state)
{
	char command[100];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf -- %s", dir);
	redact_forget();
	setenv("PATH", path_before, 1);
	free(path_before);
	return system(command);
}

static void check_refused(enum secret_kind kind, const char *text, const char *words)
{
	get(kind, text);
	assert_string_equal(got.bytes, "");
	if (!strstr(got.why.text, words))
		print_message("%s\n", got.why.text);
	assert_non_null(strstr(got.why.text, words));
}

/* ---- files ---- */

static void the_first_line_of_a_file_is_the_secret(void **state)
{
	(void)state;
	get(SECRET_FILE, write_file("a", "s3cret word\r\nuser: x\n", 0600));
	assert_string_equal(got.bytes, "s3cret word");
	get(SECRET_FILE, write_file("b", "no newline", 0400));
	assert_string_equal(got.bytes, "no newline");
}

static void a_secret_that_was_read_is_blacked_out_from_then_on(void **state)
{
	struct buf out;

	(void)state;
	get(SECRET_FILE, write_file("a", "canary-in-file\n", 0600));
	buf_init(&out, 100);
	redact_text(&out, "the canary-in-file sings", 24);
	assert_string_equal(out.bytes, "the [redacted] sings");
	buf_done(&out);
}

static void a_file_that_others_may_use_is_refused(void **state)
{
	static const mode_t modes[] = {0640, 0604, 0620, 0602, 0610, 0601};

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		check_refused(SECRET_FILE, write_file("m", "hidden-word\n", modes[i]), "others may use it");
	assert_int_equal(got.why.code, ERROR_CONFIG);
	assert_null(strstr(got.why.text, "hidden-word"));
}

static void what_is_no_regular_file_is_refused(void **state)
{
	char link[200];

	(void)state;
	write_file("target", "word\n", 0600);
	snprintf(link, sizeof(link), "%s/link", dir);
	assert_int_equal(symlink("target", link), 0);
	check_refused(SECRET_FILE, link, "symbolic link");
	assert_int_equal(mkfifo(in_dir("fifo"), 0600), 0);
	check_refused(SECRET_FILE, in_dir("fifo"), "not a regular file");
	check_refused(SECRET_FILE, dir, "not a regular file");
	check_refused(SECRET_FILE, in_dir("missing"), "No such file");
}

static void a_file_of_somebody_else_is_refused(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	write_file("theirs", "word\n", 0600);
	assert_int_equal(chown(in_dir("theirs"), 12345, 12345), 0);
	check_refused(SECRET_FILE, in_dir("theirs"), "belongs to user 12345");
}

static void an_empty_or_endless_first_line_is_refused(void **state)
{
	char *longest = malloc(SECRET_MOST + 3);

	(void)state;
	check_refused(SECRET_FILE, write_file("e", "", 0600), "first line is empty");
	check_refused(SECRET_FILE, write_file("e", "\nsecond\n", 0600), "first line is empty");
	memset(longest, 'x', SECRET_MOST + 1);
	longest[SECRET_MOST + 1] = '\n';
	longest[SECRET_MOST + 2] = '\0';
	check_refused(SECRET_FILE, write_file("l", longest, 0600), "one line of 1 to");
	get(SECRET_FILE, write_file("l", longest + 1, 0600));
	assert_int_equal(strlen(got.bytes), SECRET_MOST);
	free(longest);
}

static void no_reference_is_refused(void **state)
{
	(void)state;
	check_refused(SECRET_NOT_SET, "", "no secret is configured");
}

/* ---- credentials ---- */

static void a_credential_is_read_from_systemds_directory(void **state)
{
	(void)state;
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
	write_file("cred", "from systemd\n", 0440);
	get(SECRET_CREDENTIAL, "cred");
	assert_string_equal(got.bytes, "from systemd");
	write_file("cred", "from systemd\n", 0444);
	check_refused(SECRET_CREDENTIAL, "cred", "others may use it");
	check_refused(SECRET_CREDENTIAL, "../cred", "not the name");
	check_refused(SECRET_CREDENTIAL, "..", "not the name");
	check_refused(SECRET_CREDENTIAL, "", "not the name");
	unsetenv("CREDENTIALS_DIRECTORY");
	check_refused(SECRET_CREDENTIAL, "cred", "$CREDENTIALS_DIRECTORY is not set");
}

/* ---- pass ---- */

static void pass_gives_its_first_line(void **state)
{
	(void)state;
	imitate_pass("[ \"$1 $2 $3\" = 'show -- a/b' ] && printf 'the word\\nuser: x\\n'");
	get(SECRET_PASS, "a/b");
	assert_string_equal(got.bytes, "the word");
}

static void pass_is_never_asked_on_our_terminal(void **state)
{
	(void)state;
	imitate_pass("read x; echo \"<$x>\"");
	get(SECRET_PASS, "a");
	assert_string_equal(got.bytes, "<>");
}

static void a_missing_entry_is_named(void **state)
{
	(void)state;
	imitate_pass("echo \"Error: $3 is not in the password store.\" >&2; exit 1");
	check_refused(SECRET_PASS, "postgresql-backups/staging/x",
		      "pass entry postgresql-backups/staging/x: there is no such entry");
	assert_int_equal(got.why.code, ERROR_CONFIG);
}

static void a_folder_is_no_secret(void **state)
{
	(void)state;
	imitate_pass("printf 'a\\n\342\224\234\342\224\200\342\224\200 x\\n\342\224\224\342\224\200\342\224\200 y\\n'");
	check_refused(SECRET_PASS, "a", "it is a folder");
	imitate_pass("printf 'a\\n|-- x\\n`-- y\\n'");
	check_refused(SECRET_PASS, "a", "it is a folder");
}

static void gpgs_words_are_passed_on(void **state)
{
	(void)state;
	imitate_pass("echo 'half-a-secret'; printf 'gpg: x\\ngpg: decryption failed: No secret key\\n' >&2; exit 2");
	check_refused(SECRET_PASS, "a", "pass failed (status 2): gpg: decryption failed: No secret key");
	assert_null(strstr(got.why.text, "half-a-secret"));
	imitate_pass("exit 2");
	check_refused(SECRET_PASS, "a", "no reason given");
}

static void pass_that_waits_meets_the_deadline(void **state)
{
	(void)state;
	imitate_pass("exec sleep 20");
	secret_source_set_pass_within(200);
	check_refused(SECRET_PASS, "a", "wait for its owner's passphrase");
	secret_source_set_pass_within(120000);
	assert_int_equal(got.why.code, ERROR_TIMEOUT);
}

static void a_machine_without_pass_is_told(void **state)
{
	(void)state;
	setenv("PATH", "/nonexistent", 1);
	check_refused(SECRET_PASS, "a", "cannot run pass: no such file");
	setenv("PATH", path_before, 1);
	assert_int_equal(got.why.code, ERROR_CONFIG);
}

static void real_pass_is_understood(void **state)
{
	char line[1500];

	(void)state;
	setenv("PATH", path_before, 1);
	if (system("command -v pass gpg >/dev/null") != 0)
		skip();
	snprintf(
		line, sizeof(line),
		"export GNUPGHOME=%s/gnupg PASSWORD_STORE_DIR=%s/store; mkdir -m 700 $GNUPGHOME; exec >/dev/null 2>&1; "
		"gpg --batch --passphrase '' --quick-gen-key tester default default never && pass init tester && "
		"printf 'real word\\nmore\\n' | pass insert -m site/entry",
		dir, dir);
	assert_int_equal(system(line), 0);
	setenv("GNUPGHOME", in_dir("gnupg"), 1);
	setenv("PASSWORD_STORE_DIR", in_dir("store"), 1);
	get(SECRET_PASS, "site/entry");
	assert_string_equal(got.bytes, "real word");
	check_refused(SECRET_PASS, "site/other", "there is no such entry");
	check_refused(SECRET_PASS, "site", "it is a folder");
	if (system("gpgconf --kill gpg-agent") != 0)
		print_message("the agent stays\n");
	unsetenv("GNUPGHOME");
	unsetenv("PASSWORD_STORE_DIR");
}

/* ---- cancelling ---- */

static void cancelling_ends_it_silently(void **state)
{
	static const enum secret_kind kinds[] = {SECRET_PASS, SECRET_FILE, SECRET_NOT_SET};

	(void)state;
	imitate_pass("exec sleep 20");
	write_file("a", "word\n", 0600);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		uv_loop_t loop;

		memset(&got, 0, sizeof(got));
		uv_loop_init(&loop);
		secret_source_cancel(secret_source_get(&loop, kinds[i], in_dir("a"), noted, &got));
		uv_run(&loop, UV_RUN_DEFAULT);
		assert_int_equal(uv_loop_close(&loop), 0);
		assert_int_equal(got.calls, 0);
	}
	setenv("PATH", path_before, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_line_of_a_file_is_the_secret),
		cmocka_unit_test(a_secret_that_was_read_is_blacked_out_from_then_on),
		cmocka_unit_test(a_file_that_others_may_use_is_refused),
		cmocka_unit_test(what_is_no_regular_file_is_refused),
		cmocka_unit_test(a_file_of_somebody_else_is_refused),
		cmocka_unit_test(an_empty_or_endless_first_line_is_refused),
		cmocka_unit_test(no_reference_is_refused),
		cmocka_unit_test(a_credential_is_read_from_systemds_directory),
		cmocka_unit_test(pass_gives_its_first_line),
		cmocka_unit_test(pass_is_never_asked_on_our_terminal),
		cmocka_unit_test(a_missing_entry_is_named),
		cmocka_unit_test(a_folder_is_no_secret),
		cmocka_unit_test(gpgs_words_are_passed_on),
		cmocka_unit_test(pass_that_waits_meets_the_deadline),
		cmocka_unit_test(a_machine_without_pass_is_told),
		cmocka_unit_test(real_pass_is_understood),
		cmocka_unit_test(cancelling_ends_it_silently),
	};

	return cmocka_run_group_tests(tests, set_up, clean_up);
}
