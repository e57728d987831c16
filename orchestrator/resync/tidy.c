#include "resync/tidy.h"

#include "base/mem.h"
#include "inventory/host.h"
#include "inventory/inventory.h"
#include "remote/detached.h"
#include "remote/remote.h"
#include "resync/values.h"

struct tidy {
	const struct step_env *env;
	tidy_fn *done;
	tidy_stopped_fn *stopped;
	void *ctx;
	const int64_t *interrupted; /* other runs whose directories go, too */
	size_t n_interrupted;
};

static void cleaned(void *ctx, const struct remote_reply *reply)
{
	struct tidy *t = ctx;
	tidy_fn *done = t->done;
	void *of = t->ctx;

	(void)reply;
	free(t);
	done(of);
}

/* One run after the other, our own last. */
static void clean_next(void *ctx, const struct remote_reply *reply)
{
	struct tidy *t = ctx;
	const char *state_dir = t->env->pair->standby->state_dir;

	(void)reply;
	if (t->n_interrupted)
		detached_clean(t->env->remote, state_dir, t->interrupted[--t->n_interrupted], clean_next, t);
	else
		detached_clean(t->env->remote, state_dir, t->env->host_run, cleaned, t);
}

/* The text is expanded like every other, so that no path is pasted into a command line. */
static void run_script(struct tidy *t, const char *text, const char *tag, remote_reply_fn *replied)
{
	struct error why;
	struct values v = {.standby = t->env->pair->standby,
			   .primary = t->env->pair->primary,
			   .memory = t->env->memory,
			   .tag = tag,
			   .reason = t->env->reason};
	scoped_mem char *script = values_expand(&v, text, &why);
	struct remote_command c = {.text = script ? script : "exit 3", .user = REMOTE_ROOT, .within_ms = 60 * 1000};

	remote_exec(t->env->remote, &c, replied, t);
}

struct tidy *tidy_begin(const struct step_env *env, const int64_t *interrupted, size_t n, tidy_fn *done, void *ctx)
{
	struct tidy *t = mem_new(struct tidy);

	t->env = env;
	t->interrupted = interrupted;
	t->n_interrupted = n;
	t->done = done;
	t->ctx = ctx;
	run_script(t, "rm -rf ${saved_dir}", env->tag, env->scripted ? cleaned : clean_next);
	return t;
}

static void all_stopped(void *ctx, const struct remote_reply *reply)
{
	struct tidy *t = ctx;
	tidy_stopped_fn *stopped = t->stopped;
	void *of = t->ctx;
	struct error why;

	free(t);
	if (reply->why)
		why = *reply->why;
	else if (reply->status != 0)
		error_set(&why, ERROR_HOST, "cannot end what still runs: exit status %d: %.200s", reply->status,
			  reply->err);
	stopped(of, reply->why || reply->status != 0 ? &why : NULL);
}

struct tidy *tidy_stop(const struct step_env *env, int64_t host_run, tidy_stopped_fn *stopped, void *ctx)
{
	struct tidy *t = mem_new(struct tidy);

	t->env = env;
	t->stopped = stopped;
	t->ctx = ctx;
	detached_stop_run(env->remote, env->pair->standby->state_dir, host_run, 5000, all_stopped, t);
	return t;
}
