/*
 * Walks a method's table on one pair: checks, rows, and the giving-back of what is held.
 *
 * Success, failure, cancel and recovery after a crash give back by the same path, newest hold first; a give that fails
 * is recorded and the next is tried. The walk ends once, through its ended function, never before walk_begin()
 * returns; its memory is its own.
 */
#ifndef RESYNC_WALK_H
#define RESYNC_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "inventory/run_host.h"
#include "resync/method.h"
#include "resync/step.h"

struct held_list;
struct walk;

enum walk_end {
	WALK_GOOD,
	WALK_FAILED,	  /* and everything was given back */
	WALK_REFUSED,	  /* a check or a guard refused; nothing was changed */
	WALK_UNREACHABLE, /* nothing was changed */
	WALK_CANCELLED,	  /* and everything was given back */
	WALK_OWED,	  /* something is still changed on the host */
	WALK_ENDS
};

enum { WALK_STOPS = 16 };

enum walk_phase { WALK_CHECKING, WALK_WALKING, WALK_GIVING_BACK };

struct walk_news {
	enum walk_phase phase;
	int row, rows;	  /* of the table, from 1; of the checks while checking */
	const char *name; /* the row's or action's words */
	bool begun;	  /* this row has just begun */
	struct step_news step;
};

struct walk_result {
	enum walk_end end;
	struct error why; /* when not good; for OWED what is still changed comes first */
	struct run_left_as left;
	const char *warning; /* "" or what went less than well in a good run */
};

struct walk_spec {
	struct reach *reach;
	struct journal *journal;
	const struct pair *pair;
	const struct method *method;
	int64_t run, of_run, host_run; /* see struct step_env */
	const char *tag, *reason;      /* copied */
	const struct secret *gpg_passphrase, *standby_password;
	bool dry_run; /* checks only: no byte is changed on any host */
	bool scripted;
	const int64_t *stop_runs; /* recovery: host_runs of whoever worked on the holds, ended there first; copied */
	size_t n_stop_runs;	  /* at most WALK_STOPS count */
	const struct held_list *held; /* recovery: give these back and nothing else; borrowed during the call */
};

typedef void walk_news_fn(void *ctx, const struct walk_news *news);
typedef void walk_ended_fn(void *ctx, const struct walk_result *result);

struct walk *walk_begin(const struct walk_spec *spec, walk_news_fn *news, walk_ended_fn *ended, void *ctx);
/* Finishes the running row, gives back, ends as cancelled. */
void walk_cancel(struct walk *w);

#endif
