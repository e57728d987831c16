#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "cli/interrupt.h"

static void count(void *ctx, int times)
{
	*(int *)ctx = times;
}

static void nothing(uv_timer_t *timer)
{
	(void)timer;
}

/* Sends the signals one after the other, each taken before the next; returns how often somebody was told. */
static int told_of(const int *numbers, size_t n)
{
	struct interrupt *i;
	uv_timer_t alive;
	uv_loop_t loop;
	int times = 0;

	uv_loop_init(&loop);
	uv_timer_init(&loop, &alive);
	uv_timer_start(&alive, nothing, 60000, 0); /* waiting for signals alone does not keep a loop alive */
	i = interrupt_new(&loop, count, &times);
	for (size_t k = 0; k < n; k++) {
		kill(getpid(), numbers[k]);
		uv_run(&loop, UV_RUN_NOWAIT);
	}
	interrupt_close(i);
	uv_close((uv_handle_t *)&alive, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	return times;
}

static void every_ctrl_c_counts(void **state)
{
	(void)state;
	assert_int_equal(told_of((const int[]){SIGINT, SIGINT}, 2), 2);
	assert_int_equal(told_of((const int[]){SIGTERM, SIGINT}, 2), 2);
	assert_int_equal(told_of((const int[]){SIGHUP, SIGTERM}, 2), 2);
}

/* The shell that goes sends it, and then the kernel. */
static void a_terminal_that_closes_asks_once(void **state)
{
	(void)state;
	assert_int_equal(told_of((const int[]){SIGHUP, SIGHUP, SIGHUP}, 3), 1);
	assert_int_equal(told_of((const int[]){SIGINT, SIGHUP}, 2), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_ctrl_c_counts),
		cmocka_unit_test(a_terminal_that_closes_asks_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
