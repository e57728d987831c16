#include "remote/detached.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/mem.h"
#include "remote/detached_inner.h"
#include "remote/detached_script.h"
#include "remote/script.h"

enum {
	START_WITHIN_MS = 60 * 1000,
	POLL_WITHIN_MS = 30 * 1000,
	PATIENCE_MS = 10 * 60 * 1000,
	PAUSE_MS = 250,
	PAUSE_MOST_MS = 15 * 1000,
	STARTS_MOST = 3,
	TEXT_MOST = 24 * 1024 /* quoted twice it must fit into one argument */
};

static void detached_step(void *ctx);

static void detached_timer_closed(void *ctx)
{
	struct detached *d = ctx;

	free(d->dir);
	free(d->start_text);
	free(d);
}

static void detached_forget_input(struct detached *d)
{
	if (d->input)
		explicit_bzero(d->input, d->input_size);
	free(d->input);
	d->input = NULL;
}

void detached_free(struct detached *d)
{
	d->over = true;
	if (d->call)
		remote_cancel(d->remote, d->call);
	d->call = NULL;
	side_free_all(d);
	detached_forget_input(d);
	timer_close(&d->timer, detached_timer_closed);
}

static void detached_end(struct detached *d, const struct detached_end *end)
{
	if (d->over)
		return;
	d->over = true;
	side_free_all(d);
	timer_stop(&d->timer);
	d->events->ended(d->ctx, end);
}

static void detached_fail(struct detached *d, enum detached_outcome outcome, const struct error *why)
{
	detached_end(d, &(struct detached_end){.outcome = outcome, .why = why});
}

unsigned detached_pause(unsigned tries)
{
	unsigned pause = (unsigned)PAUSE_MS << (tries > 6 ? 6 : tries), jitter = 0;

	if (getrandom(&jitter, sizeof(jitter), 0) != (ssize_t)sizeof(jitter))
		jitter = 0;
	if (pause > PAUSE_MOST_MS)
		pause = PAUSE_MOST_MS;
	return pause + jitter % (pause / 2 + 1);
}

/* The host does not answer: try again for as long as the patience lasts. */
static void detached_again(struct detached *d, const struct error *why, bool may_have_begun)
{
	int64_t now = clock_monotonic_ms();

	if (d->tries++ == 0)
		d->lost_at_ms = now;
	if (!error_may_retry(why->code) || now - d->lost_at_ms >= (int64_t)d->patience_ms) {
		detached_fail(d, may_have_begun ? DETACHED_UNKNOWN : DETACHED_NEVER, why);
		return;
	}
	timer_after(&d->timer, detached_pause(d->tries), detached_step);
	if (d->tries == 1 && d->events->link)
		d->events->link(d->ctx, why);
}

/* The host answers. Any event may free the object: its memory stays until the loop's next turn, `over` says so. */
static void detached_reached(struct detached *d)
{
	unsigned tries = d->tries;

	d->tries = 0;
	if (tries && d->events->link)
		d->events->link(d->ctx, NULL);
}

static void start_refused(struct detached *d, const struct remote_reply *reply)
{
	struct error why;
	int size = reply->err_size > 200 ? 200 : (int)reply->err_size;

	while (size > 0 && reply->err[size - 1] == '\n')
		size--;
	if (reply->status == DETACHED_CUT) {
		error_set(&why, ERROR_UNREACHABLE, "%s: the input was cut off on its way, nothing was run",
			  d->remote->name);
		detached_again(d, &why, false);
		return;
	}
	if (reply->status == DETACHED_OTHER_TEXT)
		error_set(&why, ERROR_REFUSED, "%s: %.*s: a row is started once", d->remote->name, size, reply->err);
	else
		error_set(&why, ERROR_HOST, "%s: cannot start work under %s (status %d): %.*s", d->remote->name, d->dir,
			  reply->status, size, reply->err);
	detached_fail(d, DETACHED_NEVER, &why);
}

static void start_replied(void *ctx, const struct remote_reply *reply)
{
	struct detached *d = ctx;

	d->call = NULL;
	if (reply->why) {
		d->unsure = d->unsure || reply->sent;
		detached_again(d, reply->why, d->unsure);
		return;
	}
	detached_reached(d);
	if (d->over)
		return;
	if (reply->status != 0) {
		start_refused(d, reply);
		return;
	}
	d->started = true;
	d->starts++;
	timer_after(&d->timer, 0, detached_step);
}

/* Nothing ran, and the host has made sure that it stays so. */
static void poll_never(struct detached *d, bool gone)
{
	struct error why;

	if (gone && d->started && d->start_text) {
		error_set(&why, ERROR_HOST, "%s: %s is gone, and with it what became of the work", d->remote->name,
			  d->dir);
		detached_fail(d, DETACHED_LOST, &why);
		return;
	}
	if (d->start_text && d->starts < STARTS_MOST) {
		d->started = false;
		timer_after(&d->timer, 0, detached_step);
		return;
	}
	error_set(&why, ERROR_HOST, "%s: the work under %s never began", d->remote->name, d->dir);
	detached_fail(d, DETACHED_NEVER, &why);
}

static void poll_lost(struct detached *d, bool rebooted)
{
	struct error why;

	error_set(&why, ERROR_HOST,
		  rebooted ? "%s: the host was started anew while %s ran" :
			     "%s: what ran under %s is gone and left no exit status",
		  d->remote->name, d->dir);
	detached_end(d, &(struct detached_end){.outcome = DETACHED_LOST, .rebooted = rebooted, .why = &why});
}

static void poll_output(struct detached *d, const struct poll *p, const char *bytes)
{
	uint64_t out = d->out_offset, err = d->err_offset;

	d->out_offset += p->out;
	d->err_offset += p->err;
	if (p->out && !d->over)
		d->events->output(d->ctx, STREAM_OUT, bytes, p->out, out);
	if (p->err && !d->over)
		d->events->output(d->ctx, STREAM_ERR, bytes + p->out, p->err, err);
}

static void poll_state(struct detached *d, const struct poll *p)
{
	if (d->over)
		return;
	if (strcmp(p->state, "gone") != 0 && strcmp(p->state, "never") != 0)
		detached_forget_input(d);
	if (p->out_whole > d->out_offset || p->err_whole > d->err_offset || strcmp(p->state, "running") == 0)
		timer_after(&d->timer, 0, detached_step);
	else if (strcmp(p->state, "ended") == 0)
		detached_end(d, &(struct detached_end){
					.outcome = DETACHED_ENDED, .status = p->status, .late = p->late != 0});
	else if (strcmp(p->state, "lost") == 0 || strcmp(p->state, "rebooted") == 0)
		poll_lost(d, *p->state == 'r');
	else
		poll_never(d, strcmp(p->state, "gone") == 0);
}

static void poll_replied(void *ctx, const struct remote_reply *reply)
{
	struct detached *d = ctx;
	struct error why;
	struct poll p;

	d->call = NULL;
	if (reply->why) {
		detached_again(d, reply->why, true);
		return;
	}
	if (!poll_read(&p, reply)) {
		error_set(&why, ERROR_HOST, "%s: cannot follow %s (status %d): %.200s", d->remote->name, d->dir,
			  reply->status, reply->err);
		detached_fail(d, DETACHED_UNKNOWN, &why);
		return;
	}
	detached_reached(d);
	poll_output(d, &p, reply->out + p.header);
	poll_state(d, &p);
}

static void detached_poll(struct detached *d)
{
	struct remote_command c = {
		.user = REMOTE_ROOT, .within_ms = POLL_WITHIN_MS, .most = (size_t)2 * (2 * DETACHED_POLL_MOST + 1024)};
	scoped_buf text;

	buf_init(&text, SCRIPT_MOST);
	detached_script_follow(&text, d->dir, d->out_offset, d->err_offset);
	c.text = text.bytes;
	d->call = remote_exec(d->remote, &c, poll_replied, d);
}

static void detached_step(void *ctx)
{
	struct detached *d = ctx;
	struct error why;

	if (d->over || d->call)
		return;
	if (d->too_much) {
		error_set(&why, ERROR_FAILED, "%s: the script or its input is too long for a host", d->remote->name);
		detached_fail(d, DETACHED_NEVER, &why);
		return;
	}
	if (d->started) {
		detached_poll(d);
		return;
	}
	d->call = remote_exec(d->remote,
			      &(struct remote_command){.text = d->start_text,
						       .user = REMOTE_ROOT,
						       .input = d->input,
						       .input_size = d->input_size,
						       .within_ms = START_WITHIN_MS},
			      start_replied, d);
}

struct detached *detached_start(struct remote *r, uv_loop_t *loop, const struct detached_spec *spec,
				const struct detached_events *events, void *ctx)
{
	struct detached *d = mem_new(struct detached);
	char key[160];
	scoped_buf text;

	d->remote = r;
	d->loop = loop;
	d->events = events;
	d->ctx = ctx;
	d->out_offset = spec->out_offset;
	d->err_offset = spec->err_offset;
	d->patience_ms = spec->patience_ms ? spec->patience_ms : PATIENCE_MS;
	detached_script_key(key, sizeof(key), spec);
	d->dir = mem_printf("%s/run-%" PRId64 "/%s", spec->state_dir, spec->run, key);
	LIST_INIT(&d->sides);
	timer_init(&d->timer, loop, d);
	buf_init(&text, (size_t)2 * SCRIPT_MOST);
	if (spec->text) {
		detached_script_start(&text, r, spec);
		d->start_text = mem_strdup(text.bytes);
		d->too_much = spec->input_size > DETACHED_INPUT_MOST || strlen(spec->text) > TEXT_MOST;
	} else {
		d->started = true;
	}
	if (spec->text && spec->input && spec->input_size && !d->too_much) {
		d->input = mem_alloc(spec->input_size);
		d->input_size = spec->input_size;
		memcpy(d->input, spec->input, spec->input_size);
	}
	timer_after(&d->timer, 0, detached_step);
	return d;
}

struct remote_call *detached_clean(struct remote *r, const char *state_dir, int64_t run, remote_reply_fn *replied,
				   void *ctx)
{
	scoped_buf text;

	buf_init(&text, SCRIPT_MOST);
	detached_script_clean(&text, state_dir, run);
	return remote_exec(
		r, &(struct remote_command){.text = text.bytes, .user = REMOTE_ROOT, .within_ms = START_WITHIN_MS},
		replied, ctx);
}

struct remote_call *detached_stop_run(struct remote *r, const char *state_dir, int64_t run, unsigned grace_ms,
				      remote_reply_fn *replied, void *ctx)
{
	scoped_buf text;

	buf_init(&text, SCRIPT_MOST);
	detached_script_stop_run(&text, state_dir, run, grace_ms);
	return remote_exec(r,
			   &(struct remote_command){.text = text.bytes,
						    .user = REMOTE_ROOT,
						    .within_ms = 4 * grace_ms + START_WITHIN_MS},
			   replied, ctx);
}
