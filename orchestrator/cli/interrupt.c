#include "cli/interrupt.h"

#include <signal.h>

#include "base/mem.h"

enum { SIGNALS = 3 };

struct interrupt {
	uv_signal_t handles[SIGNALS];
	int open, times;
	interrupt_fn *interrupted;
	void *ctx;
};

static void signalled(uv_signal_t *handle, int number)
{
	struct interrupt *i = handle->data;

	/* A terminal that closes sends it twice: by the shell that goes, and by the kernel. Nobody has asked twice. */
	if (number == SIGHUP && i->times > 0)
		return;
	i->interrupted(i->ctx, ++i->times);
}

struct interrupt *interrupt_new(uv_loop_t *loop, interrupt_fn *interrupted, void *ctx)
{
	static const int numbers[SIGNALS] = {SIGINT, SIGTERM, SIGHUP};
	struct interrupt *i = mem_new(struct interrupt);

	i->interrupted = interrupted;
	i->ctx = ctx;
	for (int n = 0; n < SIGNALS; n++) {
		uv_signal_init(loop, &i->handles[n]);
		i->handles[n].data = i;
		uv_signal_start(&i->handles[n], signalled, numbers[n]);
		uv_unref((uv_handle_t *)&i->handles[n]);
		i->open++;
	}
	return i;
}

static void closed(uv_handle_t *handle)
{
	struct interrupt *i = handle->data;

	if (--i->open == 0)
		free(i);
}

void interrupt_close(struct interrupt *i)
{
	for (int n = 0; n < SIGNALS; n++)
		uv_close((uv_handle_t *)&i->handles[n], closed);
}
