#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <locale.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <cmocka.h>

#include "ui/tty.h"
#include "unit/ui/display.h"

static void block_stands_on_the_terminal(void **state)
{
	struct bench *b = *state;

	begin(b, PROGRESS_LIVE, 1);
	set(b, working("pg-standby-1", 5, 63));
	progress_tick(b->p);
	take(b);
	assert_true(b->screen.cursor_hidden);
	assert_int_equal(screen_find(&b->screen, "run 42 resync staging"), 0);
	assert_int_equal(screen_find(&b->screen, "pg-standby-1  5/9 base backup"), 1);
	progress_end(b->p);
}

static void end_takes_the_block_away_and_shows_the_cursor(void **state)
{
	struct bench *b = *state;

	begin(b, PROGRESS_LIVE, 1);
	set(b, working("pg-standby-1", 5, 63));
	progress_say(b->p, "a line that stays");
	progress_tick(b->p);
	progress_end(b->p);
	take(b);
	assert_false(b->screen.cursor_hidden);
	assert_int_equal(screen_find(&b->screen, "a line that stays"), 0);
	assert_int_equal(screen_find(&b->screen, "run 42"), -1);
	assert_int_equal(screen_find(&b->screen, "pg-standby-1"), -1);
}

static void ending_of_a_host_stands_above_the_block(void **state)
{
	struct bench *b = *state;
	struct progress_host h = working("pg-standby-1", 3, -1);

	begin(b, PROGRESS_LIVE, 2);
	set(b, h);
	progress_tick(b->p);
	h.state = PROGRESS_FAILED;
	h.why = "Bad passphrase";
	h.ended_ms = 1007000;
	set_time(b, 1007000);
	set(b, h);
	progress_tick(b->p);
	take(b);
	assert_int_equal(
		screen_find(&b->screen, "00:07 pg-standby-1 failed at 3/9 base-backup after 00:07: Bad passphrase"),
		screen_find(&b->screen, "run 42") - 1);
	progress_end(b->p);
}

static void frames_come_ten_a_second_at_most(void **state)
{
	struct bench *b = *state;
	int frames = 0;

	begin(b, PROGRESS_LIVE, 1);
	take(b);
	for (int i = 0; i < 1000; i++) {
		set_time(b, 1000000 + i);
		set(b, working("pg-standby-1", 5, i % 97));
		progress_tick(b->p);
		frames += take(b) > 0;
	}
	assert_in_range(frames, 9, 10);
	progress_end(b->p);
}

static void nothing_is_written_when_nothing_changed(void **state)
{
	struct bench *b = *state;

	begin(b, PROGRESS_LIVE, 1);
	set(b, working("pg-standby-1", 5, 63));
	progress_tick(b->p);
	take(b);
	for (int i = 0; i < 8; i++) {
		set_time(b, 1000000 + 100 * (i + 1));
		progress_tick(b->p);
	}
	assert_int_equal(take(b), 0);
	progress_end(b->p);
}

static void resized_window_is_drawn_at_its_new_width(void **state)
{
	struct bench *b = *state;
	struct winsize size = {.ws_row = ROWS, .ws_col = 70};

	begin(b, PROGRESS_LIVE, 1);
	set(b, working("pg-standby-1", 5, 63));
	progress_tick(b->p);
	take(b);
	ioctl(b->theirs, TIOCSWINSZ, &size);
	vterm_set_size(b->screen.term, ROWS, 70);
	b->screen.columns = 70;
	set_time(b, 1001000);
	progress_tick(b->p);
	take(b);
	assert_int_equal(screen_find(&b->screen, "run 42"), 0);
	assert_int_equal(screen_find(&b->screen, "63%"), 1);
	assert_string_equal(screen_row(&b->screen, 2), "");
	progress_end(b->p);
}

static void narrow_window_gets_plain_lines(void **state)
{
	struct bench *b = *state;
	struct winsize size = {.ws_row = ROWS, .ws_col = 50};

	ioctl(b->theirs, TIOCSWINSZ, &size);
	begin(b, PROGRESS_LIVE, 1);
	set(b, working("pg-standby-1", 5, 63));
	progress_tick(b->p);
	take(b);
	assert_non_null(strstr(b->bytes.bytes, "00:00 pg-standby-1 5/9 base-backup 63%"));
	assert_null(strstr(b->bytes.bytes, "run 42"));
	progress_end(b->p);
}

static void cursor_comes_back_when_the_program_crashes(void **state)
{
	struct bench *b = *state;
	int status;
	pid_t child = fork();

	if (child == 0) {
		begin(b, PROGRESS_LIVE, 1);
		progress_tick(b->p);
		signal(SIGABRT, SIG_DFL);
		progress_set_hint(b->p, "about to crash");
		tty_cursor_hide(b->theirs, &(volatile bool){false});
		raise(SIGABRT);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	take(b);
	assert_non_null(strstr(b->bytes.bytes, "\033[?25l"));
	assert_false(b->screen.cursor_hidden);
}

static void secrets_never_show(void **state)
{
	static const enum progress_mode modes[] = {PROGRESS_LIVE, PROGRESS_PLAIN, PROGRESS_JSON};
	struct bench *b = *state;

	redact_add("correct-horse-battery", 21);
	for (size_t i = 0; i < 3; i++) {
		struct progress_host h = working("pg-standby-1", 3, -1);

		begin(b, modes[i], 1);
		h.last_line = "read correct-horse-battery";
		set(b, h);
		h.state = PROGRESS_FAILED;
		h.why = "correct-horse-battery is wrong";
		set(b, h);
		progress_say(b->p, "said correct-horse-battery");
		set_time(b, b->now_ms + 1000);
		progress_tick(b->p);
		assert_true(take(b) > 0);
		assert_null(strstr(b->bytes.bytes, "correct-horse"));
		progress_end(b->p);
		take(b);
	}
}

static void mode_is_live_on_a_good_terminal_only(void **state)
{
	struct bench *b = *state;

	assert_int_equal(progress_choose_mode(b->theirs, false, false), PROGRESS_LIVE);
	assert_int_equal(progress_choose_mode(b->theirs, true, false), PROGRESS_JSON);
	assert_int_equal(progress_choose_mode(b->theirs, false, true), PROGRESS_QUIET);
	setenv("TERM", "dumb", 1);
	assert_int_equal(progress_choose_mode(b->theirs, false, false), PROGRESS_PLAIN);
}

int main(void)
{
#define LIVE(test) cmocka_unit_test_setup_teardown(test, open_terminal, close_all)
	const struct CMUnitTest tests[] = {
		LIVE(block_stands_on_the_terminal),
		LIVE(end_takes_the_block_away_and_shows_the_cursor),
		LIVE(ending_of_a_host_stands_above_the_block),
		LIVE(frames_come_ten_a_second_at_most),
		LIVE(nothing_is_written_when_nothing_changed),
		LIVE(resized_window_is_drawn_at_its_new_width),
		LIVE(narrow_window_gets_plain_lines),
		LIVE(cursor_comes_back_when_the_program_crashes),
		LIVE(secrets_never_show),
		LIVE(mode_is_live_on_a_good_terminal_only),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
