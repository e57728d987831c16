#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <locale.h>
#include <cmocka.h>

#include "base/printable.h"
#include "ui/progress_render.h"
#include "unit/ui/golden.h"
#include "unit/ui/scene.h"

static void render(const struct progress_model *m, unsigned width, unsigned height, struct buf *out)
{
	buf_init(out, GOLDEN_MOST);
	progress_render(m, width, height, SCENE_NOW_MS, out);
}

/* How many lines, and the widest of them in columns. */
static unsigned measure(const struct buf *text, size_t *ret_widest)
{
	unsigned lines = 0;

	*ret_widest = 0;
	for (const char *at = text->bytes, *end; (end = strchr(at, '\n')) != NULL; at = end + 1, lines++) {
		scoped_mem char *line = mem_strndup(at, (size_t)(end - at));

		if (printable_width(line) > *ret_widest)
			*ret_widest = printable_width(line);
	}
	return lines;
}

static void block_looks_as_ever(void **state)
{
	static const unsigned widths[] = {60, 80, 120, 200};

	(void)state;
	for (size_t i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
		scoped_mem char *name = mem_printf("ui/block_%u.txt", widths[i]);
		struct scene s;
		scoped_buf text;

		scene_init(&s);
		render(&s.model, widths[i], 24, &text);
		golden_expect(name, &text);
	}
}

static void ascii_block_looks_as_ever(void **state)
{
	struct scene s;
	scoped_buf text;

	(void)state;
	scene_init(&s);
	s.model.utf8 = false;
	setlocale(LC_CTYPE, "C");
	render(&s.model, 100, 24, &text);
	setlocale(LC_CTYPE, "C.UTF-8");
	golden_expect("ui/block_ascii.txt", &text);
	for (size_t i = 0; i < text.used; i++)
		assert_true((unsigned char)text.bytes[i] < 0x80);
}

static void coloured_block_looks_as_ever(void **state)
{
	struct scene s;
	scoped_buf text;

	(void)state;
	scene_init(&s);
	s.model.color = true;
	render(&s.model, 100, 24, &text);
	golden_expect("ui/block_color.txt", &text);
}

static void no_line_is_wider_than_the_window(void **state)
{
	(void)state;
	for (unsigned width = PROGRESS_NARROWEST - 1; width <= 220; width++) {
		struct scene s;
		scoped_buf text;
		size_t widest;

		scene_init(&s);
		render(&s.model, width, 24, &text);
		measure(&text, &widest);
		assert_in_range(widest, 1, width);
	}
}

static void block_is_never_higher_than_the_window(void **state)
{
	(void)state;
	for (unsigned height = 7; height <= 30; height++) {
		struct scene s;
		scoped_buf text;
		size_t widest;

		scene_init(&s);
		for (int i = 9; i < SCENE_HOSTS; i++)
			s.hosts[i].state = (enum progress_state)(i % PROGRESS_STATES);
		render(&s.model, 100, height, &text);
		assert_in_range(measure(&text, &widest), 1, height);
	}
}

static void waiting_hosts_fold_before_failed_ones(void **state)
{
	struct scene s;
	scoped_buf text;

	(void)state;
	scene_init(&s);
	for (int i = 9; i < SCENE_HOSTS; i++)
		s.hosts[i].state = PROGRESS_WAITING;
	render(&s.model, 100, 10, &text);
	assert_non_null(strstr(text.bytes, "more waiting: "));
	assert_non_null(strstr(text.bytes, "Bad passphrase"));
}

static void failures_stand_first(void **state)
{
	struct scene s;
	scoped_buf text;

	(void)state;
	scene_init(&s);
	render(&s.model, 100, 24, &text);
	assert_true(strstr(text.bytes, "FAILED") < strstr(text.bytes, "back 4/9"));
	assert_true(strstr(text.bytes, "back 4/9") < strstr(text.bytes, "5/9 base backup"));
	assert_true(strstr(text.bytes, "5/9 base backup") < strstr(text.bytes, "waiting: pg-primary-2"));
	assert_true(strstr(text.bytes, "waiting: pg-primary-2") < strstr(text.bytes, "14 good: "));
}

static void running_hosts_stand_longest_first(void **state)
{
	struct scene s;
	scoped_buf text;

	(void)state;
	scene_init(&s);
	s.hosts[8].started_ms = SCENE_STARTED_MS - 5000;
	render(&s.model, 100, 24, &text);
	assert_true(strstr(text.bytes, "pg-standby-9.carr") < strstr(text.bytes, "pg-standby-2.carr  "));
}

static void bad_ends_are_called_by_their_name(void **state)
{
	struct scene s;
	scoped_buf refused, several;

	(void)state;
	scene_init(&s);
	s.hosts[3].state = PROGRESS_REFUSED;
	render(&s.model, 120, 24, &refused);
	assert_non_null(strstr(refused.bytes, "1 refused"));
	s.hosts[4].state = PROGRESS_FAILED;
	render(&s.model, 120, 24, &several);
	assert_non_null(strstr(several.bytes, "2 failed"));
}

/* Columns leave in the order of their worth, the percentage never. */
static void columns_leave_by_rank(void **state)
{
	struct scene s;
	scoped_buf wide, middle, narrow;

	(void)state;
	scene_init(&s);
	render(&s.model, 140, 24, &wide);
	render(&s.model, 90, 24, &middle);
	render(&s.model, 62, 24, &narrow);
	assert_non_null(strstr(wide.bytes, "58.1/92.0 GB"));
	assert_non_null(strstr(wide.bytes, "31 MB/s"));
	assert_null(strstr(middle.bytes, "58.1/92.0 GB"));
	assert_null(strstr(middle.bytes, "31 MB/s"));
	assert_non_null(strstr(middle.bytes, "█"));
	assert_null(strstr(narrow.bytes, "█"));
	assert_non_null(strstr(narrow.bytes, "63%"));
}

static void unknown_total_gives_no_percentage(void **state)
{
	struct scene s;
	scoped_buf text;
	const char *line;

	(void)state;
	scene_init(&s);
	s.model.hosts = &s.hosts[8];
	s.model.n_hosts = 1;
	render(&s.model, 120, 24, &text);
	line = strchr(text.bytes, '\n');
	assert_null(strchr(line, '%'));
	assert_non_null(strstr(line, "▒▒▒"));
	assert_non_null(strstr(line, "quiet 45s"));
}

static void estimate_is_hidden_at_first(void **state)
{
	struct scene s;
	scoped_buf text;

	(void)state;
	scene_init(&s);
	s.hosts[1].row_started_ms = SCENE_NOW_MS - 4000;
	render(&s.model, 140, 24, &text);
	assert_null(strstr(text.bytes, "~01:40"));
	s.hosts[1].row_started_ms = SCENE_NOW_MS - 6000;
	buf_clear(&text);
	progress_render(&s.model, 140, 24, SCENE_NOW_MS, &text);
	assert_non_null(strstr(text.bytes, "~01:40"));
}

static void row_that_takes_longer_than_usual_says_so(void **state)
{
	struct scene s;
	scoped_buf text;

	(void)state;
	scene_init(&s);
	s.hosts[1].usual_ms = 130000;
	render(&s.model, 200, 24, &text);
	assert_null(strstr(text.bytes, "usual"));
	s.hosts[1].usual_ms = 110000;
	buf_clear(&text);
	progress_render(&s.model, 200, 24, SCENE_NOW_MS, &text);
	assert_non_null(strstr(text.bytes, "usual 01:50"));
}

static void text_of_a_host_cannot_move_the_cursor(void **state)
{
	struct scene s;
	scoped_buf text;

	(void)state;
	scene_init(&s);
	s.hosts[2].last_line = "\033[2J\033]0;owned\a\r\nboo\xff\u202egnp";
	s.hosts[3].why = "\033[31m\nx";
	render(&s.model, 200, 24, &text);
	for (size_t i = 0; i < text.used; i++)
		assert_true(text.bytes[i] == '\n' || (unsigned char)text.bytes[i] >= 0x20);
	assert_non_null(strstr(text.bytes, "\\x1b"));
	assert_null(strstr(text.bytes, "\u202e"));
}

static void thousand_hosts_fold(void **state)
{
	enum { MANY = 1000 };
	struct progress_host *hosts = mem_alloc(MANY * sizeof(*hosts));
	struct progress_model m = {.hosts = hosts, .n_hosts = MANY, .title = "resync", .utf8 = true};
	scoped_buf text;
	size_t widest;

	(void)state;
	for (int i = 0; i < MANY; i++) {
		progress_host_init(&hosts[i], mem_printf("db-%04d.example", i));
		hosts[i].state = i % 2 ? PROGRESS_WAITING : PROGRESS_RUNNING;
	}
	render(&m, 100, 24, &text);
	assert_int_equal(measure(&text, &widest), 24);
	for (int i = 0; i < MANY; i++)
		mem_free_at(&hosts[i].name);
	free(hosts);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(block_looks_as_ever),
		cmocka_unit_test(ascii_block_looks_as_ever),
		cmocka_unit_test(coloured_block_looks_as_ever),
		cmocka_unit_test(no_line_is_wider_than_the_window),
		cmocka_unit_test(block_is_never_higher_than_the_window),
		cmocka_unit_test(waiting_hosts_fold_before_failed_ones),
		cmocka_unit_test(failures_stand_first),
		cmocka_unit_test(running_hosts_stand_longest_first),
		cmocka_unit_test(bad_ends_are_called_by_their_name),
		cmocka_unit_test(columns_leave_by_rank),
		cmocka_unit_test(unknown_total_gives_no_percentage),
		cmocka_unit_test(estimate_is_hidden_at_first),
		cmocka_unit_test(row_that_takes_longer_than_usual_says_so),
		cmocka_unit_test(text_of_a_host_cannot_move_the_cursor),
		cmocka_unit_test(thousand_hosts_fold),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
