/*
 * One attempt of an action: its script, plain or detached, then the look where the action wants one.
 *
 * done(ctx, result) is called exactly once, never before attempt_begin() returns and never after attempt_free().
 * Freeing stops watching; what was sent runs on.
 */
#ifndef RESYNC_ATTEMPT_H
#define RESYNC_ATTEMPT_H

#include <stdbool.h>

#include "remote/remote.h"
#include "resync/step.h"

struct attempt;
struct look;

struct attempt_result {
	const struct error *why;   /* NULL: the script (if any) ended with a known exit status */
	struct remote_reply reply; /* of the script */
	bool has_status, lost;	   /* lost: it began, is gone and left no exit status */
	const struct look *look;   /* NULL: the action does not look */
	const char *transcript;	   /* stdout, then stderr: for the record */
	size_t transcript_size;
};

typedef void attempt_fn(void *ctx, const struct attempt_result *result);

/* script is expanded and borrowed until done; NULL: only looks. */
struct attempt *attempt_begin(const struct step_env *env, const struct step_spec *spec, const char *script,
			      step_news_fn *news, attempt_fn *done, void *ctx);
void attempt_free(struct attempt *a);

#endif
