#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/printable.h"
#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/help.h"
#include "unit/ui/golden.h"

enum { HELP_COLUMNS = 100, NAMES_MOST = 400 };

typedef void each_option_fn(const struct command *c, const struct command_option *o);

static void each_option(each_option_fn *each)
{
	for (const struct command_option *o = global_options; o->name != NULL; o++)
		each(NULL, o);
	for (size_t i = 0; commands[i] != NULL; i++)
		for (const struct command_option *o = commands[i]->options; o != NULL && o->name != NULL; o++)
			each(commands[i], o);
}

static void every_row_is_complete(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i] != NULL; i++) {
		const struct command *c = commands[i];

		assert_non_null(c->run);
		assert_true(strlen(c->name) > 0 && strlen(c->summary) > 0);
		assert_true(c->most == -1 || c->most >= c->least);
		assert_true((c->most != 0) == (*c->arguments != '\0'));
		if (!commands_is_hidden(c))
			assert_true(c->examples != NULL && c->examples[0] != NULL && c->examples[1] != NULL);
	}
}

static void names_are_different(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i] != NULL; i++)
		for (size_t k = i + 1; commands[k] != NULL; k++)
			assert_string_not_equal(commands[i]->name, commands[k]->name);
}

static const struct command_option *seen[NAMES_MOST];
static size_t n_seen;

static void same_as_seen(const struct command *c, const struct command_option *o)
{
	(void)c;
	for (size_t i = 0; i < n_seen; i++) {
		bool same_name = strcmp(seen[i]->name, o->name) == 0;

		if (same_name)
			assert_true(seen[i]->letter == o->letter && (seen[i]->value == NULL) == (o->value == NULL));
		else if (o->letter != 0)
			assert_int_not_equal(seen[i]->letter, o->letter);
	}
	assert_true(n_seen < NAMES_MOST);
	seen[n_seen++] = o;
}

static void an_option_is_the_same_in_every_command(void **state)
{
	(void)state;
	n_seen = 0;
	each_option(same_as_seen);
}

static void well_written(const struct command *c, const struct command_option *o)
{
	(void)c;
	assert_true(strlen(o->help) > 0 && o->help[strlen(o->help) - 1] != '.');
	assert_int_not_equal(o->letter, '?');
	for (const char *at = o->name; *at != '\0'; at++)
		assert_true(islower((unsigned char)*at) || *at == '-' || isdigit((unsigned char)*at));
}

static void options_are_well_written(void **state)
{
	(void)state;
	each_option(well_written);
}

static void expect_narrow(const char *text)
{
	for (const char *end; *text != '\0'; text = end + (*end == '\n')) {
		end = strchrnul(text, '\n');
		scoped_mem char *line = mem_strndup(text, (size_t)(end - text));

		if (printable_width(line) > HELP_COLUMNS)
			fprintf(stderr, "too wide: %s\n", line);
		assert_in_range(printable_width(line), 0, HELP_COLUMNS);
	}
}

static void help_fits_the_window(void **state)
{
	scoped_buf text;

	(void)state;
	buf_init(&text, HELP_MOST);
	help_program(&text);
	for (size_t i = 0; commands[i] != NULL; i++)
		help_command(&text, commands[i]);
	expect_narrow(text.bytes);
}

static void help_names_every_option_and_example(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i] != NULL; i++) {
		const struct command *c = commands[i];
		scoped_buf text;

		buf_init(&text, HELP_MOST);
		help_command(&text, c);
		for (const struct command_option *o = c->options; o != NULL && o->name != NULL; o++)
			assert_non_null(strstr(text.bytes, o->name));
		for (const char *const *e = c->examples; e != NULL && *e != NULL; e++)
			assert_non_null(strstr(text.bytes, *e));
	}
}

/* An example that its own parser would refuse teaches errors. */
static void examples_begin_with_their_command(void **state)
{
	(void)state;
	for (size_t i = 0; commands[i] != NULL; i++) {
		scoped_mem char *begin = mem_printf("pgresync %s", commands[i]->name);

		for (const char *const *e = commands[i]->examples; e != NULL && *e != NULL; e += 2)
			assert_memory_equal(*e, begin, strlen(begin));
	}
}

static void program_help_looks_as_ever(void **state)
{
	scoped_buf text;

	(void)state;
	buf_init(&text, HELP_MOST);
	help_program(&text);
	golden_expect("cli/help.txt", &text);
}

static void command_help_looks_as_ever(void **state)
{
	const char *const words[] = {"audit", "export"};
	scoped_buf text;
	size_t n;

	(void)state;
	buf_init(&text, HELP_MOST);
	help_command(&text, commands_find(words, 2, &n));
	golden_expect("cli/help_audit_export.txt", &text);
}

static void read_document(const char *name, struct buf *out)
{
	scoped_mem char *path = mem_printf("%s/docs/%s", SOURCE_DIR, name);

	buf_init(out, HELP_MOST);
	golden_read(path, out);
}

/* docs/commands.md is what `pgresync __commands` writes. */
static void documentation_is_in_step(void **state)
{
	scoped_buf is, wanted;

	(void)state;
	read_document("commands.md", &is);
	buf_init(&wanted, HELP_MOST);
	help_markdown(&wanted);
	if (strcmp(is.bytes, wanted.bytes) != 0)
		fprintf(stderr, "write it anew: pgresync __commands >docs/commands.md\n");
	assert_string_equal(is.bytes, wanted.bytes);
}

static void every_exit_status_is_documented(void **state)
{
	scoped_buf is;

	(void)state;
	read_document("exit-codes.md", &is);
	for (int status = 0; status < 256; status++) {
		scoped_mem char *row = mem_printf("\n| %d | %s |", status, exit_status_text(status));

		if (strcmp(exit_status_text(status), "?") != 0 && strstr(is.bytes, row) == NULL)
			fprintf(stderr, "docs/exit-codes.md lacks:%s\n", row);
		assert_true(strcmp(exit_status_text(status), "?") == 0 || strstr(is.bytes, row) != NULL);
	}
}

static void every_error_has_a_documented_status(void **state)
{
	(void)state;
	for (int code = 0; code < ERROR_CODES; code++)
		assert_string_not_equal(exit_status_text(error_exit_status((enum error_code)code)), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_is_complete),
		cmocka_unit_test(names_are_different),
		cmocka_unit_test(an_option_is_the_same_in_every_command),
		cmocka_unit_test(options_are_well_written),
		cmocka_unit_test(help_fits_the_window),
		cmocka_unit_test(help_names_every_option_and_example),
		cmocka_unit_test(examples_begin_with_their_command),
		cmocka_unit_test(program_help_looks_as_ever),
		cmocka_unit_test(command_help_looks_as_ever),
		cmocka_unit_test(documentation_is_in_step),
		cmocka_unit_test(every_exit_status_is_documented),
		cmocka_unit_test(every_error_has_a_documented_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
