/* Streams: bytes both ways, and a reader that pauses, against a real sshd. */
#include "session_fixture.h"

#include <time.h>

#include "ssh/stream.h"

struct pumped {
	struct session_stream *stream;
	char *bytes;
	size_t size, written, got;
	int opened, ended;
	bool same;
	struct error why;
};

static void pump_more(void *ctx)
{
	struct pumped *p = ctx;

	p->written += session_stream_write(p->stream, p->bytes + p->written, p->size - p->written);
	if (p->written == p->size)
		session_stream_finish(p->stream);
}

static void pump_opened(void *ctx)
{
	((struct pumped *)ctx)->opened++;
	pump_more(ctx);
}

static void pump_out(void *ctx, const char *bytes, size_t n)
{
	struct pumped *p = ctx;

	p->same = p->same && p->got + n <= p->size && memcmp(p->bytes + p->got, bytes, n) == 0;
	p->got += n;
}

static void pump_ended(void *ctx, const struct error *why, int status_hint)
{
	struct pumped *p = ctx;

	(void)status_hint;
	p->ended++;
	p->stream = NULL;
	if (why)
		p->why = *why;
}

static void a_stream_carries_bytes_both_ways(void **state)
{
	static const struct session_stream_ops ops = {
		.opened = pump_opened, .out = pump_out, .drained = pump_more, .ended = pump_ended};
	struct session *s = session_open(context, &target.target, NULL, NULL);
	struct pumped p = {.size = 8 << 20, .same = true};

	(void)state;
	p.bytes = mem_alloc(p.size);
	for (size_t i = 0; i < p.size; i++)
		p.bytes[i] = (char)(i * 7 + i / 4099);
	p.stream = session_stream_open(s, "cat", &ops, &p);
	RUN_UNTIL_WITHIN(&loop, 60, p.ended);
	assert_string_equal(p.why.text, "");
	assert_int_equal(p.opened, 1);
	assert_int_equal(p.ended, 1);
	assert_int_equal(p.got, p.size);
	assert_true(p.same);
	free(p.bytes);
	session_close(s);
}

static void a_paused_stream_waits(void **state)
{
	static const struct session_stream_ops ops = {.out = pump_out, .ended = pump_ended};
	struct session *s = session_open(context, &target.target, NULL, NULL);
	struct pumped p = {.size = 1 << 20, .same = true};

	(void)state;
	p.bytes = mem_alloc(p.size);
	memset(p.bytes, 'x', p.size);
	p.stream = session_stream_open(s, "head -c 1048576 /dev/zero | tr '\\0' x", &ops, &p);
	session_stream_pause(p.stream);
	for (int i = 0; i < 300; i++) {
		uv_run(&loop, UV_RUN_NOWAIT);
		usleep(2000);
	}
	assert_int_equal(p.got, 0);
	assert_int_equal(p.ended, 0);
	session_stream_resume(p.stream);
	RUN_UNTIL(&loop, p.ended);
	assert_int_equal(p.got, p.size);
	assert_true(p.same);
	free(p.bytes);
	session_close(s);
}

static bool tick_done;

static void no_more(uv_timer_t *t)
{
	(void)t;
	tick_done = true;
}

static uint64_t cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* The host takes nothing: whoever waits for it must sleep, not spin. */
static void a_host_that_does_not_read_costs_nothing(void **state)
{
	static const struct session_stream_ops ops = {.opened = pump_opened, .drained = pump_more, .ended = pump_ended};
	struct session *s = session_open(context, &target.target, NULL, NULL);
	struct pumped p = {.size = 16 << 20, .same = true};
	uint64_t cpu, most = getenv("PGRESYNC_TEST_SLOW") ? 400 : 100; /* of 500 */
	uv_timer_t tick;

	(void)state;
	p.bytes = mem_alloc(p.size);
	/* sshd itself is stopped, so even its socket fills. */
	p.stream = session_stream_open(s, "kill -STOP $PPID; sleep 3; kill -CONT $PPID; cat >/dev/null", &ops, &p);
	RUN_UNTIL(&loop, p.opened && p.written >= STREAM_WRITE_MOST);
	for (int i = 0; i < 200; i++) {
		uv_run(&loop, UV_RUN_NOWAIT);
		usleep(1000);
	}
	cpu = cpu_ms();
	uv_timer_init(&loop, &tick);
	uv_timer_start(&tick, no_more, 500, 0);
	tick_done = false;
	while (!tick_done)
		uv_run(&loop, UV_RUN_ONCE);
	cpu = cpu_ms() - cpu;
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(&loop, UV_RUN_NOWAIT); /* the timer stands on this stack */
	assert_true(p.written < p.size);
	assert_true(cpu < most);
	RUN_UNTIL(&loop, p.ended);
	assert_int_equal(p.written, p.size);
	session_close(s);
	free(p.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_stream_carries_bytes_both_ways),
		TEST(a_paused_stream_waits),
		TEST(a_host_that_does_not_read_costs_nothing),
	};

	return RUN_TESTS(tests);
}
