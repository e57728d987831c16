#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <locale.h>
#include <cmocka.h>

#include "ui/repaint.h"
#include "unit/ui/screen.h"

enum { ROWS = 12, COLUMNS = 40, BYTES_MOST = 65536 };

struct bench {
	struct repaint repaint;
	struct screen screen;
	size_t written;
};

static int begin(void **state)
{
	static struct bench b;

	repaint_init(&b.repaint);
	screen_init(&b.screen, ROWS, COLUMNS);
	*state = &b;
	return 0;
}

static int end(void **state)
{
	struct bench *b = *state;

	repaint_done(&b->repaint);
	screen_done(&b->screen);
	return 0;
}

static void draw(struct bench *b, const char *above, const char *block)
{
	scoped_buf a, t, out;

	buf_init(&a, BYTES_MOST);
	buf_init(&t, BYTES_MOST);
	buf_init(&out, BYTES_MOST);
	buf_adds(&a, above);
	buf_adds(&t, block);
	repaint_draw(&b->repaint, &a, &t, (unsigned)b->screen.columns, &out);
	screen_feed(&b->screen, out.bytes, out.used);
	b->written = out.used;
}

static void expect_row(struct bench *b, int row, const char *text)
{
	assert_string_equal(screen_row(&b->screen, row), text);
}

static void block_is_replaced_in_place(void **state)
{
	struct bench *b = *state;

	draw(b, "", "one\ntwo\nthree\n");
	draw(b, "", "one\nTWO, longer\nthree\n");
	expect_row(b, 0, "one");
	expect_row(b, 1, "TWO, longer");
	expect_row(b, 2, "three");
	expect_row(b, 3, "");
	assert_int_equal(screen_cursor_row(&b->screen), 3);
}

static void shorter_line_leaves_nothing_behind(void **state)
{
	struct bench *b = *state;

	draw(b, "", "a long line of text\n");
	draw(b, "", "short\n");
	expect_row(b, 0, "short");
}

static void nothing_is_written_when_nothing_differs(void **state)
{
	struct bench *b = *state;

	draw(b, "", "one\ntwo\n");
	draw(b, "", "one\ntwo\n");
	assert_int_equal(b->written, 0);
}

static void only_the_line_that_differs_is_written(void **state)
{
	struct bench *b = *state;

	draw(b, "", "a line that stays as it is\nx\n");
	draw(b, "", "a line that stays as it is\ny\n");
	assert_in_range(b->written, 1, 16);
	expect_row(b, 1, "y");
}

static void smaller_block_clears_its_rest(void **state)
{
	struct bench *b = *state;

	draw(b, "", "one\ntwo\nthree\n");
	draw(b, "", "one\n");
	expect_row(b, 0, "one");
	expect_row(b, 1, "");
	expect_row(b, 2, "");
	assert_int_equal(screen_cursor_row(&b->screen), 1);
}

static void larger_block_grows_downward(void **state)
{
	struct bench *b = *state;

	draw(b, "", "one\n");
	draw(b, "", "one\ntwo\nthree\n");
	expect_row(b, 0, "one");
	expect_row(b, 2, "three");
}

static void lines_above_stay_and_move_the_block_down(void **state)
{
	struct bench *b = *state;

	draw(b, "", "block\n");
	draw(b, "first event\n", "block\n");
	draw(b, "second event\n", "block 2\n");
	expect_row(b, 0, "first event");
	expect_row(b, 1, "second event");
	expect_row(b, 2, "block 2");
	expect_row(b, 3, "");
}

/* A line above that is wider than the window wraps: nothing of the old block may show behind it. */
static void wide_line_above_wraps_cleanly(void **state)
{
	struct bench *b = *state;

	draw(b, "", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\nyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n");
	draw(b, "an event whose words do not fit into forty columns\n", "block\n");
	expect_row(b, 0, "an event whose words do not fit into for");
	expect_row(b, 1, "ty columns");
	expect_row(b, 2, "block");
	expect_row(b, 3, "");
}

static void scrolls_at_the_bottom_without_ghosts(void **state)
{
	struct bench *b = *state;

	draw(b, "", "head\nrow 1\nrow 2\n");
	for (int i = 0; i < 30; i++)
		draw(b, "event\n", i % 2 ? "head\nrow 1\nrow 2\n" : "head\nrow 1, other\nrow 2\n");
	assert_int_equal(b->screen.scrolled, 30 + 3 + 1 - ROWS);
	expect_row(b, ROWS - 5, "event");
	expect_row(b, ROWS - 4, "head");
	expect_row(b, ROWS - 2, "row 2");
	expect_row(b, ROWS - 1, "");
}

static void narrower_window_is_redrawn_whole(void **state)
{
	struct bench *b = *state;

	draw(b, "", "this line is thirty-six columns wide\nshort\n");
	vterm_set_size(b->screen.term, ROWS, 20);
	b->screen.columns = 20;
	screen_done(&b->screen);
	/* What a terminal that reflows shows. */
	screen_init(&b->screen, ROWS, 20);
	screen_feed(&b->screen, "this line is thirty-six columns wide\r\nshort\r\n", 45);
	draw(b, "", "narrow now\nshort\n");
	expect_row(b, 0, "narrow now");
	expect_row(b, 1, "short");
	expect_row(b, 2, "");
}

static void colours_do_not_count_as_columns(void **state)
{
	struct bench *b = *state;

	draw(b, "", "\033[31mred text of thirty-five columns....\033[0m\nnext\n");
	draw(b, "", "\033[31mred text of thirty-five columns!...\033[0m\nnext\n");
	expect_row(b, 0, "red text of thirty-five columns!...");
	expect_row(b, 1, "next");
}

static void forgotten_block_is_left_alone(void **state)
{
	struct bench *b = *state;

	draw(b, "", "old\n");
	repaint_forget(&b->repaint);
	draw(b, "", "new\n");
	expect_row(b, 0, "old");
	expect_row(b, 1, "new");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(block_is_replaced_in_place, begin, end),
		cmocka_unit_test_setup_teardown(shorter_line_leaves_nothing_behind, begin, end),
		cmocka_unit_test_setup_teardown(nothing_is_written_when_nothing_differs, begin, end),
		cmocka_unit_test_setup_teardown(only_the_line_that_differs_is_written, begin, end),
		cmocka_unit_test_setup_teardown(smaller_block_clears_its_rest, begin, end),
		cmocka_unit_test_setup_teardown(larger_block_grows_downward, begin, end),
		cmocka_unit_test_setup_teardown(lines_above_stay_and_move_the_block_down, begin, end),
		cmocka_unit_test_setup_teardown(wide_line_above_wraps_cleanly, begin, end),
		cmocka_unit_test_setup_teardown(scrolls_at_the_bottom_without_ghosts, begin, end),
		cmocka_unit_test_setup_teardown(narrower_window_is_redrawn_whole, begin, end),
		cmocka_unit_test_setup_teardown(colours_do_not_count_as_columns, begin, end),
		cmocka_unit_test_setup_teardown(forgotten_block_is_left_alone, begin, end),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
