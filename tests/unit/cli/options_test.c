#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "cli/options.h"

enum { WORDS_MOST = 16 };

/* Splits at spaces and parses; the words stay where they are until the next call. */
static bool parse(struct options *o, const char *line, struct error *why)
{
	static char copy[512];
	static char *argv[WORDS_MOST + 2];
	static char name[] = "pgresync";
	int argc = 0;
	char *rest = copy;

	snprintf(copy, sizeof(copy), "%s", line);
	argv[argc++] = name;
	for (char *word; (word = strsep(&rest, " ")) != NULL && argc <= WORDS_MOST;)
		if (*word != '\0')
			argv[argc++] = word;
	argv[argc] = NULL;
	*why = (struct error){0};
	return options_parse(o, argc, argv, why);
}

static void expect_error(const char *line, const char *text)
{
	struct options o;
	struct error why;
	bool good = parse(&o, line, &why) && options_check(&o, &why);

	options_done(&o);
	assert_false(good);
	assert_int_equal(why.code, ERROR_USAGE);
	assert_string_equal(why.text, text);
}

static void longest_name_wins(void **state)
{
	struct options o;
	struct error why;

	(void)state;
	assert_true(parse(&o, "runs show 42", &why));
	assert_string_equal(o.command->name, "runs show");
	assert_int_equal(o.n_name, 2);
	assert_int_equal(o.n_words, 3);
	assert_string_equal(o.words[2], "42");
	options_done(&o);
	assert_true(parse(&o, "runs", &why));
	assert_string_equal(o.command->name, "runs");
	options_done(&o);
}

static void options_stand_anywhere(void **state)
{
	static const char *const lines[] = {
		"--limit 7 --json runs list", "runs --limit 7 list --json", "runs list --json --limit 7",
		"--json runs list --limit=7", "runs list -l 7 --json",	    "runs list -l7 --json",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct options o;
		struct error why;

		assert_true(parse(&o, lines[i], &why) && options_check(&o, &why));
		assert_string_equal(o.command->name, "runs list");
		assert_string_equal(options_value(&o, "limit"), "7");
		assert_true(options_has(&o, "json"));
		options_done(&o);
	}
}

static void letters_are_bundled(void **state)
{
	struct options o;
	struct error why;

	(void)state;
	assert_true(parse(&o, "runs -vvql 3", &why));
	assert_int_equal(options_count(&o, "verbose"), 2);
	assert_true(options_has(&o, "quiet"));
	assert_string_equal(options_value(&o, "limit"), "3");
	options_done(&o);
}

static void two_dashes_end_the_options(void **state)
{
	struct options o;
	struct error why;

	(void)state;
	assert_true(parse(&o, "inventory import -- --dry-run", &why) && options_check(&o, &why));
	assert_false(options_has(&o, "dry-run"));
	assert_string_equal(o.words[2], "--dry-run");
	options_done(&o);
}

static void last_value_counts(void **state)
{
	struct options o;
	struct error why;

	(void)state;
	assert_true(parse(&o, "runs --limit 3 --limit 4", &why));
	assert_string_equal(options_value(&o, "limit"), "4");
	options_done(&o);
}

static void empty_value_is_a_value(void **state)
{
	struct options o;
	struct error why;

	(void)state;
	assert_true(parse(&o, "audit --host= --text x", &why));
	assert_string_equal(options_value(&o, "host"), "");
	assert_string_equal(options_value(&o, "text"), "x");
	options_done(&o);
}

static void a_dash_is_an_argument(void **state)
{
	struct options o;
	struct error why;

	(void)state;
	assert_true(parse(&o, "inventory import -", &why));
	assert_string_equal(o.words[2], "-");
	options_done(&o);
}

static void question_mark_is_help(void **state)
{
	struct options o;
	struct error why;

	(void)state;
	assert_true(parse(&o, "runs -?", &why));
	assert_true(options_has(&o, "help"));
	options_done(&o);
}

static void wrong_lines_are_refused_in_one_line(void **state)
{
	(void)state;
	expect_error("", "no command; 'pgresync help' lists them");
	expect_error("audti", "unknown command 'audti'; did you mean audit?");
	expect_error("audti --nonsense", "unknown command 'audti'; did you mean audit?");
	expect_error("runs sohw 42", "unknown command 'runs sohw'; did you mean runs show or runs log?");
	expect_error("inventory", "'inventory' needs a second word; 'pgresync help inventory' lists them");
	expect_error("runs --limt 3", "runs: unknown option '--limt'; did you mean --limit?");
	expect_error("runs -z", "runs: unknown option '-z'");
	expect_error("runs --limit", "--limit needs a value: --limit=N");
	expect_error("runs -l", "--limit needs a value: --limit=N");
	expect_error("runs --json=yes", "--json takes no value");
	expect_error("runs show", "runs show needs RUN");
	expect_error("runs show 1 2", "runs show: one argument too many: '2'");
	/* An option of another command is unknown to this one. */
	expect_error("runs --dry-run", "runs: unknown option '--dry-run'");
	/* No guessing from beginnings. */
	expect_error("runs --lim 3", "runs: unknown option '--lim'; did you mean --limit?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(longest_name_wins),
		cmocka_unit_test(options_stand_anywhere),
		cmocka_unit_test(letters_are_bundled),
		cmocka_unit_test(two_dashes_end_the_options),
		cmocka_unit_test(last_value_counts),
		cmocka_unit_test(empty_value_is_a_value),
		cmocka_unit_test(a_dash_is_an_argument),
		cmocka_unit_test(question_mark_is_help),
		cmocka_unit_test(wrong_lines_are_refused_in_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
