#include "serve/child.h"

#include <signal.h>

#include "base/mem.h"

struct child {
	uv_process_t handle;
	child_ended_fn *ended;
	void *ctx;
};

static void free_child(uv_handle_t *handle)
{
	free(handle->data);
}

static void exited(uv_process_t *handle, int64_t status, int signal)
{
	struct child *c = handle->data;
	struct child_end end = {signal ? -1 : (int)status, signal};

	c->ended(c->ctx, &end);
	uv_close((uv_handle_t *)handle, free_child);
}

static char **copy_argv(const char *const *argv)
{
	size_t n = 0;
	char **copy;

	while (argv[n])
		n++;
	copy = mem_alloc((n + 1) * sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = mem_strdup(argv[i]);
	return copy;
}

struct child *child_start(uv_loop_t *loop, const char *const *argv, child_ended_fn *ended, void *ctx, struct error *why)
{
	uv_stdio_container_t stdio[3] = {
		{.flags = UV_IGNORE}, {.flags = UV_IGNORE}, {.flags = UV_INHERIT_FD, .data.fd = 2}};
	uv_process_options_t options = {
		.exit_cb = exited, .file = argv[0], .stdio = stdio, .stdio_count = 3, .flags = UV_PROCESS_DETACHED};
	struct child *c = mem_new(struct child);
	int rc;

	c->ended = ended;
	c->ctx = ctx;
	c->handle.data = c;
	options.args = copy_argv(argv);
	rc = uv_spawn(loop, &c->handle, &options);
	for (char **arg = options.args; *arg; arg++)
		free(*arg);
	free(options.args);
	if (rc == 0)
		return c;
	error_set(why, ERROR_FAILED, "cannot run %s: %s", argv[0], uv_strerror(rc));
	uv_close((uv_handle_t *)&c->handle, free_child);
	return NULL;
}

void child_stop(struct child *c)
{
	uv_process_kill(&c->handle, SIGTERM);
}

int child_pid(const struct child *c)
{
	return c->handle.pid;
}
