/*
 * An action is one thing that is done or asked on a host: a script, how long it may take, and the reader that judges it.
 *
 * A table of actions is constant and needs no freeing. A reader changes its memory and its watch, nothing else.
 */
#ifndef RESYNC_ACTION_H
#define RESYNC_ACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "remote/remote.h"

struct host;
struct look;
struct memory;

enum answer { ANSWER_YES, ANSWER_NOT_YET, ANSWER_NO };

/* What a polled reader keeps between its polls; zeroed when the row begins. */
struct row_watch {
	uint64_t last_lsn, first_lsn;
	int64_t moved_ms; /* monotonic: when last_lsn last changed */
	int good_samples;
	/* What the reader tells the operator; percent -1: unknown. */
	double percent;
	int64_t lag_bytes; /* -1: unknown */
	char line[200];
};

/* What a reader is given; it changes memory and watch only. */
struct reading {
	const struct remote_reply *reply; /* NULL: the action has no script */
	const struct look *look;	  /* NULL: the action does not look */
	const struct host *standby, *primary;
	struct memory *memory;
	struct row_watch *watch;
	int64_t now_ms, elapsed_ms; /* since the row began */
};

/* NO fills *why. */
typedef enum answer action_read_fn(const struct reading *r, struct error *why);
typedef const char *action_script_fn(const struct host *standby);

enum action_flags {
	ACTION_DETACHED = 1,	/* mutating or long: runs under the supervisor, survives the connection */
	ACTION_DESTRUCTIVE = 2, /* role proof right before it */
	ACTION_LOOKS = 4,	/* the reader gets a fresh look at the pair, taken after the script */
	ACTION_PROGRESS = 8,	/* its output is pg_basebackup's: percent, password prompts */
	ACTION_RETRIED = 16	/* idempotent and cheap: tried again while the host does not answer, until total_ms */
};

struct action {
	const char *name;	      /* the words in log, journal and progress */
	const char *script;	      /* template, run on the standby; ${x} is shell-quoted; NULL: see script_for */
	action_script_fn *script_for; /* chooses the template by host; NULL answer: nothing to run */
	const char *feeds;	      /* name of the secret that stdin gets as one line; NULL: nothing */
	enum remote_user user;
	unsigned flags;
	unsigned within_ms;    /* one attempt */
	unsigned every_ms;     /* polling: pause after NOT_YET */
	unsigned total_ms;     /* polling: NOT_YET for longer is NO; 0: the host's recovery_total_s */
	action_read_fn *reads; /* NULL: the exit status decides */
};

/* The action's template for this host; NULL: none. */
const char *action_script(const struct action *a, const struct host *standby);
/* The last line that a script wrote on stderr: what it says to people. A constant buffer, good until the next call. */
const char *reply_words(const struct remote_reply *reply);

#endif
