/*
 * What a walk leaves on the host for its own use: the directories of its detached rows, and the saved files.
 */
#ifndef RESYNC_TIDY_H
#define RESYNC_TIDY_H

#include "resync/step.h"

struct tidy;

typedef void tidy_fn(void *ctx);

/* Removes them, once everything is given back, also those of the interrupted runs named (by host_run, borrowed
 * until done); done(ctx) exactly once, never before this returns. A host that does not answer keeps them: they hold no
 * secret and do no harm. */
struct tidy *tidy_begin(const struct step_env *env, const int64_t *interrupted, size_t n, tidy_fn *done, void *ctx);

/* Ends what a run of that number still does on the host (its detached rows, TERM and then KILL), so that nothing
 * changes behind the back of the giving-back. stopped(ctx, why): why is NULL when nothing of it runs any more. */
typedef void tidy_stopped_fn(void *ctx, const struct error *why);
struct tidy *tidy_stop(const struct step_env *env, int64_t host_run, tidy_stopped_fn *stopped, void *ctx);

#endif
