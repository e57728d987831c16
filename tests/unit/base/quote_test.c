#include "base/quote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { WORDS = 20000 };

static unsigned seed = 20191206;

static unsigned random_below(unsigned n)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % n;
}

static void check(const char *s, const char *expected)
{
	struct buf b;

	buf_init(&b, 1000);
	assert_true(quote_sh(&b, s));
	assert_string_equal(b.bytes, expected);
	buf_done(&b);
}

static void harmless_words_stay_plain(void **state)
{
	(void)state;
	check("/var/lib/postgresql/9.3/main", "/var/lib/postgresql/9.3/main");
	check("", "''");
	check("a b", "'a b'");
	check("it's", "'it'\\''s'");
	check("~", "'~'");
	check("a=b", "'a=b'");
	check("#", "'#'");
}

static void what_does_not_fit_is_told(void **state)
{
	struct buf b;

	(void)state;
	for (size_t most = 0; most < 12; most++) {
		buf_init(&b, most);
		assert_false(quote_sh(&b, "it's a pity"));
		assert_false(quote_conninfo(&b, "it's a pity"));
		buf_done(&b);
	}
}

/* Every byte from 1 to 255 alone, then random words, many of them made of what shells care about. */
static void random_word(char word[40], int i)
{
	static const char nasty[] = "'\"\\$`!*?[]{}()<>|&;~#= \t\n\r%^-+@:,./";
	size_t n = i < 256 ? 1 : random_below(39);

	for (size_t k = 0; k < n; k++)
		word[k] = (char)(random_below(3) ? nasty[random_below(sizeof(nasty) - 1)] :
						   (char)(1 + random_below(255)));
	if (i > 0 && i < 256)
		word[0] = (char)i;
	word[n] = '\0';
}

/* The shell prints each word with a NUL behind; what comes back must be what went in. */
static void round_trip(const char *shell)
{
	struct buf script, words;
	char path[] = "/tmp/pgresync-quote-XXXXXX", command[100], *back;
	int fd = mkstemp(path);
	FILE *f;
	size_t n;

	assert_true(fd >= 0);
	buf_init(&script, 10000000);
	buf_init(&words, 10000000);
	for (int i = 0; i < WORDS; i++) {
		char word[40];

		random_word(word, i);
		buf_adds(&script, "printf '%s\\0' ");
		assert_true(quote_sh(&script, word));
		buf_addc(&script, '\n');
		buf_add(&words, word, strlen(word) + 1);
	}
	assert_int_equal(write(fd, script.bytes, script.used), script.used);
	close(fd);
	snprintf(command, sizeof(command), "%s %s", shell, path);
	f = popen(command, "r");
	assert_non_null(f);
	back = malloc(words.used + 1);
	n = fread(back, 1, words.used + 1, f);
	assert_int_equal(pclose(f), 0);
	assert_int_equal(n, words.used);
	assert_memory_equal(back, words.bytes, n);
	free(back);
	buf_done(&script);
	buf_done(&words);
	unlink(path);
}

static void dash_reads_every_word_as_it_was(void **state)
{
	(void)state;
	round_trip("dash");
}

static void bash_reads_every_word_as_it_was(void **state)
{
	(void)state;
	round_trip("bash");
	setenv("LC_ALL", "C.UTF-8", 1);
	round_trip("bash");
}

static void conninfo_values_are_quoted(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	assert_true(quote_conninfo(&b, "a'b\\c d"));
	assert_string_equal(b.bytes, "'a\\'b\\\\c d'");
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(harmless_words_stay_plain),	   cmocka_unit_test(what_does_not_fit_is_told),
		cmocka_unit_test(dash_reads_every_word_as_it_was), cmocka_unit_test(bash_reads_every_word_as_it_was),
		cmocka_unit_test(conninfo_values_are_quoted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
