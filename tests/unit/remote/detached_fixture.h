/*
 * What the tests of detached work share: a row of work on this machine, and the shells to run it under.
 */
#ifndef TESTS_REMOTE_DETACHED_FIXTURE_H
#define TESTS_REMOTE_DETACHED_FIXTURE_H

#include "support.h"

#include "base/buf.h"
#include "base/mem.h"
#include "remote/detached.h"
#include "remote/remote_local.h"

static const char *shell; /* the one whose turn it is */

struct fixture {
	uv_loop_t loop;
	struct remote *remote;
	char dir[64], state[96];
	struct detached *d;
	struct buf out, err;
	unsigned outputs, ended, fed, links;
	bool fed_well;
	struct detached_end end;
	char why[512];
	uint64_t next_out;
};

static inline int begin(void **state)
{
	struct fixture *f = mem_new(struct fixture);

	signal(SIGPIPE, SIG_IGN);
	setenv("HOME", "/nonexistent", 1); /* bash reads ~/.bashrc when its stdin is a socket */
	uv_loop_init(&f->loop);
	f->remote = remote_local_new(&f->loop, "here", shell);
	snprintf(f->dir, sizeof(f->dir), "/tmp/detached-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->state, sizeof(f->state), "%s/state", f->dir);
	buf_init(&f->out, 64 << 20);
	buf_init(&f->err, 64 << 20);
	*state = f;
	return 0;
}

static inline int end(void **state)
{
	struct fixture *f = *state;

	if (f->d)
		detached_free(f->d);
	remote_close(f->remote);
	loop_end(&f->loop);
	remove_tree(f->dir);
	buf_done(&f->out);
	buf_done(&f->err);
	free(f);
	return 0;
}

static inline void on_output(void *ctx, enum stream_from from, const char *bytes, size_t n, uint64_t offset)
{
	struct fixture *f = ctx;

	if (from == STREAM_OUT) {
		assert_int_equal(offset, f->next_out);
		f->next_out += n;
	}
	buf_add(from == STREAM_OUT ? &f->out : &f->err, bytes, n);
	f->outputs++;
}

static inline void on_link(void *ctx, const struct error *why)
{
	struct fixture *f = ctx;

	(void)why;
	f->links++;
}

static inline void on_fed(void *ctx, const struct error *why)
{
	struct fixture *f = ctx;

	f->fed++;
	f->fed_well = !why;
	snprintf(f->why, sizeof(f->why), "%s", why ? why->text : "");
}

static inline void on_ended(void *ctx, const struct detached_end *e)
{
	struct fixture *f = ctx;

	f->ended++;
	f->end = *e;
	snprintf(f->why, sizeof(f->why), "%s", e->why ? e->why->text : "");
}

static const struct detached_events events = {.output = on_output, .link = on_link, .fed = on_fed, .ended = on_ended};

static inline struct detached_spec spec_of(struct fixture *f, const char *text)
{
	return (struct detached_spec){
		.state_dir = f->state, .run = 12, .row = 3, .name = "standby-1", .text = text, .user = REMOTE_ROOT};
}

static inline void start_spec(struct fixture *f, const struct detached_spec *spec)
{
	if (f->d)
		detached_free(f->d);
	f->ended = f->outputs = 0;
	f->next_out = spec->out_offset;
	buf_clear(&f->out);
	buf_clear(&f->err);
	f->d = detached_start(f->remote, &f->loop, spec, &events, f);
	assert_int_equal(f->ended, 0);
}

static inline void start(struct fixture *f, const char *text)
{
	struct detached_spec spec = spec_of(f, text);

	start_spec(f, &spec);
}

static inline void finish(struct fixture *f)
{
	run_until(&f->loop, &f->ended, 1, 40000);
}

static inline char *read_state(struct fixture *f, const char *file)
{
	static char text[4096];
	char path[256];
	FILE *in;
	size_t n;

	snprintf(path, sizeof(path), "%s/run-12/3-standby-1-0/%s", f->state, file);
	in = fopen(path, "r");
	if (!in)
		return NULL;
	n = fread(text, 1, sizeof(text) - 1, in);
	text[n] = '\0';
	fclose(in);
	return text;
}

static inline long pid_in(struct fixture *f, const char *file)
{
	char *text = NULL;

	for (int i = 0; i < 200 && !text; i++) {
		run_for(&f->loop, 20);
		text = read_state(f, file);
	}
	assert_non_null(text);
	return strtol(text, NULL, 10);
}

#define DETACHED_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static inline int under(const char *name, const char *path, const struct CMUnitTest *tests, size_t n)
{
	shell = path;
	return access(path, X_OK) ? 0 : _cmocka_run_group_tests(name, tests, n, NULL, NULL);
}

/* filter: only the tests that match; NULL: all. Where our own steps are watched one shell is enough. */
static inline int under_every_shell(const char *filter, const struct CMUnitTest *tests, size_t n)
{
	char applets[] = "/tmp/detached-busybox-XXXXXX", sh[64];
	int failed = 0;

	if (filter)
		cmocka_set_test_filter(filter);
	failed += under("dash", "/bin/dash", tests, n);
	if (getenv("PGRESYNC_TEST_SLOW"))
		return failed;
	failed += under("bash", "/bin/bash", tests, n);
	if (access("/bin/busybox", X_OK) == 0 && mkdtemp(applets)) {
		snprintf(sh, sizeof(sh), "%s/sh", applets);
		if (symlink("/bin/busybox", sh) == 0)
			failed += under("busybox", sh, tests, n);
		remove_tree(applets);
	}
	return failed;
}

#define UNDER_EVERY_SHELL(tests, filter) under_every_shell(filter, tests, sizeof(tests) / sizeof((tests)[0]))

#endif
