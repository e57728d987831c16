#include "base/mem.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void memory_is_zeroed_even_when_there_is_none(void **state)
{
	char *p = mem_alloc(100), *none = mem_alloc(0);

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	assert_non_null(none);
	free(p);
	free(none);
}

static void strings_are_copied_and_null_stays_null(void **state)
{
	char *a = mem_strdup("text"), *b = mem_strndup("longer", 4), *c = mem_printf("%d-%s", 5, "x");

	(void)state;
	assert_null(mem_strdup(NULL));
	assert_string_equal(a, "text");
	assert_string_equal(b, "long");
	assert_string_equal(c, "5-x");
	free(a);
	free(b);
	free(c);
}

static void growing_keeps_what_was_there(void **state)
{
	char *p = mem_strdup("kept");

	(void)state;
	p = mem_grow(p, 1000, 100);
	assert_string_equal(p, "kept");
	p = mem_grow(p, 0, 5);
	assert_non_null(p);
	free(p);
}

static void a_scoped_pointer_is_freed(void **state)
{
	scoped_mem char *p = mem_strdup("the leak checker would tell");

	(void)state;
	assert_non_null(p);
}

static void impossible_sizes_abort(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		close(2);
		signal(SIGABRT, SIG_DFL);
		free(mem_grow(NULL, SIZE_MAX / 2, 3));
		_exit(0);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_zeroed_even_when_there_is_none),
		cmocka_unit_test(strings_are_copied_and_null_stays_null),
		cmocka_unit_test(growing_keeps_what_was_there),
		cmocka_unit_test(a_scoped_pointer_is_freed),
		cmocka_unit_test(impossible_sizes_abort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
