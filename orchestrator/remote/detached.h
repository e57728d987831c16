/*
 * Work on a host that outlives its connection: started under a few lines of POSIX sh (detached_script.h), followed
 * by byte offset, found again after a lost connection or a killed controller.
 *
 * The row's directory is STATE_DIR/run-RUN/ROW-NAME-ATTEMPT, of root only: cmd (the script), pid and child (pid,
 * start time, boot id), out, err, rc (exit status). mkdir decides who starts: starting the same row again attaches.
 * Input never touches the disk: it waits in a FIFO. `ended` is called exactly once and last; no event comes before
 * detached_start() returned nor after detached_free(). Freeing stops watching; on the host nothing changes.
 */
#ifndef REMOTE_DETACHED_H
#define REMOTE_DETACHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "remote/remote.h"
#include "remote/transport.h"

enum { DETACHED_INPUT_MOST = 32 * 1024, DETACHED_POLL_MOST = 64 * 1024 };

struct detached_spec {
	const char *state_dir; /* absolute, on the host */
	int64_t run;
	int row;
	const char *name; /* tells rows of several standbys apart on one host */
	unsigned attempt;
	const char *text; /* no secret may stand in it; NULL: attach only */
	enum remote_user user;
	const char *input; /* at most DETACHED_INPUT_MOST; fed before anything else */
	size_t input_size;
	bool interactive;     /* stdin stays open after input, for detached_feed() */
	unsigned within_ms;   /* the host itself then ends it (TERM, KILL 10 s later); 0: never */
	unsigned patience_ms; /* how long the host may stay out of reach before we give up watching; 0: 10 min */
	uint64_t out_offset, err_offset; /* follow from here: what came before is known */
};

enum detached_outcome {
	DETACHED_ENDED,	 /* its exit status is known */
	DETACHED_NEVER,	 /* nothing of it ran, and never will: may be started again */
	DETACHED_LOST,	 /* it began, is gone, and left no exit status: look what is true */
	DETACHED_UNKNOWN /* the host cannot be asked: it may be running */
};

struct detached_end {
	enum detached_outcome outcome;
	int status;		 /* 128 + signal when a signal ended it */
	bool late;		 /* the host ended it after within_ms */
	bool rebooted;		 /* lost because the host was started anew */
	const struct error *why; /* unless it ended */
};

struct detached_events {
	/* offset: of the first of these bytes in that stream */
	void (*output)(void *ctx, enum stream_from from, const char *bytes, size_t n, uint64_t offset);
	void (*link)(void *ctx, const struct error *why); /* out of reach; NULL: within reach again; may be NULL */
	void (*fed)(void *ctx, const struct error *why);  /* answer to each detached_feed(); may be NULL */
	void (*ended)(void *ctx, const struct detached_end *end);
};

struct detached;

/* Starts or attaches, and follows to the end. spec is borrowed during the call, events and remote until
 * detached_free(). */
struct detached *detached_start(struct remote *r, uv_loop_t *loop, const struct detached_spec *spec,
				const struct detached_events *events, void *ctx);
/* Feeds one line (its line feed is added); the n-th feed of a row reaches it at most once, whoever repeats it. */
void detached_feed(struct detached *d, const char *line, size_t n);
/* The end of an interactive row's input. */
void detached_feed_end(struct detached *d);
/* Ends it on the host: TERM to its processes, KILL after the grace period. `ended` then says what became of it. */
void detached_stop(struct detached *d, unsigned grace_ms);
void detached_free(struct detached *d);

/* Removes the run's directories, but never one whose work still runs. reply->out: "removed N kept M\n". */
struct remote_call *detached_clean(struct remote *r, const char *state_dir, int64_t run, remote_reply_fn *replied,
				   void *ctx);
/* Ends every row of a run that is still at work, each as detached_stop() does; what never began never will. Exit status
 * 0: nothing of that run works on the host any more. */
struct remote_call *detached_stop_run(struct remote *r, const char *state_dir, int64_t run, unsigned grace_ms,
				      remote_reply_fn *replied, void *ctx);

#endif
