/*
 * One action on one host: noted in the journal as begun, proved, asked, polled, noted as ended.
 *
 *  1. The note "begun" is made durable.
 *  2. A destructive action looks at the pair and wants the role proof.
 *  3. The script runs (detached where the action says so), then the look, then the reader answers.
 *  4. NOT_YET asks again after a while; YES and NO are noted and end the step.
 *
 * ended(ctx, answer, why) is called exactly once, never before step_begin() returns.
 */
#ifndef RESYNC_STEP_H
#define RESYNC_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/journal_entry.h"
#include "resync/method.h"

struct journal;
struct memory;
struct pair;
struct reach;
struct secret;
struct step;

/* What all steps of a walk share; borrowed until the walk has ended. */
struct step_env {
	struct reach *reach;
	struct journal *journal;
	const struct pair *pair;
	struct remote *remote; /* of the standby, for commands */
	struct memory *memory;
	int64_t run, of_run;	  /* of_run: whose hold is given back, 0: run's own */
	int64_t host_run;	  /* names this run's directories on hosts, also when two controllers count alike */
	bool scripted;		  /* the host is a scripted one: no supervisor there, pauses are short */
	const char *tag, *reason; /* tag: of the run that took the holds */
	const struct secret *gpg_passphrase, *standby_password; /* NULL: not needed */
};

struct step_spec {
	const struct action *action;
	enum journal_kind kind;
	const char *name; /* in the journal: the hold's for TAKE, else the action's */
	int row;	  /* in the table, -1: none */
	int part;	  /* tells the actions of one give apart */
	bool giving;	  /* done even when the journal cannot be written: the hold stands in it already */
};

/* What the operator sees while it runs. */
struct step_news {
	double percent;			       /* -1: unknown */
	int64_t bytes, total_bytes, lag_bytes; /* -1: unknown */
	const char *line;		       /* last line of output, raw; NULL: none */
};

typedef void step_ended_fn(void *ctx, enum answer answer, const struct error *why);
typedef void step_news_fn(void *ctx, const struct step_news *news);

struct step *step_begin(const struct step_env *env, const struct step_spec *spec, step_news_fn *news,
			step_ended_fn *ended, void *ctx);
/* A poll ends as cancelled at once; anything else runs to its end: a row is never cut in the middle. */
void step_cancel(struct step *s);

#endif
