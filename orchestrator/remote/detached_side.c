/*
 * Calls beside the polling of one row: feed, end of input, stop. Each is repeated while the host is out of reach;
 * their scripts are such that repeating is harmless.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "remote/detached_inner.h"
#include "remote/detached_script.h"
#include "remote/script.h"

enum { SIDE_WITHIN_MS = 30 * 1000 };

struct side {
	LIST_ENTRY(side) link;
	struct detached *d;
	struct remote_call *call;
	struct timer timer;
	char *text, *input;
	size_t input_size;
	unsigned tries, within_ms;
	int64_t since_ms;
	bool is_feed, closed;
};

static void side_ask(void *ctx);

static void side_timer_closed(void *ctx)
{
	free(ctx);
}

static void side_free(struct side *s)
{
	LIST_REMOVE(s, link);
	if (s->call)
		remote_cancel(s->d->remote, s->call);
	if (s->input)
		explicit_bzero(s->input, s->input_size);
	free(s->input);
	free(s->text);
	s->closed = true;
	timer_close(&s->timer, side_timer_closed);
}

void side_free_all(struct detached *d)
{
	while (!LIST_EMPTY(&d->sides))
		side_free(LIST_FIRST(&d->sides));
}

static void side_explain(struct error *why, const struct side *s, int status)
{
	const char *host = s->d->remote->name;

	if (status == DETACHED_NOT_RUNNING || status == DETACHED_GONE)
		error_set(why, ERROR_HOST, "%s: what should be fed does not run any more", host);
	else if (status == DETACHED_INPUT_OVER)
		error_set(why, ERROR_HOST, "%s: what should be fed takes no input any more", host);
	else
		error_set(why, ERROR_HOST, "%s: cannot feed (status %d)", host, status);
}

static void side_replied(void *ctx, const struct remote_reply *reply)
{
	struct side *s = ctx;
	struct detached *d = s->d;
	struct error why;
	bool again = reply->status == DETACHED_CUT;
	bool is_feed = s->is_feed, good = !reply->why && reply->status == 0;

	s->call = NULL;
	if (reply->why)
		again = error_may_retry(reply->why->code);
	if (again && clock_monotonic_ms() - s->since_ms < (int64_t)d->patience_ms) {
		timer_after(&s->timer, detached_pause(++s->tries), side_ask);
		return;
	}
	if (reply->why)
		why = *reply->why;
	else if (!good)
		side_explain(&why, s, reply->status);
	side_free(s);
	if (is_feed && d->events->fed)
		d->events->fed(d->ctx, good ? NULL : &why);
}

static void side_ask(void *ctx)
{
	struct side *s = ctx;
	struct remote_command c = {.text = s->text,
				   .user = REMOTE_ROOT,
				   .input = s->input,
				   .input_size = s->input_size,
				   .within_ms = s->within_ms};

	s->call = remote_exec(s->d->remote, &c, side_replied, s);
}

/* Takes the text and the input over. */
static struct side *side_new(struct detached *d, char *text, char *input, size_t input_size)
{
	struct side *s = mem_new(struct side);

	s->d = d;
	s->text = text;
	s->input = input;
	s->input_size = input_size;
	s->within_ms = SIDE_WITHIN_MS;
	s->since_ms = clock_monotonic_ms();
	timer_init(&s->timer, d->loop, s);
	timer_after(&s->timer, 0, side_ask);
	LIST_INSERT_HEAD(&d->sides, s, link);
	return s;
}

void detached_feed(struct detached *d, const char *line, size_t n)
{
	char *input;
	scoped_buf text;

	buf_init(&text, SCRIPT_MOST);
	if (d->over)
		return;
	detached_script_feed(&text, d->dir, ++d->feeds);
	input = mem_alloc(n + 1);
	memcpy(input, line, n);
	input[n] = '\n';
	side_new(d, mem_strdup(text.bytes), input, n + 1)->is_feed = true;
}

void detached_feed_end(struct detached *d)
{
	scoped_buf text;

	buf_init(&text, SCRIPT_MOST);
	if (d->over)
		return;
	detached_script_feed_end(&text, d->dir);
	side_new(d, mem_strdup(text.bytes), NULL, 0);
}

void detached_stop(struct detached *d, unsigned grace_ms)
{
	scoped_buf text;

	buf_init(&text, SCRIPT_MOST);
	if (d->over)
		return;
	detached_script_stop(&text, d->dir, grace_ms);
	side_new(d, mem_strdup(text.bytes), NULL, 0)->within_ms = SIDE_WITHIN_MS + grace_ms;
}

bool poll_read(struct poll *p, const struct remote_reply *reply)
{
	const char *line = memchr(reply->out, '\n', reply->out_size);

	*p = (struct poll){0};
	if (!line || sscanf(reply->out, "%11s %d %d %zu %zu %" SCNu64 " %" SCNu64, p->state, &p->status, &p->late,
			    &p->out, &p->err, &p->out_whole, &p->err_whole) != 7)
		return false;
	p->header = (size_t)(line - reply->out) + 1;
	return reply->out_size == p->header + p->out + p->err;
}
