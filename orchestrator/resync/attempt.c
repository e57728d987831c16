#include "resync/attempt.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/secret.h"
#include "inventory/host.h"
#include "inventory/inventory.h"
#include "loop/timer.h"
#include "pg/progress.h"
#include "remote/capture.h"
#include "remote/detached.h"
#include "resync/look.h"
#include "resync/reach.h"

enum { OUTPUT_MOST = 48 * 1024, LINE_MOST = 200 };

struct attempt {
	const struct step_env *env; /* borrowed: the step's */
	struct step_spec spec;
	step_news_fn *news;
	attempt_fn *done;
	void *ctx;
	struct remote_call *call;
	struct detached *detached;
	struct look_ask *look;
	struct capture out, err;
	struct progress progress;
	struct timer start;
	bool fed, refused, over;
	struct error why;
	struct attempt_result result;
	struct buf transcript;
};

static void attempt_closed(void *ctx)
{
	struct attempt *a = ctx;

	capture_done(&a->out);
	capture_done(&a->err);
	buf_wipe(&a->transcript);
	buf_done(&a->transcript);
	free(a);
}

void attempt_free(struct attempt *a)
{
	if (a->call)
		remote_cancel(a->env->remote, a->call);
	if (a->detached)
		detached_free(a->detached);
	if (a->look)
		look_cancel(a->look);
	timer_close(&a->start, attempt_closed);
}

static void done(struct attempt *a)
{
	a->result.transcript = a->transcript.bytes;
	a->result.transcript_size = a->transcript.used;
	a->done(a->ctx, &a->result);
}

static void looked(void *ctx, const struct look *look)
{
	struct attempt *a = ctx;

	a->look = NULL;
	a->result.look = look;
	done(a);
}

/* The script's part is over. */
static void scripted(struct attempt *a)
{
	buf_add(&a->transcript, a->result.reply.out, a->result.reply.out_size);
	buf_add(&a->transcript, a->result.reply.err, a->result.reply.err_size);
	if (!a->result.why && a->spec.action->flags & ACTION_LOOKS)
		a->look = look_at(a->env->reach, a->env->pair, looked, a);
	else
		done(a);
}

static void replied(void *ctx, const struct remote_reply *reply)
{
	struct attempt *a = ctx;

	a->call = NULL;
	if (reply->why) {
		a->why = *reply->why;
		a->result.why = &a->why;
	}
	capture_add(&a->out, reply->out ? reply->out : "", reply->out_size);
	capture_add(&a->err, reply->err ? reply->err : "", reply->err_size);
	a->result.reply = *reply;
	a->result.has_status = !reply->why;
	a->result.reply.out = capture_text(&a->out, &a->result.reply.out_size, &a->result.reply.dropped);
	a->result.reply.err = capture_text(&a->err, &a->result.reply.err_size, &(uint64_t){0});
	a->result.reply.dropped = reply->dropped;
	scripted(a);
}

static const struct secret *secret_of(const struct attempt *a)
{
	const char *feeds = a->spec.action->feeds;

	if (!feeds)
		return NULL;
	return strcmp(feeds, "standby_password") == 0 ? a->env->standby_password : a->env->gpg_passphrase;
}

/* The first prompt is answered, once; a second one means that the answer was wrong, and would repeat for ever. */
static void prompted(struct attempt *a)
{
	const struct secret *s = secret_of(a);

	if (a->fed || !s) {
		if (!a->refused)
			detached_stop(a->detached, 5000);
		a->refused = true;
		return;
	}
	a->fed = true;
	detached_feed(a->detached, secret_bytes(s), secret_length(s));
	detached_feed_end(a->detached);
}

static void tell_progress(struct attempt *a)
{
	const struct progress *p = &a->progress;
	struct step_news news = {.percent = p->seen ? p->percent : -1,
				 .bytes = p->seen ? p->done_kb * 1024 : -1,
				 .total_bytes = p->seen ? p->total_kb * 1024 : -1,
				 .lag_bytes = -1};

	if (p->waits_for_archive)
		news.line = "the primary waits for its WAL to be archived";
	a->news(a->ctx, &news);
}

/* The prompt and the progress come on stderr; the init script's words on stdout. */
static void output(void *ctx, enum stream_from from, const char *bytes, size_t n, uint64_t offset)
{
	struct attempt *a = ctx;
	unsigned prompts = a->progress.prompts;

	(void)offset;
	capture_add(from == STREAM_OUT ? &a->out : &a->err, bytes, n);
	if (!(a->spec.action->flags & ACTION_PROGRESS) || from != STREAM_ERR)
		return;
	if (progress_feed(&a->progress, bytes, n))
		tell_progress(a);
	for (; prompts < a->progress.prompts; prompts++)
		prompted(a);
}

static void link_changed(void *ctx, const struct error *why)
{
	struct attempt *a = ctx;
	struct step_news news = {.percent = -1, .bytes = -1, .total_bytes = -1, .lag_bytes = -1};

	news.line = why ? why->text : "connected again";
	a->news(a->ctx, &news);
}

static void detached_over(struct attempt *a, const struct detached_end *end)
{
	struct attempt_result *r = &a->result;

	if (end->outcome == DETACHED_ENDED)
		r->has_status = true;
	else
		a->why = *end->why;
	if (end->outcome == DETACHED_LOST) {
		r->lost = true;
		a->why.code = ERROR_HOST;
	}
	if (end->late)
		error_set(&a->why, ERROR_TIMEOUT, "not done within %u s: ended on the host",
			  a->spec.action->within_ms / 1000);
	if (a->refused)
		error_set(&a->why, ERROR_HOST, "%s",
			  a->fed ? "the password was refused: it was asked for a second time" :
				   "it asks for a password and none is known");
	if (a->why.code)
		r->why = &a->why;
	r->reply.status = end->status;
}

static void ended(void *ctx, const struct detached_end *end)
{
	struct attempt *a = ctx;
	uint64_t dropped;

	detached_over(a, end);
	detached_free(a->detached);
	a->detached = NULL;
	a->result.reply.out = capture_text(&a->out, &a->result.reply.out_size, &a->result.reply.dropped);
	a->result.reply.err = capture_text(&a->err, &a->result.reply.err_size, &dropped);
	a->result.reply.dropped += dropped;
	scripted(a);
}

static void start_detached(struct attempt *a, const char *script)
{
	static const struct detached_events events = {.output = output, .link = link_changed, .ended = ended};
	const struct action *action = a->spec.action;
	const struct secret *s = secret_of(a);
	bool asks = action->flags & ACTION_PROGRESS;
	struct buf line;
	struct detached_spec spec = {.state_dir = a->env->pair->standby->state_dir,
				     .run = a->env->host_run,
				     .row = a->spec.row,
				     .name = a->env->pair->standby->name,
				     .attempt = (unsigned)a->spec.part + 1,
				     .text = script,
				     .user = action->user,
				     .interactive = asks,
				     .within_ms = action->within_ms};

	buf_init(&line, SECRET_MOST + 1);
	if (s && !asks) {
		buf_add(&line, secret_bytes(s), secret_length(s));
		buf_addc(&line, '\n');
		spec.input = line.bytes;
		spec.input_size = line.used;
	}
	a->detached = detached_start(a->env->remote, a->env->reach->loop, &spec, &events, a);
	buf_wipe(&line);
	buf_done(&line);
}

static void start_plain(struct attempt *a, const char *script)
{
	const struct secret *s = secret_of(a);
	struct buf line;
	struct remote_command c = {.text = script,
				   .user = a->spec.action->user,
				   .within_ms = a->spec.action->within_ms,
				   .most = 4 * OUTPUT_MOST};

	buf_init(&line, SECRET_MOST + 1);
	if (s) {
		buf_add(&line, secret_bytes(s), secret_length(s));
		buf_addc(&line, '\n');
		c.input = line.bytes;
		c.input_size = line.used;
	}
	a->call = remote_exec(a->env->remote, &c, replied, a);
	buf_wipe(&line);
	buf_done(&line);
}

struct attempt *attempt_begin(const struct step_env *env, const struct step_spec *spec, const char *script,
			      step_news_fn *news, attempt_fn *done_fn, void *ctx)
{
	struct attempt *a = mem_new(struct attempt);

	a->env = env;
	a->spec = *spec;
	a->news = news;
	a->done = done_fn;
	a->ctx = ctx;
	capture_init(&a->out, 4 * OUTPUT_MOST);
	capture_init(&a->err, OUTPUT_MOST);
	buf_init(&a->transcript, 8 * OUTPUT_MOST);
	progress_init(&a->progress);
	a->result.reply.out = a->result.reply.err = "";
	timer_init(&a->start, env->reach->loop, a);
	if (!script)
		a->look = look_at(env->reach, env->pair, looked, a);
	else if (spec->action->flags & ACTION_DETACHED && !env->scripted)
		start_detached(a, script);
	else
		start_plain(a, script);
	return a;
}
