/*
 * What the tests of this layer share: a loop, a reply that is kept, a directory of their own.
 */
#ifndef TESTS_REMOTE_SUPPORT_H
#define TESTS_REMOTE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>
#include <cmocka.h>

#include "base/clock.h"
#include "remote/remote.h"

struct answer {
	unsigned count;
	enum error_code code;
	char text[512];
	bool sent;
	int status;
	char *out, *err;
	size_t out_size, err_size;
	uint64_t dropped;
};

static inline void answer_keep(void *ctx, const struct remote_reply *reply)
{
	struct answer *a = ctx;

	a->count++;
	a->code = reply->why ? reply->why->code : ERROR_NONE;
	snprintf(a->text, sizeof(a->text), "%s", reply->why ? reply->why->text : "");
	a->sent = reply->sent;
	a->status = reply->status;
	free(a->out);
	free(a->err);
	a->out = memcpy(calloc(1, reply->out_size + 1), reply->out, reply->out_size);
	a->err = memcpy(calloc(1, reply->err_size + 1), reply->err, reply->err_size);
	a->out_size = reply->out_size;
	a->err_size = reply->err_size;
	a->dropped = reply->dropped;
}

static inline void answer_done(struct answer *a)
{
	free(a->out);
	free(a->err);
	memset(a, 0, sizeof(*a));
}

static inline void tick(uv_timer_t *timer)
{
	(void)timer;
}

/* Runs the loop until *count reaches n; fails after within_ms. */
static inline void run_until(uv_loop_t *loop, const unsigned *count, unsigned n, unsigned within_ms)
{
	int64_t end = clock_monotonic_ms() + within_ms;
	uv_timer_t timer;

	uv_timer_init(loop, &timer);
	uv_timer_start(&timer, tick, 20, 20);
	while (*count < n && clock_monotonic_ms() < end)
		uv_run(loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(loop, UV_RUN_NOWAIT);
	assert_true(*count >= n);
}

static inline void run_for(uv_loop_t *loop, unsigned ms)
{
	int64_t end = clock_monotonic_ms() + ms;
	uv_timer_t timer;

	uv_timer_init(loop, &timer);
	uv_timer_start(&timer, tick, 10, 10);
	while (clock_monotonic_ms() < end)
		uv_run(loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, NULL);
	uv_run(loop, UV_RUN_NOWAIT);
}

/* Everything must have been closed: a handle left open makes the test hang, and that is a failure too. */
static inline void loop_end(uv_loop_t *loop)
{
	uv_run(loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(loop), 0);
}

static inline int remove_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st;
	(void)flag;
	(void)at;
	return remove(path);
}

static inline void remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
