/*
 * A timer that lives inside its owner's struct. Deadlines are monotonic.
 *
 * The owner's memory may be freed only after the closed function ran (libuv owns the handle until then).
 */
#ifndef LOOP_TIMER_H
#define LOOP_TIMER_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct timer;
typedef void timer_fn(void *ctx);

struct timer {
	uv_timer_t handle;
	timer_fn *fired, *closed;
	void *ctx;
	bool open;
};

void timer_init(struct timer *t, uv_loop_t *loop, void *ctx);
/* (Re)arms: fired(ctx) is called once, after this many milliseconds. */
void timer_after(struct timer *t, uint64_t ms, timer_fn *fired);
void timer_stop(struct timer *t);
/* closed may be NULL when the loop is run on until it is empty before the memory goes. */
void timer_close(struct timer *t, timer_fn *closed);

#endif
