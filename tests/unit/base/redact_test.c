#include "base/redact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/quote.h"
#include "base/secret.h"

static uint32_t seed = 20191206;

static unsigned random_below(unsigned n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static char *redacted(const char *text)
{
	struct buf out;

	buf_init(&out, 100000);
	redact_text(&out, text, strlen(text));
	return out.bytes;
}

static void check(const char *text, const char *expected)
{
	char *is = redacted(text);

	assert_string_equal(is, expected);
	free(is);
}

static void add(const char *secret)
{
	redact_add(secret, strlen(secret));
}

static int forget(void **state)
{
	(void)state;
	redact_forget();
	return 0;
}

static void text_without_secrets_is_unchanged(void **state)
{
	(void)state;
	check("", "");
	check("password authentication failed for user \"replication\"",
	      "password authentication failed for user \"replication\"");
	check("gpg: can't query passphrase in batch mode\n", "gpg: can't query passphrase in batch mode\n");
	check("Password: \n", "Password: \n");
	check("http://10.2.3.12:5432/x p s : - ::", "http://10.2.3.12:5432/x p s : - ::");
	check("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
	      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
}

static void an_exact_secret_is_hidden_wherever_it_stands(void **state)
{
	(void)state;
	add("hunter2!");
	check("hunter2!", "[redacted]");
	check("xhunter2!y hunter2! hunter2", "x[redacted]y [redacted] hunter2");
	check("hunter2!hunter2!", "[redacted]");
}

static void overlapping_secrets_are_hidden_together(void **state)
{
	(void)state;
	add("abcdef");
	add("defghi");
	add("abcdefgh-long");
	add("abcdefg");
	check("abcdefghi", "[redacted]");
	check("<abcdefgh-long>", "<[redacted]>");
	check("abcde defgh", "abcde defgh");
}

static void a_secret_of_three_bytes_is_not_remembered(void **state)
{
	(void)state;
	add("abc");
	check("abc abcabc", "abc abcabc");
}

static void a_new_secret_registers_itself(void **state)
{
	struct error why;
	struct secret *s = secret_new("correct horse", 13, &why);

	(void)state;
	assert_non_null(s);
	check("the correct horse battery", "the [redacted] battery");
	secret_free(s);
	check("the correct horse battery", "the [redacted] battery");
}

static void encoded_forms_are_hidden(void **state)
{
	struct buf b;
	char *is;

	(void)state;
	add("p'w \\d:/\"x");
	check("cGAncHcgXGQ6LyJ4", "cGAncHcgXGQ6LyJ4");
	check("<cCd3IFxkOi8ieA==>", "<[redacted]>");
	check("<p%27w%20%5Cd%3A%2F%22x><p%27w%20%5cd%3a%2f%22x>", "<[redacted]><[redacted]>");
	check("{\"x\":\"p'w \\\\d:/\\\"x\"}", "{\"x\":\"[redacted]\"}");
	check("h:5432:*:replication:p'w \\\\d\\:/\"x\n", "h:5432:*:replication:[redacted]\n");
	check("p\\'w\\ \\\\d\\:/\\\"x", "[redacted]");
	buf_init(&b, 1000);
	quote_sh(&b, "p'w \\d:/\"x");
	is = redacted(b.bytes);
	assert_string_equal(is, "'[redacted]'");
	free(is);
	buf_clear(&b);
	quote_conninfo(&b, "p'w \\d:/\"x");
	is = redacted(b.bytes);
	assert_string_equal(is, "'[redacted]'");
	free(is);
	buf_done(&b);
}

static void base64_of_a_text_around_the_secret_is_hidden(void **state)
{
	/* "user:replication-secret.", with one and with two bytes more before it */
	(void)state;
	add("replication-secret");
	check("dXNlcjpyZXBsaWNhdGlvbi1zZWNyZXQu", "dXNlcjp[redacted]Qu");
	check("eHVzZXI6cmVwbGljYXRpb24tc2VjcmV0Lg==", "eHVzZXI6[redacted]Lg==");
	check("eHh1c2VyOnJlcGxpY2F0aW9uLXNlY3JldC4=", "eHh1c2VyOn[redacted]C4=");
}

static void values_of_telling_names_are_hidden(void **state)
{
	(void)state;
	check("host=a user=b password=secret port=1", "host=a user=b password=[redacted] port=1");
	check("primary_conninfo = 'host=a password=secret'", "primary_conninfo = 'host=a password=[redacted]'");
	check("primary_conninfo = 'host=a password=\\'se cret\\' x'",
	      "primary_conninfo = 'host=a password=\\'[redacted]\\' x'");
	check("primary_conninfo = 'host=a password=''se cret'' x'",
	      "primary_conninfo = 'host=a password=''[redacted]'' x'");
	check("PGPASSWORD=secret psql", "PGPASSWORD=[redacted] psql");
	check("PGPASSWORD='se''c \\' ret' psql", "PGPASSWORD='[redacted]' psql");
	check("password='' x", "password='' x");
	check("password=''", "password=''");
	check("{\"password\": \"se\\\"cret\"}", "{\"password\": \"[redacted]\"}");
	check("{\\\"password\\\":\\\"se cret\\\"}", "{\\\"password\\\":\\\"[redacted]\\\"}");
	check("Passphrase : secret\r\nnext", "Passphrase : [redacted]\r\nnext");
	check("AWS_SECRET_ACCESS_KEY=abc/def+1\n", "AWS_SECRET_ACCESS_KEY=[redacted]\n");
	check("password='never closed\nnext line", "password='[redacted]\nnext line");
	check("postgresql://rep:s%40:ecret@h:5432/x", "postgresql://rep:[redacted]@h:5432/x");
}

static void a_known_secret_with_a_space_is_hidden_to_its_end(void **state)
{
	(void)state;
	add("two words");
	check("password=two words next", "password=[redacted] next");
}

static void private_keys_are_hidden(void **state)
{
	(void)state;
	check("a\n-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\nbnNz-x\n-----END OPENSSH PRIVATE KEY-----\nb",
	      "a\n-----BEGIN OPENSSH PRIVATE KEY-----[redacted]-----END OPENSSH PRIVATE KEY-----\nb");
	check("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQHYBF\n", "-----BEGIN PGP PRIVATE KEY BLOCK-----[redacted]");
	check("-----BEGIN PRIVATE KEY-----\nMII\n-----END", "-----BEGIN PRIVATE KEY-----[redacted]");
}

static void the_cap_of_the_output_holds(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 5);
	redact_text(&out, "a long text", 11);
	assert_string_equal(out.bytes, "a lon");
	buf_done(&out);
}

static void a_secret_of_full_length_passes_no_chunk_border(void **state)
{
	char secret[SECRET_MOST + 1];
	struct redact_stream s;
	struct buf out;

	(void)state;
	memset(secret, '\'', sizeof(secret));
	secret[SECRET_MOST] = '\0';
	add(secret);
	buf_init(&out, 100000);
	redact_stream_init(&s);
	for (int i = 0; i < SECRET_MOST; i++)
		redact_stream_add(&s, &out, "'\\''", 4);
	redact_stream_add(&s, &out, ".", 1);
	redact_stream_end(&s, &out);
	assert_string_equal(out.bytes, "[redacted].");
	buf_done(&out);
}

/* ---- any text, cut anywhere: the same as the whole, and no secret ---- */

static const char *const pieces[] = {
	"password=",
	"PGPASSWORD='",
	"passphrase: \"",
	"'",
	"\"",
	"\\'",
	"''",
	"\\",
	"\n",
	" ",
	"postgres://u:",
	"@",
	"://",
	":",
	"-",
	"pass",
	"secret_key = ",
	"-----BEGIN RSA PRIVATE KEY-----",
	"-----END ",
	"-----BEGIN ",
	"-----",
	"s3",
	"x",
	"word",
	"hunter",
	"LOG:  restored log file\n",
	"secret-one",
	"two words",
	"q'u\\o\"te",
};
static const char *const secrets[] = {"secret-one", "two words", "q'u\\o\"te", "hunterhunter", "one-two-one"};

static void add_random_piece(struct buf *text)
{
	const char *secret = secrets[random_below(sizeof(secrets) / sizeof(*secrets))];

	switch (random_below(8)) {
	case 0:
		buf_adds(text, secret);
		break;
	case 1:
		quote_sh(text, secret);
		break;
	case 2:
		quote_conninfo(text, secret);
		break;
	case 3:
		for (const char *p = secret; *p; p++)
			buf_addf(text, "%%%02X", (unsigned char)*p);
		break;
	default:
		buf_adds(text, pieces[random_below(sizeof(pieces) / sizeof(*pieces))]);
	}
}

static void any_split_gives_the_same_and_never_leaks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		add(secrets[i]);
	for (int round = 0; round < 20000; round++) {
		struct buf text, whole, cut;
		struct redact_stream s;
		size_t at = 0;

		buf_init(&text, 10000);
		buf_init(&whole, 20000);
		buf_init(&cut, 20000);
		for (unsigned n = random_below(12); n > 0; n--)
			add_random_piece(&text);
		redact_text(&whole, text.bytes, text.used);
		redact_stream_init(&s);
		while (at < text.used) {
			size_t n = 1 + random_below(random_below(4) ? 4 : 40);

			if (n > text.used - at)
				n = text.used - at;
			redact_stream_add(&s, &cut, text.bytes + at, n);
			at += n;
		}
		redact_stream_end(&s, &cut);
		if (strcmp(cut.bytes, whole.bytes) != 0)
			print_message("text: <%s>\n", text.bytes);
		assert_string_equal(cut.bytes, whole.bytes);
		for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
			assert_null(strstr(cut.bytes, secrets[i]));
		buf_done(&text);
		buf_done(&whole);
		buf_done(&cut);
	}
}

static void random_base64_around_random_secrets_never_leaks(void **state)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	(void)state;
	for (int round = 0; round < 2000; round++) {
		unsigned char bytes[64];
		char text[100], *is;
		size_t before = random_below(6), n = 9 + random_below(20), after = random_below(6), used = 0;
		size_t total = before + n + after;

		for (size_t i = 0; i < total; i++)
			bytes[i] = (unsigned char)(1 + random_below(255));
		redact_forget();
		redact_add((const char *)bytes + before, n);
		for (size_t bit = 0; bit < total * 8; bit += 6) {
			unsigned six = 0;

			for (size_t b = bit; b < bit + 6; b++)
				six = six << 1 | (b / 8 < total ? (unsigned)bytes[b / 8] >> (7 - b % 8) & 1 : 0);
			text[used++] = digits[six];
		}
		text[used] = '\0';
		is = redacted(text);
		assert_non_null(strstr(is, "[redacted]"));
		/* At most the characters that the neighbours share stay: two at each end. */
		assert_true(strlen(is) <= 10 + (before * 8 + 5) / 6 + 1 + (after * 8 + 5) / 6 + 1);
		free(is);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(text_without_secrets_is_unchanged, forget),
		cmocka_unit_test_teardown(an_exact_secret_is_hidden_wherever_it_stands, forget),
		cmocka_unit_test_teardown(overlapping_secrets_are_hidden_together, forget),
		cmocka_unit_test_teardown(a_secret_of_three_bytes_is_not_remembered, forget),
		cmocka_unit_test_teardown(a_new_secret_registers_itself, forget),
		cmocka_unit_test_teardown(encoded_forms_are_hidden, forget),
		cmocka_unit_test_teardown(base64_of_a_text_around_the_secret_is_hidden, forget),
		cmocka_unit_test_teardown(values_of_telling_names_are_hidden, forget),
		cmocka_unit_test_teardown(a_known_secret_with_a_space_is_hidden_to_its_end, forget),
		cmocka_unit_test_teardown(private_keys_are_hidden, forget),
		cmocka_unit_test_teardown(the_cap_of_the_output_holds, forget),
		cmocka_unit_test_teardown(a_secret_of_full_length_passes_no_chunk_border, forget),
		cmocka_unit_test_teardown(any_split_gives_the_same_and_never_leaks, forget),
		cmocka_unit_test_teardown(random_base64_around_random_secrets_never_leaks, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
