#include "support.h"

#include "base/buf.h"
#include "remote/frame.h"

static void add(void *ctx, const char *bytes, size_t n)
{
	buf_add(ctx, bytes, n);
}

#define MARK "pgresync-0123456789abcdef"

/* The same bytes in pieces of every size must give the same answer. */
static void check(const char *text, size_t size, const char *body, bool began, bool done, int status)
{
	for (size_t piece = 1; piece <= size; piece++) {
		scoped_buf out;
		struct frame f;

		buf_init(&out, 1 << 16);
		frame_init(&f, MARK, add, &out);
		for (size_t at = 0; at < size; at += piece)
			frame_add(&f, text + at, size - at < piece ? size - at : piece);
		frame_flush(&f);
		assert_string_equal(out.bytes, body);
		assert_int_equal(f.began, began);
		assert_int_equal(f.done, done);
		assert_int_equal(f.status, status);
		frame_done(&f);
	}
}

#define CHECK(text, ...) check(text, sizeof(text) - 1, __VA_ARGS__)

static void the_body_stands_between_the_marks(void **state)
{
	(void)state;
	CHECK("\n" MARK " begin\none\ntwo\n\n" MARK " 17\n", "one\ntwo\n", true, true, 17);
}

static void noise_before_and_after_is_not_body(void **state)
{
	(void)state;
	CHECK("Welcome!\n\n\n" MARK " begin\nbody\n" MARK " 0\nleft behind", "body", true, true, 0);
}

static void a_mark_without_its_line_end_is_body(void **state)
{
	(void)state;
	CHECK("\n" MARK " begin\nx\n" MARK " 1", "x\n" MARK " 1", true, false, 0);
}

static void what_only_resembles_a_mark_is_body(void **state)
{
	(void)state;
	CHECK("\n" MARK " begin\n\n" MARK "x 1\n\n" MARK " one\n\n" MARK " \n" MARK " 3\n\n" MARK " 4\n",
	      "\n" MARK "x 1\n\n" MARK " one\n\n" MARK " ", true, true, 3);
}

static void line_feeds_before_a_mark_belong_to_the_body(void **state)
{
	(void)state;
	CHECK("\n" MARK " begin\na\n\n\n\n" MARK " 2\n", "a\n\n\n", true, true, 2);
}

static void a_second_beginning_is_body(void **state)
{
	(void)state;
	CHECK("\n" MARK " begin\n\n" MARK " begin\n\n" MARK " 0\n", "\n" MARK " begin\n", true, true, 0);
}

static void an_end_without_beginning_is_told(void **state)
{
	(void)state;
	CHECK("sudo: no\n\n" MARK " 1\n", "", false, true, 1);
}

static void noise_is_kept_to_its_end_only(void **state)
{
	scoped_buf out;
	struct frame f;

	(void)state;
	buf_init(&out, 1 << 16);
	frame_init(&f, MARK, add, &out);
	for (int i = 0; i < 3000; i++)
		frame_add(&f, "noise", 5);
	frame_add(&f, "last", 4);
	assert_true(f.noise.used <= FRAME_NOISE);
	assert_string_equal(f.noise.bytes + f.noise.used - 4, "last");
	frame_done(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_body_stands_between_the_marks),
		cmocka_unit_test(noise_before_and_after_is_not_body),
		cmocka_unit_test(a_mark_without_its_line_end_is_body),
		cmocka_unit_test(what_only_resembles_a_mark_is_body),
		cmocka_unit_test(line_feeds_before_a_mark_belong_to_the_body),
		cmocka_unit_test(a_second_beginning_is_body),
		cmocka_unit_test(an_end_without_beginning_is_told),
		cmocka_unit_test(noise_is_kept_to_its_end_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
