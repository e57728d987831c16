#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <locale.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/redact.h"
#include "ui/progress.h"
#include "ui/tty.h"
#include "unit/ui/screen.h"

enum { ROWS = 16, COLUMNS = 100, BYTES_MOST = 1024 * 1024, WALL_US = 1000000 };

struct bench {
	struct screen screen;
	int ours, theirs; /* ends of a terminal or a pipe: we read, it writes */
	struct buf bytes;
	int64_t now_ms;
	struct progress *p;
};

static void set_time(struct bench *b, int64_t now_ms)
{
	b->now_ms = now_ms;
	clock_fake(WALL_US, now_ms);
}

static int open_terminal(void **state)
{
	static struct bench b;
	struct winsize size = {.ws_row = ROWS, .ws_col = COLUMNS};

	b = (struct bench){0};
	setenv("TERM", "xterm", 1);
	if (openpty(&b.ours, &b.theirs, NULL, NULL, &size) != 0)
		return -1;
	fcntl(b.ours, F_SETFL, O_NONBLOCK);
	screen_init(&b.screen, ROWS, COLUMNS);
	buf_init(&b.bytes, BYTES_MOST);
	set_time(&b, 1000000);
	*state = &b;
	return 0;
}

static int open_pipe(void **state)
{
	int ends[2];

	if (open_terminal(state) != 0 || pipe2(ends, O_NONBLOCK) != 0)
		return -1;
	struct bench *b = *state;

	close(b->ours);
	close(b->theirs);
	b->ours = ends[0];
	b->theirs = ends[1];
	return 0;
}

static int close_all(void **state)
{
	struct bench *b = *state;

	close(b->ours);
	if (b->theirs >= 0)
		close(b->theirs);
	buf_done(&b->bytes);
	screen_done(&b->screen);
	clock_fake(-1, -1);
	redact_forget();
	return 0;
}

/* Takes what was written since the last call; returns how much. */
static size_t take(struct bench *b)
{
	char piece[4096];
	ssize_t n;

	buf_clear(&b->bytes);
	while ((n = read(b->ours, piece, sizeof(piece))) > 0)
		buf_add(&b->bytes, piece, (size_t)n);
	screen_feed(&b->screen, b->bytes.bytes, b->bytes.used);
	return b->bytes.used;
}

static struct progress_host working(const char *name, int row, int percent)
{
	struct progress_host h;

	progress_host_init(&h, name);
	h.state = PROGRESS_RUNNING;
	h.row = row;
	h.rows = 9;
	h.row_name = "base backup";
	h.percent = percent;
	h.started_ms = h.row_started_ms = 1000000;
	return h;
}

static void begin(struct bench *b, enum progress_mode mode, size_t n)
{
	b->p = progress_new(b->theirs, mode, n);
	progress_set_run(b->p, 42, "resync staging");
}

static void set(struct bench *b, struct progress_host h)
{
	progress_set_host(b->p, 0, &h);
}

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

static void plain_lines_tell_rows_and_ends(void **state)
{
	struct bench *b = *state;
	struct progress_host h = working("pg-standby-2", 5, 63);

	begin(b, PROGRESS_PLAIN, 1);
	h.bytes = 62385278157;
	h.total = 98784247808;
	h.rate = 32505856;
	h.eta_ms = 100000;
	set_time(b, 1252000);
	set(b, h);
	take(b);
	assert_string_equal(b->bytes.bytes, "04:12 pg-standby-2 5/9 base-backup 63% 58.1/92.0GB 31MB/s eta 01:40\n");
	progress_host_init(&h, "pg-standby-2");
	h.state = PROGRESS_GOOD;
	h.started_ms = 1000000;
	h.ended_ms = 1301000;
	h.lag_bytes = 16384;
	set_time(b, 1301000);
	set(b, h);
	take(b);
	assert_string_equal(b->bytes.bytes, "05:01 pg-standby-2 good after 05:01 lag 16kB\n");
	progress_end(b->p);
}

static void plain_progress_is_sparse(void **state)
{
	struct bench *b = *state;
	int lines = 0;

	begin(b, PROGRESS_PLAIN, 1);
	for (int s = 0; s <= 100; s++) {
		set_time(b, 1000000 + 1000 * s);
		set(b, working("pg-standby-1", 5, s));
		lines += take(b) > 0;
	}
	assert_int_equal(lines, 11);
	/* Time alone earns no line: the percentage must have moved, too. */
	set_time(b, 1200000);
	struct progress_host h = working("pg-standby-1", 5, 100);

	h.last_line = "still at it";
	set(b, h);
	assert_int_equal(take(b), 0);
	progress_end(b->p);
}

static void hosts_bytes_are_harmless_in_plain_lines(void **state)
{
	struct bench *b = *state;
	struct progress_host h = working("pg-standby-1", 3, -1);

	begin(b, PROGRESS_PLAIN, 1);
	h.state = PROGRESS_FAILED;
	h.why = "\033]52;c;cm0gLXJm\a two\nlines";
	set(b, h);
	take(b);
	assert_null(strchr(b->bytes.bytes, '\033'));
	assert_ptr_equal(strchr(b->bytes.bytes, '\n'), b->bytes.bytes + b->bytes.used - 1);
	progress_end(b->p);
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

static void events_are_one_json_object_a_line(void **state)
{
	struct bench *b = *state;
	struct progress_host h = working("pg-standby-1", 5, 63);
	json_t *event;

	begin(b, PROGRESS_JSON, 1);
	h.last_line = "bytes \xff and \"quotes\"";
	set(b, h);
	progress_say(b->p, "a word\nand another");
	take(b);
	char *second = strchr(b->bytes.bytes, '\n') + 1;

	event = json_loadb(b->bytes.bytes, (size_t)(second - b->bytes.bytes), 0, NULL);
	assert_non_null(event);
	assert_int_equal(json_integer_value(json_object_get(event, "schema")), 1);
	assert_int_equal(json_integer_value(json_object_get(event, "seq")), 1);
	assert_int_equal(json_integer_value(json_object_get(event, "run")), 42);
	assert_int_equal(json_integer_value(json_object_get(event, "row")), 5);
	assert_int_equal(json_integer_value(json_object_get(event, "percent")), 63);
	assert_string_equal(json_string_value(json_object_get(event, "host")), "pg-standby-1");
	assert_string_equal(json_string_value(json_object_get(event, "phase")), "base backup");
	assert_null(json_object_get(event, "lag_bytes"));
	json_decref(event);
	event = json_loads(second, 0, NULL);
	assert_int_equal(json_integer_value(json_object_get(event, "seq")), 2);
	assert_string_equal(json_string_value(json_object_get(event, "text")), "a word");
	json_decref(event);
	progress_end(b->p);
}

static void closed_reader_does_not_stop_the_run(void **state)
{
	struct bench *b = *state;

	signal(SIGPIPE, SIG_IGN);
	begin(b, PROGRESS_PLAIN, 1);
	close(b->ours);
	for (int i = 0; i < 100; i++)
		progress_say(b->p, "nobody listens");
	progress_end(b->p);
	b->ours = open("/dev/null", O_RDONLY);
}

static void quiet_says_nothing(void **state)
{
	struct bench *b = *state;

	begin(b, PROGRESS_QUIET, 1);
	set(b, working("pg-standby-1", 5, 63));
	progress_tick(b->p);
	progress_end(b->p);
	assert_int_equal(take(b), 0);
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
#define PIPED(test) cmocka_unit_test_setup_teardown(test, open_pipe, close_all)
	const struct CMUnitTest tests[] = {
		LIVE(block_stands_on_the_terminal),
		LIVE(end_takes_the_block_away_and_shows_the_cursor),
		LIVE(ending_of_a_host_stands_above_the_block),
		LIVE(frames_come_ten_a_second_at_most),
		LIVE(nothing_is_written_when_nothing_changed),
		LIVE(resized_window_is_drawn_at_its_new_width),
		LIVE(narrow_window_gets_plain_lines),
		LIVE(cursor_comes_back_when_the_program_crashes),
		PIPED(plain_lines_tell_rows_and_ends),
		PIPED(plain_progress_is_sparse),
		PIPED(hosts_bytes_are_harmless_in_plain_lines),
		LIVE(secrets_never_show),
		PIPED(events_are_one_json_object_a_line),
		PIPED(closed_reader_does_not_stop_the_run),
		PIPED(quiet_says_nothing),
		LIVE(mode_is_live_on_a_good_terminal_only),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
