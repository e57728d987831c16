/* The key scripts against real GnuPG 2 and 1.4, judged by the key files and by decryptions, never by exit codes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "fake/shell.h"
#include "inventory/host.h"
#include "resync/actions.h"
#include "resync/values.h"

static const char passphrase[] = "canary pass'phrase 71";

struct scene {
	char dir[64], home[96], env_dir[96], data_dir[96];
	const char *gpg;
	struct host host;
	struct values values;
	struct shell_reply reply;
};

static void make_key(const struct scene *s)
{
	if (strcmp(s->gpg, "gpg1") == 0)
		shell_do("export GNUPGHOME='%s'; gpg1 --batch --quiet --gen-key 2>/dev/null <<'X'\n"
			 "Key-Type: RSA\nKey-Length: 1024\nSubkey-Type: RSA\nSubkey-Length: 1024\nName-Real: wal-e\n"
			 "Name-Email: wal-e@example.org\nExpire-Date: 0\nPassphrase: %s\n%%commit\nX\n",
			 s->home, passphrase);
	else
		shell_do(
			"export GNUPGHOME='%s'; printf '%%s\\n' \"%s\" | gpg --batch --quiet --pinentry-mode loopback --passphrase-fd 0"
			" --quick-gen-key 'wal-e <wal-e@example.org>' rsa1024 default never 2>/dev/null &&"
			" f=$(gpg --batch --with-colons -K 2>/dev/null | awk -F: '$1 == \"fpr\" { print $10; exit }') &&"
			" printf '%%s\\n' \"%s\" | gpg --batch --quiet --pinentry-mode loopback --passphrase-fd 0 --quick-add-key $f rsa1024 encr never 2>/dev/null;"
			" gpgconf --kill gpg-agent",
			s->home, passphrase, passphrase);
	shell_do(
		"export GNUPGHOME='%s'; %s --batch --with-colons --fingerprint -k 2>/dev/null | awk -F: '$1 == \"fpr\" { print $10; exit }'"
		" >%s/WALE_GPG_KEY_ID; test -s %s/WALE_GPG_KEY_ID",
		s->home, s->gpg, s->env_dir, s->env_dir);
}

static struct scene *scene_new(const char *gpg, enum host_gpg_mode mode)
{
	struct scene *s = calloc(1, sizeof(*s));

	snprintf(s->dir, sizeof(s->dir), "/tmp/pgrk-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->home, sizeof(s->home), "%s/gnupg", s->dir);
	snprintf(s->env_dir, sizeof(s->env_dir), "%s/env.d", s->dir);
	snprintf(s->data_dir, sizeof(s->data_dir), "%s/data", s->dir);
	shell_do("mkdir -p %s/pg_wal %s && mkdir -m 700 %s", s->data_dir, s->env_dir, s->home);
	s->gpg = gpg;
	s->host = (struct host){
		.name = "standby",
		.wal_e = {.env_dir = s->env_dir, .gnupg_home = s->home, .command = "/bin/true", .gpg_mode = mode},
		.postgresql = {.data_dir = s->data_dir, .version_num = 903},
		.commands = {.gpg = gpg, .envdir = "envdir"},
		.state_dir = s->dir};
	s->values = (struct values){
		.standby = &s->host, .primary = &s->host, .tag = strrchr(s->dir, '-') + 1, .reason = "test"};
	make_key(s);
	return s;
}

static void scene_free(struct scene *s)
{
	shell_do("GNUPGHOME=%s gpgconf --kill gpg-agent 2>/dev/null; rm -rf %s /dev/shm/pgresync-gnupg-%s; exit 0",
		 s->home, s->dir, s->values.tag);
	free(s);
}

static int take(struct scene *s, const char *pass)
{
	char line[128];

	snprintf(line, sizeof(line), "%s\n", pass);
	shell_run("/bin/dash", &s->values, action_script(hold_key_open.take, &s->host), line, &s->reply);
	return s->reply.status;
}

static int give(struct scene *s)
{
	shell_run("/bin/dash", &s->values, action_script(hold_key_open.give[1], &s->host), NULL, &s->reply);
	return s->reply.status;
}

/* As WAL-E decrypts, with no agent left over from anything else. */
static bool decrypts(const struct scene *s, const char *home)
{
	char script[1024];

	snprintf(
		script, sizeof(script),
		"export GNUPGHOME=%s; echo x | %s -q --batch --no-tty --yes --trust-model always -r $(cat %s/WALE_GPG_KEY_ID) -e -o %s/m 2>/dev/null;"
		" %s -d -q --batch %s/m >/dev/null 2>&1 </dev/null",
		home, s->gpg, s->env_dir, s->dir, s->gpg, s->dir);
	return shell_status(script) == 0;
}

static void hash_ring(const struct scene *s, char sum[65])
{
	char script[512];
	FILE *f;

	snprintf(script, sizeof(script),
		 "cd %s && find . -name '*.key' -o -name secring.gpg | sort | xargs sha256sum | sha256sum >%s/sum",
		 s->home, s->dir);
	shell_do("%s", script);
	snprintf(script, sizeof(script), "%s/sum", s->dir);
	f = fopen(script, "r");
	assert_non_null(f);
	assert_int_equal(fread(sum, 1, 64, f), 64);
	sum[64] = '\0';
	fclose(f);
}

static void opens_and_restores_bytes(const char *gpg, enum host_gpg_mode mode)
{
	struct scene *s = scene_new(gpg, mode);
	char before[65], after[65];

	hash_ring(s, before);
	assert_false(decrypts(s, s->home));
	shell_do("GNUPGHOME=%s gpgconf --kill gpg-agent; exit 0", s->home);
	if (take(s, passphrase) != 0)
		fail_msg("take: %d %s", s->reply.status, s->reply.err);
	assert_true(decrypts(s, values_lookup(&s->values, "key_home")));
	assert_int_equal(take(s, passphrase), 0); /* taking twice is taking once */
	if (give(s) != 0)
		fail_msg("give: %d %s", s->reply.status, s->reply.err);
	hash_ring(s, after);
	assert_string_equal(before, after);
	assert_false(decrypts(s, s->home));
	assert_int_equal(give(s), 0); /* giving back what is not held does nothing */
	shell_do("! test -e %s/.pgresync-saved-%s", s->home, s->values.tag);
	scene_free(s);
}

static void test_inplace_gpg2(void **state)
{
	(void)state;
	opens_and_restores_bytes("gpg", HOST_GPG_INPLACE);
}

static void test_inplace_gpg1(void **state)
{
	(void)state;
	opens_and_restores_bytes("gpg1", HOST_GPG_INPLACE);
}

static void test_overlay_gpg2(void **state)
{
	(void)state;
	opens_and_restores_bytes("gpg", HOST_GPG_OVERLAY);
}

static void test_overlay_gpg1(void **state)
{
	(void)state;
	opens_and_restores_bytes("gpg1", HOST_GPG_OVERLAY);
}

static void test_agent_gpg2(void **state)
{
	(void)state;
	opens_and_restores_bytes("gpg", HOST_GPG_AGENT);
}

static void wrong_passphrase_changes_nothing(const char *gpg, enum host_gpg_mode mode)
{
	struct scene *s = scene_new(gpg, mode);
	char before[65], after[65];

	hash_ring(s, before);
	assert_int_equal(take(s, "not the one"), 22);
	assert_int_equal(give(s), 0);
	hash_ring(s, after);
	assert_string_equal(before, after);
	assert_false(decrypts(s, s->home));
	scene_free(s);
}

static void test_wrong_passphrase(void **state)
{
	(void)state;
	wrong_passphrase_changes_nothing("gpg", HOST_GPG_INPLACE);
	wrong_passphrase_changes_nothing("gpg1", HOST_GPG_INPLACE);
	wrong_passphrase_changes_nothing("gpg", HOST_GPG_OVERLAY);
	wrong_passphrase_changes_nothing("gpg", HOST_GPG_AGENT);
}

static void test_key_already_open_is_refused(void **state)
{
	struct scene *s = scene_new("gpg", HOST_GPG_INPLACE);
	const char *tag = s->values.tag;

	(void)state;
	s->values.tag = "somebodyelse";
	assert_int_equal(take(s, passphrase), 0);
	s->values.tag = tag;
	assert_int_equal(take(s, passphrase), 21);
	scene_free(s);
}

static void test_give_tells_when_key_stays_open(void **state)
{
	struct scene *s = scene_new("gpg", HOST_GPG_INPLACE);

	(void)state;
	assert_int_equal(take(s, passphrase), 0);
	/* Somebody damaged what was saved: the bytes of the open key stand there. */
	shell_do("cp %s/private-keys-v1.d/*.key %s/.pgresync-saved-%s/private-keys-v1.d/", s->home, s->home,
		 s->values.tag);
	assert_int_equal(give(s), 23);
	assert_non_null(strstr(s->reply.err, "still opens"));
	scene_free(s);
}

/* A key ring that gpg cannot work with: the take fails, nothing was opened, and nobody is to be alarmed. */
static void test_what_was_not_opened_is_given_back_without_gpg(void **state)
{
	static const enum host_gpg_mode modes[] = {HOST_GPG_INPLACE, HOST_GPG_OVERLAY};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene *s = scene_new("gpg", modes[i]);

		s->host.commands.gpg = "/nonexistent/gpg";
		assert_int_equal(take(s, passphrase), 3);
		assert_int_equal(give(s), 0);
		scene_free(s);
	}
}

static void test_the_inventory_may_change_while_the_key_is_open(void **state)
{
	static const enum host_gpg_mode modes[][2] = {{HOST_GPG_INPLACE, HOST_GPG_OVERLAY},
						      {HOST_GPG_INPLACE, HOST_GPG_AGENT},
						      {HOST_GPG_OVERLAY, HOST_GPG_INPLACE}};

	(void)state;
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		struct scene *s = scene_new("gpg", modes[i][0]);
		char before[65], after[65];

		hash_ring(s, before);
		assert_int_equal(take(s, passphrase), 0);
		s->host.wal_e.gpg_mode = modes[i][1];
		assert_int_equal(give(s), 0);
		hash_ring(s, after);
		assert_string_equal(before, after);
		shell_do("[ ! -e /dev/shm/pgresync-gnupg-%s ]", s->values.tag);
		scene_free(s);
	}
}

static void test_bytes_go_back_where_gpg_fails(void **state)
{
	struct scene *s = scene_new("gpg", HOST_GPG_INPLACE);
	char before[65], after[65];

	(void)state;
	hash_ring(s, before);
	assert_int_equal(take(s, passphrase), 0);
	s->host.commands.gpg = "/nonexistent/gpg";
	assert_int_equal(give(s), 3); /* nothing proves it yet */
	s->host.commands.gpg = "gpg";
	shell_do("mkdir %s/aside; mv %s/.pgresync-saved-* %s/aside/", s->dir, s->home, s->dir);
	hash_ring(s, after);
	assert_string_equal(before, after);
	scene_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inplace_gpg2),
		cmocka_unit_test(test_inplace_gpg1),
		cmocka_unit_test(test_overlay_gpg2),
		cmocka_unit_test(test_overlay_gpg1),
		cmocka_unit_test(test_agent_gpg2),
		cmocka_unit_test(test_wrong_passphrase),
		cmocka_unit_test(test_key_already_open_is_refused),
		cmocka_unit_test(test_give_tells_when_key_stays_open),
		cmocka_unit_test(test_what_was_not_opened_is_given_back_without_gpg),
		cmocka_unit_test(test_the_inventory_may_change_while_the_key_is_open),
		cmocka_unit_test(test_bytes_go_back_where_gpg_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
