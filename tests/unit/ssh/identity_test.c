/* Private keys of every kind, as ssh-keygen writes them: read, described and used as ssh-keygen itself would. */
#include "sshd.h"

#include <time.h>

#include "ssh/base64.h"
#include "ssh/bcrypt_pbkdf.h"
#include "ssh/identity.h"

static char dir[] = "/tmp/pgresync-identity-XXXXXX";

static int start(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	RUN("rm", "-rf", dir);
	return 0;
}

static char *make(const char *type, const char *bits, const char *passphrase, const char *format)
{
	static int n;
	char *path = mem_printf("%s/%d", dir, n++);
	const char *argv[20] = {"ssh-keygen", "-q", "-t", type, "-N", passphrase, "-f", path, "-m", format, "-b", bits};

	if (!bits)
		argv[10] = NULL;
	assert_int_equal(run(argv), 0);
	return path;
}

static bool load(const char *path, const char *passphrase, struct identity *i, struct error *why)
{
	struct buf text;
	bool ok;

	buf_init(&text, IDENTITY_FILE_MOST);
	ok = identity_read_file(path, &text, why) && identity_parse(i, text.bytes, text.used, passphrase, why);
	buf_done(&text);
	return ok;
}

/* The blob is the one in the .pub file. */
static void assert_same_public(const char *path, const struct identity *i)
{
	char *public_path = mem_printf("%s.pub", path), *public = read_file(public_path), *type, *text;
	unsigned char blob[4096];
	size_t size;

	type = strtok_r(public, " ", &text);
	assert_string_equal(i->type, type);
	type = strtok_r(NULL, " \n", &text);
	assert_true(base64_read(type, strlen(type), blob, sizeof(blob), &size));
	assert_int_equal(i->size, size);
	assert_memory_equal(i->blob, blob, size);
	free(public_path);
	free(public);
}

static void every_kind_of_key_is_read(void **state)
{
	static const struct {
		const char *type, *bits, *passphrase, *format;
	} kinds[] = {
		{"ed25519", NULL, "", "RFC4716"},    {"ecdsa", "256", "", "RFC4716"},
		{"ecdsa", "384", "", "RFC4716"},     {"ecdsa", "521", "", "RFC4716"},
		{"rsa", "2048", "", "RFC4716"},	     {"rsa", "2048", "", "PEM"},
		{"ecdsa", "256", "", "PEM"},	     {"rsa", "2048", "", "PKCS8"},
		{"ecdsa", "256", "", "PKCS8"},	     {"ed25519", NULL, "pass word", "RFC4716"},
		{"rsa", "2048", "x1234", "RFC4716"}, {"rsa", "2048", "x1234", "PEM"},
		{"ecdsa", "256", "x1234", "PKCS8"},
	};
	struct error why;

	(void)state;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
		char *path = make(kinds[k].type, kinds[k].bits, kinds[k].passphrase, kinds[k].format);
		struct identity i = {0};

		why.text[0] = '\0';
		if (!load(path, *kinds[k].passphrase ? kinds[k].passphrase : NULL, &i, &why))
			fail_msg("%s %s: %s", kinds[k].type, kinds[k].format, why.text);
		assert_same_public(path, &i);
		identity_done(&i);
		if (*kinds[k].passphrase) {
			assert_false(load(path, NULL, &i, &why));
			assert_non_null(strstr(why.text, "no passphrase"));
			assert_false(load(path, "wrong one", &i, &why));
			assert_string_equal(why.text, "wrong passphrase");
		}
		free(path);
	}
}

static void a_cut_or_changed_file_is_refused(void **state)
{
	char *path = make("ed25519", NULL, "", "RFC4716"), *text = read_file(path);
	struct identity i = {0};
	struct error why;
	size_t size = strlen(text);

	(void)state;
	for (size_t n = 0; n < size - 2; n += 3)
		if (identity_parse(&i, text, n, NULL, &why))
			fail_msg("read from %zu of %zu bytes", n, size);
	for (size_t n = 36; n < size - 40; n++) {
		char was = text[n];

		text[n] = was == 'A' ? 'B' : 'A';
		if (identity_parse(&i, text, size, NULL, &why))
			identity_done(&i); /* a changed secret is still a key; it must only not crash */
		text[n] = was;
	}
	free(path);
	free(text);
}

static void nonsense_is_no_key(void **state)
{
	static const char *const texts[] = {
		"", "hello", "-----BEGIN OPENSSH PRIVATE KEY-----\n",
		"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n",
		"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n"};
	struct identity i;
	struct error why;

	(void)state;
	for (size_t n = 0; n < sizeof(texts) / sizeof(*texts); n++)
		assert_false(identity_parse(&i, texts[n], strlen(texts[n]), NULL, &why));
}

static void a_file_must_be_private_and_regular(void **state)
{
	char *path = make("ed25519", NULL, "", "RFC4716"), *link = mem_printf("%s/link", dir);
	struct buf text;
	struct error why;

	(void)state;
	buf_init(&text, IDENTITY_FILE_MOST);
	assert_true(identity_read_file(path, &text, &why));
	for (mode_t mode = 0; mode <= 077; mode++) {
		chmod(path, 0600 | mode);
		assert_int_equal(identity_read_file(path, &text, &why), mode == 0);
	}
	chmod(path, 0400);
	assert_true(identity_read_file(path, &text, &why));
	assert_int_equal(symlink(path, link), 0);
	assert_false(identity_read_file(link, &text, &why));
	assert_false(identity_read_file(dir, &text, &why));
	assert_false(identity_read_file("/nonexistent", &text, &why));
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 65534, 65534), 0);
		assert_false(identity_read_file(path, &text, &why));
		assert_non_null(strstr(why.text, "somebody else"));
	}
	buf_done(&text);
	free(path);
	free(link);
}

/* Rounds are the file's choice: a file must not be able to keep a thread busy for hours. */
static void absurd_rounds_are_refused_at_once(void **state)
{
	char *path = make("ed25519", NULL, "pass", "RFC4716"), *text = read_file(path), *at, *end;
	unsigned char bytes[1024], *rounds;
	char packed[1500] = "", *again;
	size_t n = 0, size;
	struct identity i;
	struct error why;
	time_t began = time(NULL);

	(void)state;
	end = strstr(text, "-----END");
	for (at = strchr(text, '\n'); at < end; at++)
		if (*at != '\n')
			packed[n++] = *at;
	assert_true(base64_read(packed, n, bytes, sizeof(bytes), &size));
	rounds = (unsigned char *)memmem(bytes, size, "bcrypt", 6) + 6 + 4 + 4 + 16;
	assert_int_equal(rounds[0], 0);
	rounds[0] = 0x7f;
	EVP_EncodeBlock((unsigned char *)packed, bytes, (int)size);
	again = mem_printf("-----BEGIN OPENSSH PRIVATE KEY-----\n%s\n-----END OPENSSH PRIVATE KEY-----\n", packed);
	assert_false(identity_parse(&i, again, strlen(again), "pass", &why));
	assert_string_equal(why.text, "cannot be decrypted");
	assert_true(time(NULL) - began < 30);
	free(again);
	free(text);
	free(path);
}

static void bcrypt_pbkdf_gives_the_known_answer(void **state)
{
	/* From OpenBSD's regression tests: password "password", salt "salt", 4 rounds, 32 bytes. */
	static const unsigned char known[32] = {0x5b, 0xbf, 0x0c, 0xc2, 0x93, 0x58, 0x7f, 0x1c, 0x36, 0x35, 0x55,
						0x5c, 0x27, 0x79, 0x65, 0x98, 0xd4, 0x7e, 0x57, 0x90, 0x71, 0xbf,
						0x42, 0x7e, 0x9d, 0x8f, 0xbe, 0x84, 0x2a, 0xba, 0x34, 0xd9};
	unsigned char key[32];

	(void)state;
	assert_true(bcrypt_pbkdf("password", 8, (const unsigned char *)"salt", 4, 4, key, sizeof(key)));
	assert_memory_equal(key, known, sizeof(key));
	assert_false(bcrypt_pbkdf("password", 8, (const unsigned char *)"salt", 4, 0, key, sizeof(key)));
	assert_false(bcrypt_pbkdf("", 0, (const unsigned char *)"salt", 4, 4, key, sizeof(key)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_key_is_read),
		cmocka_unit_test(a_cut_or_changed_file_is_refused),
		cmocka_unit_test(nonsense_is_no_key),
		cmocka_unit_test(a_file_must_be_private_and_regular),
		cmocka_unit_test(absurd_rounds_are_refused_at_once),
		cmocka_unit_test(bcrypt_pbkdf_gives_the_known_answer),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
