#include "base/json.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>
#include <cmocka.h>

static void everything_is_written_with_its_commas(void **state)
{
	struct json j;
	struct buf out;

	(void)state;
	buf_init(&out, 1000);
	json_begin(&j, &out);
	json_open_object(&j);
	json_put_string(&j, "s", "x");
	json_put_string(&j, "none", NULL);
	json_put_number(&j, "n", INT64_MIN);
	json_put_bool(&j, "b", true);
	json_key(&j, "a");
	json_open_array(&j);
	json_add_number(&j, 1);
	json_add_unsigned(&j, UINT64_MAX);
	json_add_real(&j, 1.5);
	json_add_real(&j, NAN);
	json_add_bool(&j, false);
	json_add_null(&j);
	json_open_array(&j);
	json_close_array(&j);
	json_open_object(&j);
	json_close_object(&j);
	json_close_array(&j);
	json_close_object(&j);
	assert_true(json_end(&j));
	assert_string_equal(out.bytes, "{\"s\":\"x\",\"none\":null,\"n\":-9223372036854775808,\"b\":true,"
				       "\"a\":[1,18446744073709551615,1.5,null,false,null,[],{}]}");
	buf_done(&out);
}

/* What jansson, which is strict about UTF-8, reads back. */
static char *read_back(const char *bytes, size_t n)
{
	struct json j;
	struct buf out;
	json_t *array;
	json_error_t error;
	char *text;

	buf_init(&out, 100000);
	json_begin(&j, &out);
	json_open_array(&j);
	json_add_bytes(&j, bytes, n);
	json_close_array(&j);
	assert_true(json_end(&j));
	array = json_loadb(out.bytes, out.used, JSON_ALLOW_NUL, &error);
	if (!array)
		print_message("%s: %s\n", error.text, out.bytes);
	assert_non_null(array);
	text = strdup(json_string_value(json_array_get(array, 0)));
	json_decref(array);
	buf_done(&out);
	return text;
}

static void check(const char *bytes, const char *expected)
{
	char *back = read_back(bytes, strlen(bytes));

	assert_string_equal(back, expected);
	free(back);
}

static void strings_are_read_back_as_they_were(void **state)
{
	(void)state;
	check("", "");
	check("\"\\/\b\f\n\r\t\001\037\177", "\"\\/\b\f\n\r\t\001\037\177");
	check("h\303\251llo \342\202\254 \360\237\220\230 \342\200\250",
	      "h\303\251llo \342\202\254 \360\237\220\230 \342\200\250");
}

static void what_is_not_utf8_is_replaced(void **state)
{
	(void)state;
	check("a\377b", "a\357\277\275b");
	check("\300\200", "\357\277\275\357\277\275");
	check("\355\240\200", "\357\277\275\357\277\275\357\277\275");
	check("\364\220\200\200", "\357\277\275\357\277\275\357\277\275\357\277\275");
	check("\342\202", "\357\277\275\357\277\275");
}

static void any_bytes_make_valid_json_without_control_bytes(void **state)
{
	unsigned seed = 3;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char bytes[32];
		size_t n;

		seed = seed * 1664525 + 1013904223;
		n = (seed >> 8) % sizeof(bytes);
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			bytes[i] = (char)(seed >> 12);
		}
		free(read_back(bytes, n));
	}
}

static void what_does_not_fit_is_told_and_written_no_further(void **state)
{
	struct json j;
	struct buf out;

	(void)state;
	buf_init(&out, 10);
	json_begin(&j, &out);
	json_open_array(&j);
	json_add_string(&j, "123");
	json_add_string(&j, "12345678");
	json_close_array(&j);
	assert_false(json_end(&j));
	assert_true(out.used <= 10);
	buf_done(&out);
}

static void keyless(struct json *j)
{
	json_open_object(j);
	json_add_number(j, 1);
}

static void key_in_array(struct json *j)
{
	json_open_array(j);
	json_key(j, "k");
}

static void key_without_value(struct json *j)
{
	json_open_object(j);
	json_key(j, "k");
	json_close_object(j);
}

static void wrong_end(struct json *j)
{
	json_open_array(j);
	json_close_object(j);
}

static void two_documents(struct json *j)
{
	json_add_null(j);
	json_add_null(j);
}

static void left_open(struct json *j)
{
	json_open_array(j);
	json_end(j);
}

static void nothing_at_all(struct json *j)
{
	json_end(j);
}

static void too_deep(struct json *j)
{
	for (int i = 0; i <= JSON_DEPTH_MOST; i++)
		json_open_array(j);
}

static void wrong_use_aborts(void **state)
{
	typedef void use_fn(struct json * j);
	static use_fn *const uses[] = {keyless,	      key_in_array, key_without_value, wrong_end,
				       two_documents, left_open,    nothing_at_all,    too_deep};

	(void)state;
	for (size_t i = 0; i < sizeof(uses) / sizeof(*uses); i++) {
		pid_t pid = fork();
		int status;

		if (pid == 0) {
			struct json j;
			struct buf out;

			close(2);
			signal(SIGABRT, SIG_DFL);
			buf_init(&out, 1000);
			json_begin(&j, &out);
			uses[i](&j);
			_exit(0);
		}
		waitpid(pid, &status, 0);
		if (!WIFSIGNALED(status))
			print_message("use %zu went through\n", i);
		assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_written_with_its_commas),
		cmocka_unit_test(strings_are_read_back_as_they_were),
		cmocka_unit_test(what_is_not_utf8_is_replaced),
		cmocka_unit_test(any_bytes_make_valid_json_without_control_bytes),
		cmocka_unit_test(what_does_not_fit_is_told_and_written_no_further),
		cmocka_unit_test(wrong_use_aborts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
