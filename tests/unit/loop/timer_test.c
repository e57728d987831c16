#include "loop/timer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

static int fired, closed;

static void fire(void *ctx)
{
	(void)ctx;
	fired++;
}

static void closing(void *ctx)
{
	(void)ctx;
	closed++;
}

struct fixture {
	uv_loop_t loop;
	struct timer timer;
};

static int begin(void **state)
{
	static struct fixture f;

	fired = closed = 0;
	uv_loop_init(&f.loop);
	timer_init(&f.timer, &f.loop, &f);
	*state = &f;
	return 0;
}

static void end(struct fixture *f)
{
	timer_close(&f->timer, closing);
	assert_false(f->timer.open);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	assert_int_equal(closed, 1);
}

static void it_fires_once_and_not_before_its_time(void **state)
{
	struct fixture *f = *state;
	int64_t before = clock_monotonic_ms();

	timer_after(&f->timer, 100, fire);
	assert_int_equal(fired, 0);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(fired, 1);
	assert_in_range(clock_monotonic_ms() - before, 95, 1000);
	end(f);
}

static void a_busy_loop_does_not_shorten_it(void **state)
{
	struct fixture *f = *state;
	int64_t before;

	usleep(200000); /* the loop's own notion of now is old by this */
	before = clock_monotonic_ms();
	timer_after(&f->timer, 100, fire);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_in_range(clock_monotonic_ms() - before, 95, 1000);
	end(f);
}

static void setting_it_again_moves_it(void **state)
{
	struct fixture *f = *state;
	int64_t before = clock_monotonic_ms();

	timer_after(&f->timer, 10, fire);
	timer_after(&f->timer, 150, fire);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(fired, 1);
	assert_true(clock_monotonic_ms() - before >= 145);
	end(f);
}

static void stopped_or_closed_it_never_fires(void **state)
{
	struct fixture *f = *state;

	timer_after(&f->timer, 10, fire);
	timer_stop(&f->timer);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	timer_after(&f->timer, 10, fire);
	end(f);
	assert_int_equal(fired, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_fires_once_and_not_before_its_time, begin),
		cmocka_unit_test_setup(a_busy_loop_does_not_shorten_it, begin),
		cmocka_unit_test_setup(setting_it_again_moves_it, begin),
		cmocka_unit_test_setup(stopped_or_closed_it_never_fires, begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
