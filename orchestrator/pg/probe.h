/*
 * Asks a PostgreSQL server a list of queries through libpq, without blocking the loop.
 *
 * The probe connects (PQconnectStart/PQconnectPoll), sends each query in turn, hands out the results and
 * disconnects: one call, one connection, one deadline. PostgreSQL documentation: libpq, "Asynchronous Command
 * Processing". The reply function is called exactly once, never before probe_ask() returns and never after
 * probe_cancel().
 */
#ifndef PG_PROBE_H
#define PG_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "base/error.h"

struct probe;

struct probe_result {
	int rows, columns;
	char **values; /* rows * columns, row by row; NULL entries are SQL NULL */
};

struct probe_reply {
	const struct error *why;	    /* NULL: connected, and every query answered */
	int server_version;		    /* PQserverVersion: 100023, 150018; 0 when not connected */
	const struct probe_result *results; /* as many as queries that were answered; valid during the call only */
	size_t n_results;
};

typedef void probe_reply_fn(void *ctx, const struct probe_reply *reply);

/* conninfo and queries are borrowed during the call only; queries may be chosen by version through `choose`
 * (called once connected; returns a NULL-terminated list, borrowed until the reply). */
typedef const char *const *probe_choose_fn(void *ctx, int server_version);

struct probe *probe_ask(uv_loop_t *loop, const char *conninfo, probe_choose_fn *choose, unsigned within_ms,
			probe_reply_fn *replied, void *ctx);
void probe_cancel(struct probe *p);

/* The cell of a reply, NULL when there is no such cell or it is SQL NULL. */
const char *probe_value(const struct probe_reply *reply, size_t result, int row, int column);

#endif
