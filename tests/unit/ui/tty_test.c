#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <pty.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "ui/tty.h"

static int terminal, other_end;

static int begin(void **state)
{
	(void)state;
	unsetenv("NO_COLOR");
	unsetenv("CLICOLOR_FORCE");
	unsetenv("FORCE_COLOR");
	setenv("TERM", "xterm", 1);
	return openpty(&other_end, &terminal, NULL, NULL, &(struct winsize){.ws_row = 30, .ws_col = 111});
}

static int end(void **state)
{
	(void)state;
	close(terminal);
	return close(other_end);
}

static int piped(void)
{
	static int ends[2];

	if (ends[1] == 0)
		assert_int_equal(pipe(ends), 0);
	return ends[1];
}

static void colour_on_terminals_only(void **state)
{
	(void)state;
	assert_true(tty_has_color(TTY_COLOR_AUTO, terminal));
	assert_false(tty_has_color(TTY_COLOR_AUTO, piped()));
}

static void option_beats_everything(void **state)
{
	(void)state;
	setenv("NO_COLOR", "1", 1);
	assert_true(tty_has_color(TTY_COLOR_ALWAYS, piped()));
	unsetenv("NO_COLOR");
	setenv("FORCE_COLOR", "1", 1);
	assert_false(tty_has_color(TTY_COLOR_NEVER, terminal));
}

static void no_color_is_heard(void **state)
{
	(void)state;
	setenv("NO_COLOR", "1", 1);
	assert_false(tty_has_color(TTY_COLOR_AUTO, terminal));
	setenv("NO_COLOR", "", 1);
	assert_true(tty_has_color(TTY_COLOR_AUTO, terminal));
}

static void no_color_beats_clicolor_force(void **state)
{
	(void)state;
	setenv("CLICOLOR_FORCE", "1", 1);
	assert_true(tty_has_color(TTY_COLOR_AUTO, piped()));
	setenv("NO_COLOR", "1", 1);
	assert_false(tty_has_color(TTY_COLOR_AUTO, piped()));
}

static void force_color_beats_no_color(void **state)
{
	(void)state;
	setenv("NO_COLOR", "1", 1);
	setenv("FORCE_COLOR", "1", 1);
	assert_true(tty_has_color(TTY_COLOR_AUTO, piped()));
	setenv("FORCE_COLOR", "0", 1);
	assert_false(tty_has_color(TTY_COLOR_AUTO, terminal));
}

static void dumb_terminal_is_plain(void **state)
{
	(void)state;
	setenv("TERM", "dumb", 1);
	assert_false(tty_can_rewrite(terminal));
	assert_false(tty_has_color(TTY_COLOR_AUTO, terminal));
	unsetenv("TERM");
	assert_false(tty_can_rewrite(terminal));
}

static void size_is_the_windows(void **state)
{
	(void)state;
	assert_int_equal(tty_get_size(terminal).columns, 111);
	assert_int_equal(tty_get_size(terminal).rows, 30);
	assert_int_equal(tty_get_size(piped()).columns, 80);
}

static void words_of_the_option(void **state)
{
	enum tty_color color = TTY_COLOR_AUTO;

	(void)state;
	assert_true(tty_color_parse("never", &color));
	assert_int_equal(color, TTY_COLOR_NEVER);
	assert_false(tty_color_parse("no", &color));
	assert_int_equal(color, TTY_COLOR_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(colour_on_terminals_only, begin, end),
		cmocka_unit_test_setup_teardown(option_beats_everything, begin, end),
		cmocka_unit_test_setup_teardown(no_color_is_heard, begin, end),
		cmocka_unit_test_setup_teardown(no_color_beats_clicolor_force, begin, end),
		cmocka_unit_test_setup_teardown(force_color_beats_no_color, begin, end),
		cmocka_unit_test_setup_teardown(dumb_terminal_is_plain, begin, end),
		cmocka_unit_test_setup_teardown(size_is_the_windows, begin, end),
		cmocka_unit_test_setup_teardown(words_of_the_option, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
