#include "fake/fake_reach.h"

#include <assert.h>
#include <fnmatch.h>
#include <string.h>

#include "base/mem.h"
#include "fake/fake_rules.h"
#include "inventory/host.h"

enum { NAME_MOST = 256 };

/* A call that waits or is under way; facts are asked for by the same means, each on a queue of its own. */
struct remote_call {
	struct remote_call *next;
	struct fake_queue *queue;
	size_t logged;
	struct fake_given given;
	remote_reply_fn *replied;
	reach_facts_fn *told;
	void *ctx;
};

struct reach_ask {
	struct remote_call call;
};

struct fake_queue {
	struct remote remote;
	struct fake_queue *next;
	struct fake_reach *fake;
	uv_timer_t timer;
	struct remote_call *first;
	bool own, closing, for_facts;
};

struct fake_reach {
	struct reach reach;
	struct fake_rules rules;
	struct fake_queue *queues;
	struct fake_logged *log;
	size_t n_log, unmatched, at_once, most_at_once;
};

static size_t log_call(struct fake_reach *f, const char *host, const struct remote_command *c, bool own)
{
	f->log = mem_grow(f->log, f->n_log + 1, sizeof(*f->log));
	f->log[f->n_log] = (struct fake_logged){
		.host = mem_strdup(host),
		.text = mem_strdup(c ? c->text : "facts"),
		.input = c && c->input ? mem_strndup(c->input, c->input_size) : NULL,
		.user = c ? c->user : REMOTE_POSTGRES,
		.facts = !c,
		.own_remote = own,
		.within_ms = c ? c->within_ms : 0,
	};
	return f->n_log++;
}

static void free_queue(uv_handle_t *handle)
{
	free(handle->data);
}

static void close_queue(struct fake_queue *q)
{
	struct fake_queue **at = &q->fake->queues;

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	q->closing = true;
	uv_close((uv_handle_t *)&q->timer, free_queue);
}

static void pump(struct fake_queue *q);

static void answer_facts(struct fake_queue *q, struct remote_call *call)
{
	struct reach_ask *ask = (struct reach_ask *)call;
	struct error why = {.code = call->given.answer.code};

	if (why.code != ERROR_NONE)
		error_set(&why, why.code, "%s", call->given.answer.err);
	call->told(call->ctx, why.code ? NULL : call->given.facts, why.code ? &why : NULL);
	fake_given_done(&ask->call.given);
	free(ask);
	close_queue(q);
}

static void answer_command(struct remote_call *call)
{
	const struct fake_answer *a = &call->given.answer;
	struct error why;
	struct remote_reply reply = {.status = a->status, .out = a->out, .err = a->err};

	if (a->code != ERROR_NONE) {
		error_set(&why, a->code, "%s", a->err);
		reply = (struct remote_reply){.why = &why, .out = "", .err = ""};
	}
	reply.out_size = strlen(reply.out);
	reply.err_size = strlen(reply.err);
	call->replied(call->ctx, &reply);
	fake_given_done(&call->given);
	free(call);
}

static void fire(uv_timer_t *timer)
{
	struct fake_queue *q = timer->data;
	struct remote_call *call = q->first;
	bool facts = q->for_facts;

	q->first = call->next;
	q->fake->at_once--;
	q->fake->log[call->logged].answered = true;
	/* The reply function may ask again, or close the remote: the queue is looked at before it is called. */
	if (!facts) {
		pump(q);
		answer_command(call);
	} else {
		answer_facts(q, call);
	}
}

static void pump(struct fake_queue *q)
{
	struct fake_reach *f = q->fake;
	struct remote_call *call = q->first;

	if (!call)
		return;
	f->at_once++;
	if (f->at_once > f->most_at_once)
		f->most_at_once = f->at_once;
	if (!call->given.answer.never)
		uv_timer_start(&q->timer, fire, call->given.answer.after_ms, 0);
}

static void append(struct fake_queue *q, struct remote_call *call)
{
	struct remote_call **at = &q->first;

	while (*at)
		at = &(*at)->next;
	*at = call;
	call->queue = q;
	if (q->first == call)
		pump(q);
}

static struct remote_call *exec(struct remote *r, const struct remote_command *c, remote_reply_fn *replied, void *ctx)
{
	struct fake_queue *q = (struct fake_queue *)r;
	struct remote_call *call = mem_new(struct remote_call);

	assert(!q->closing);
	call->logged = log_call(q->fake, r->name, c, q->own);
	call->replied = replied;
	call->ctx = ctx;
	if (!fake_rules_command(&q->fake->rules, r->name, c, &call->given))
		q->fake->unmatched++;
	append(q, call);
	return call;
}

static void drop(struct remote_call *call)
{
	struct fake_queue *q = call->queue;
	struct remote_call **at = &q->first;
	bool under_way = q->first == call;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	q->fake->log[call->logged].cancelled = true;
	fake_given_done(&call->given);
	free(call);
	if (!under_way)
		return;
	q->fake->at_once--;
	uv_timer_stop(&q->timer);
	pump(q);
}

static void cancel_command(struct remote *r, struct remote_call *call)
{
	assert(&call->queue->remote == r);
	drop(call);
}

static void close_remote(struct remote *r)
{
	struct fake_queue *q = (struct fake_queue *)r;

	while (q->first) {
		struct remote_call *last = q->first;

		while (last->next)
			last = last->next;
		drop(last);
	}
	close_queue(q);
}

static const struct remote_ops remote_ops = {exec, cancel_command, close_remote};

static struct fake_queue *new_queue(struct fake_reach *f, const char *host, bool own)
{
	struct fake_queue *q = mem_new(struct fake_queue);

	q->remote.ops = &remote_ops;
	assert(strlen(host) < sizeof(q->remote.name));
	memcpy(q->remote.name, host, strlen(host) + 1);
	q->fake = f;
	q->own = own;
	uv_timer_init(f->reach.loop, &q->timer);
	q->timer.data = q;
	q->next = f->queues;
	f->queues = q;
	return q;
}

static struct remote *shared_remote(struct reach *reach, const struct host *host)
{
	struct fake_reach *f = (struct fake_reach *)reach;

	for (struct fake_queue *q = f->queues; q; q = q->next)
		if (!q->own && !q->for_facts && strcmp(q->remote.name, host->name) == 0)
			return &q->remote;
	return &new_queue(f, host->name, false)->remote;
}

static struct remote *open_remote(struct reach *reach, const struct host *host)
{
	return &new_queue((struct fake_reach *)reach, host->name, true)->remote;
}

static struct reach_ask *ask_facts(struct reach *reach, const struct host *host, reach_facts_fn *told, void *ctx)
{
	struct fake_reach *f = (struct fake_reach *)reach;
	struct reach_ask *ask = mem_new(struct reach_ask);
	struct fake_queue *q = new_queue(f, host->name, false);

	q->for_facts = true;
	ask->call.logged = log_call(f, host->name, NULL, false);
	ask->call.told = told;
	ask->call.ctx = ctx;
	fake_rules_facts(&f->rules, host->name, &ask->call.given);
	append(q, &ask->call);
	return ask;
}

static void cancel_facts(struct reach *reach, struct reach_ask *ask)
{
	(void)reach;
	close_remote(&ask->call.queue->remote);
}

static void close_reach(struct reach *reach)
{
	struct fake_reach *f = (struct fake_reach *)reach;

	while (f->queues)
		close_remote(&f->queues->remote);
}

static const struct reach_ops reach_ops = {shared_remote, open_remote, ask_facts, cancel_facts, close_reach};

struct fake_reach *fake_reach_new(uv_loop_t *loop)
{
	struct fake_reach *f = mem_new(struct fake_reach);

	f->reach = (struct reach){&reach_ops, loop};
	return f;
}

void fake_reach_free(struct fake_reach *f)
{
	assert(!f->queues);
	fake_log_clear(f);
	free(f->log);
	fake_rules_done(&f->rules);
	free(f);
}

struct reach *fake_reach_get(struct fake_reach *f)
{
	return &f->reach;
}

struct fake_rules *fake_reach_rules(struct fake_reach *f)
{
	return &f->rules;
}

size_t fake_log_count(const struct fake_reach *f)
{
	return f->n_log;
}

const struct fake_logged *fake_log_at(const struct fake_reach *f, size_t i)
{
	assert(i < f->n_log);
	return &f->log[i];
}

size_t fake_count(const struct fake_reach *f, const char *host, const char *pattern)
{
	size_t n = 0;

	for (size_t i = 0; i < f->n_log; i++)
		n += fnmatch(host, f->log[i].host, 0) == 0 && fnmatch(pattern, f->log[i].text, 0) == 0;
	return n;
}

size_t fake_unmatched(const struct fake_reach *f)
{
	return f->unmatched;
}

size_t fake_most_at_once(const struct fake_reach *f)
{
	return f->most_at_once;
}

void fake_log_clear(struct fake_reach *f)
{
	assert(f->at_once == 0);
	for (size_t i = 0; i < f->n_log; i++) {
		free(f->log[i].host);
		free(f->log[i].text);
		free(f->log[i].input);
	}
	f->n_log = f->unmatched = f->most_at_once = 0;
}

void fake_log_text(const struct fake_reach *f, struct buf *out)
{
	static const char *const users[] = {"login", "root", "postgres"};

	for (size_t i = 0; i < f->n_log; i++)
		buf_addf(out, "%s %s: %.*s\n", f->log[i].host, users[f->log[i].user],
			 (int)strcspn(f->log[i].text, "\n"), f->log[i].text);
}
