#include "pg/probe.h"

#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/printable.h"
#include "base/redact.h"
#include "loop/timer.h"
#include "pg/conninfo.h"

struct probe {
	uv_loop_t *loop;
	struct timer deadline; /* also carries every reply to the next turn of the loop */
	uv_poll_t *watch;      /* of libpq's present socket; a new one after each step of connecting */
	PGconn *conn;
	bool asking, done;
	probe_choose_fn *choose;
	probe_reply_fn *replied;
	void *ctx;
	const char *const *queries; /* the first is the one that is being answered */
	PGresult **held;
	struct probe_result *results; /* point into held */
	size_t n_results;
	bool answered; /* the present query has a result */
	unsigned within_ms;
	int server_version;
	struct error why;
};

static void watch_closed(uv_handle_t *handle)
{
	free(handle);
}

static void unwatch(struct probe *p)
{
	if (!p->watch)
		return;
	uv_poll_stop(p->watch);
	p->watch->data = NULL;
	uv_close((uv_handle_t *)p->watch, watch_closed);
	p->watch = NULL;
}

static void drop_result(struct probe *p, size_t i)
{
	PQclear(p->held[i]);
	free(p->results[i].values);
}

static void probe_free(void *ctx)
{
	struct probe *p = ctx;

	for (size_t i = 0; i < p->n_results; i++)
		drop_result(p, i);
	free(p->held);
	free(p->results);
	free(p);
}

/* Lets go of everything but the results. PQfinish() closes the socket, so it must not be watched any more. */
static void let_go(struct probe *p)
{
	p->done = true;
	unwatch(p);
	PQfinish(p->conn);
	p->conn = NULL;
	timer_close(&p->deadline, probe_free);
}

static void reply_now(void *ctx)
{
	struct probe *p = ctx;
	struct probe_reply reply = {
		.why = p->why.code == ERROR_NONE ? NULL : &p->why,
		.server_version = p->server_version,
		.results = p->results,
		.n_results = p->n_results,
	};

	let_go(p);
	p->replied(p->ctx, &reply);
}

static void settle(struct probe *p)
{
	unwatch(p);
	timer_after(&p->deadline, 0, reply_now);
}

/* libpq's texts have several lines and may quote what we sent: one line, without secrets, without controls. */
static void fail(struct probe *p, enum error_code code, const char *text)
{
	scoped_buf line = {0}, redacted = {0}, shown = {0};
	bool gap = false;

	buf_init(&line, 8192);
	buf_init(&redacted, 8192);
	buf_init(&shown, sizeof(p->why.text) - 1);
	for (; *text; text++) {
		if (*text == '\n' || *text == '\t' || *text == '\r') {
			gap = true;
			continue;
		}
		if (gap && line.used > 0)
			buf_adds(&line, "; ");
		gap = false;
		buf_addc(&line, *text);
	}
	redact_text(&redacted, line.bytes, line.used);
	printable_add(&shown, redacted.bytes, redacted.used, PRINTABLE_LINE);
	error_set(&p->why, code, "PostgreSQL: %s", shown.bytes);
	settle(p);
}

static void timed_out(void *ctx)
{
	struct probe *p = ctx;

	error_set(&p->why, ERROR_TIMEOUT, "PostgreSQL: no answer within %u ms (%s)", p->within_ms,
		  p->asking ? "connected, waiting for a query" : "connecting");
	settle(p);
}

static void ready(uv_poll_t *watch, int status, int events);

static bool watch(struct probe *p, int events)
{
	int fd = PQsocket(p->conn);

	if (!p->watch) {
		p->watch = mem_new(uv_poll_t);
		if (fd < 0 || uv_poll_init(p->loop, p->watch, fd) != 0) {
			free(p->watch);
			p->watch = NULL;
			fail(p, ERROR_FAILED, "the connection's socket cannot be watched");
			return false;
		}
		p->watch->data = p;
	}
	uv_poll_start(p->watch, events, ready);
	return true;
}

/* Keeps the result of the present query; the cells point into libpq's memory. */
static void keep(struct probe *p, PGresult *result)
{
	int rows = PQntuples(result), columns = PQnfields(result);
	size_t cells = (size_t)rows * (size_t)columns;
	struct probe_result r = {rows, columns, mem_alloc((cells + 1) * sizeof(char *))};

	for (size_t i = 0; i < cells; i++) {
		int row = (int)(i / (size_t)columns), column = (int)(i % (size_t)columns);

		if (!PQgetisnull(result, row, column))
			r.values[i] = PQgetvalue(result, row, column);
	}
	if (p->answered) /* several statements in one query: the last one's result counts */
		drop_result(p, --p->n_results);
	p->held = mem_grow(p->held, p->n_results + 1, sizeof(*p->held));
	p->results = mem_grow(p->results, p->n_results + 1, sizeof(*p->results));
	p->held[p->n_results] = result;
	p->results[p->n_results++] = r;
	p->answered = true;
}

static bool take_result(struct probe *p, PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) {
		keep(p, result);
		return true;
	}
	fail(p, PQstatus(p->conn) == CONNECTION_OK ? ERROR_HOST : ERROR_UNREACHABLE,
	     status == PGRES_FATAL_ERROR ? PQresultErrorMessage(result) : "unexpected kind of answer");
	PQclear(result);
	return false;
}

/* Sends the next query; false when there is none left or it cannot be sent (settled either way). */
static bool send_query(struct probe *p)
{
	p->answered = false;
	if (!*p->queries) {
		settle(p);
		return false;
	}
	if (!PQsendQuery(p->conn, *p->queries)) {
		fail(p, ERROR_UNREACHABLE, PQerrorMessage(p->conn));
		return false;
	}
	return true;
}

static void watch_query(struct probe *p)
{
	int unsent = PQflush(p->conn);

	if (unsent < 0)
		fail(p, ERROR_UNREACHABLE, PQerrorMessage(p->conn));
	else
		watch(p, unsent ? UV_READABLE | UV_WRITABLE : UV_READABLE);
}

static void ask_step(struct probe *p)
{
	if (!PQconsumeInput(p->conn)) {
		fail(p, ERROR_UNREACHABLE, PQerrorMessage(p->conn));
		return;
	}
	while (!PQisBusy(p->conn)) {
		PGresult *result = PQgetResult(p->conn);

		if (result) {
			if (!take_result(p, result))
				return;
			continue;
		}
		p->queries++;
		if (!send_query(p))
			return;
	}
	watch_query(p);
}

static void connected(struct probe *p)
{
	p->asking = true;
	p->server_version = PQserverVersion(p->conn);
	p->queries = p->choose(p->ctx, p->server_version);
	if (p->done) /* cancelled by choose */
		return;
	if (PQsetnonblocking(p->conn, 1) != 0)
		fail(p, ERROR_UNREACHABLE, PQerrorMessage(p->conn));
	else if (send_query(p))
		watch_query(p);
}

static void connect_failed(struct probe *p)
{
	const char *text = PQerrorMessage(p->conn);
	bool denied = PQconnectionNeedsPassword(p->conn) || strstr(text, "authentication failed") ||
		      strstr(text, "no pg_hba.conf entry");

	fail(p, denied ? ERROR_AUTH : ERROR_UNREACHABLE, text);
}

/* Each step may close the socket and open another one, even with the same number: it is watched anew each time. */
static void connect_step(struct probe *p)
{
	unwatch(p);
	switch (PQconnectPoll(p->conn)) {
	case PGRES_POLLING_READING:
		watch(p, UV_READABLE);
		break;
	case PGRES_POLLING_WRITING:
		watch(p, UV_WRITABLE);
		break;
	case PGRES_POLLING_OK:
		connected(p);
		break;
	case PGRES_POLLING_FAILED:
	case PGRES_POLLING_ACTIVE:
	default:
		connect_failed(p);
		break;
	}
}

/* An error of the watch itself needs no look: libpq meets the same one. */
static void ready(uv_poll_t *handle, int status, int events)
{
	struct probe *p = handle->data;

	(void)status;
	(void)events;
	if (!p)
		return;
	if (p->asking)
		ask_step(p);
	else
		connect_step(p);
}

static void drop_notice(void *ctx, const char *text)
{
	(void)ctx;
	(void)text;
}

static bool start(struct probe *p, const char *conninfo)
{
	char options[80];
	bool has_options;

	if (!conninfo_check(conninfo, &has_options, &p->why))
		return false;
	/* A probe never writes, and the server gives up when we have. A Kerberos library could block. */
	snprintf(options, sizeof(options), "-c default_transaction_read_only=on -c statement_timeout=%u", p->within_ms);

	const char *const keywords[] = {"gssencmode", "fallback_application_name",    "client_encoding",
					"dbname",     has_options ? NULL : "options", NULL};
	const char *const values[] = {"disable", "pgresync", "UTF8", conninfo, options, NULL};

	p->conn = PQconnectStartParams(keywords, values, 1);
	if (!p->conn)
		return error_set(&p->why, ERROR_FAILED, "PostgreSQL: out of memory");
	PQsetNoticeProcessor(p->conn, drop_notice, NULL); /* libpq's own would print it */
	return true;
}

struct probe *probe_ask(uv_loop_t *loop, const char *conninfo, probe_choose_fn *choose, unsigned within_ms,
			probe_reply_fn *replied, void *ctx)
{
	struct probe *p = mem_new(struct probe);

	p->loop = loop;
	p->choose = choose;
	p->replied = replied;
	p->ctx = ctx;
	p->within_ms = within_ms;
	timer_init(&p->deadline, loop, p);
	timer_after(&p->deadline, within_ms, timed_out);
	if (!start(p, conninfo))
		settle(p);
	else if (PQstatus(p->conn) == CONNECTION_BAD)
		connect_failed(p);
	else
		watch(p, UV_WRITABLE); /* as the documentation says: first as if PQconnectPoll() asked to write */
	return p;
}

void probe_cancel(struct probe *p)
{
	if (!p->done)
		let_go(p);
}

const char *probe_value(const struct probe_reply *reply, size_t result, int row, int column)
{
	const struct probe_result *r;

	if (result >= reply->n_results)
		return NULL;
	r = &reply->results[result];
	if (row < 0 || column < 0 || row >= r->rows || column >= r->columns)
		return NULL;
	return r->values[row * r->columns + column];
}
