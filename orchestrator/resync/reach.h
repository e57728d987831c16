/*
 * How the engine reaches hosts: commands through a remote, PostgreSQL's own facts through libpq.
 *
 * The command line puts the SSH one together (cli/reach_ssh); unit tests have a scripted one (tests/fake).
 * Reply functions are called exactly once, never before the asking call returns, never after the cancel.
 */
#ifndef RESYNC_REACH_H
#define RESYNC_REACH_H

#include <stdbool.h>
#include <uv.h>

#include "base/error.h"

struct facts;
struct host;
struct reach;
struct reach_ask;
struct remote;

/* facts is NULL when why is not: ERROR_UNREACHABLE and the like when the host does not answer, ERROR_HOST when
 * the host answers and PostgreSQL does not (down, starting up). Both are valid during the call only. */
typedef void reach_facts_fn(void *ctx, const struct facts *facts, const struct error *why);

struct reach_ops {
	/* The host's command remote; opened at first use, shared by all callers, closed with the reach. */
	struct remote *(*remote)(struct reach *, const struct host *);
	/* A second, private command remote (a host's long follow must not stand in the way of others);
	 * the caller closes it with remote_close(). */
	struct remote *(*open)(struct reach *, const struct host *);
	struct reach_ask *(*facts)(struct reach *, const struct host *, reach_facts_fn *, void *ctx);
	void (*cancel)(struct reach *, struct reach_ask *);
	/* Closes every remote and relay; the reach is freed when the loop has handed their handles back. */
	void (*close)(struct reach *);
};

struct reach {
	const struct reach_ops *ops;
	uv_loop_t *loop;
};

#endif
