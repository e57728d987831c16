/*
 * A scripted fleet for unit tests: hosts whose commands and facts answer what the test wrote down, and a log of
 * every call that was made.
 *
 * Rules are matched by fnmatch(3) on host name and command text; the rule that was written last wins. Answers of one
 * rule are given in their order, the last one for ever. A command without a rule answers 127 and is counted. Calls
 * on one remote are answered one at a time, in order, from the loop: never before the asking call returns.
 */
#ifndef FAKE_FAKE_REACH_H
#define FAKE_FAKE_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "remote/remote.h"
#include "resync/reach.h"

struct fake_reach;

/* The test frees it with fake_reach_free() after reach->ops->close() and a last run of the loop. */
struct fake_reach *fake_reach_new(uv_loop_t *loop);
void fake_reach_free(struct fake_reach *f);
struct reach *fake_reach_get(struct fake_reach *f);

struct fake_answer {
	enum error_code code; /* not ERROR_NONE: the reply's `why`, with err as its text */
	int status;
	const char *out, *err; /* NULL: empty; copied */
	unsigned after_ms;
	bool never; /* no answer: the call hangs until it is cancelled */
};

/* Each adds an answer to the rule of that pattern pair (made when it is new). */
void fake_answer(struct fake_reach *f, const char *host, const char *pattern, const struct fake_answer *answer);
void fake_reply(struct fake_reach *f, const char *host, const char *pattern, int status, const char *out);
void fake_error(struct fake_reach *f, const char *host, const char *pattern, enum error_code code, const char *text);
void fake_hang(struct fake_reach *f, const char *host, const char *pattern);

/* An answer worked out at the time of the call; its texts must live until the next call of the function. */
typedef void fake_answer_fn(void *ctx, const char *host, const struct remote_command *c, struct fake_answer *ret);
void fake_call(struct fake_reach *f, const char *host, const char *pattern, fake_answer_fn *answers, void *ctx);

/* Facts that reach->ops->facts gives; borrowed until fake_reach_free(), in sequence, the last one for ever. */
void fake_facts(struct fake_reach *f, const char *host, const struct facts *facts);
void fake_facts_error(struct fake_reach *f, const char *host, enum error_code code, const char *text);
void fake_facts_hang(struct fake_reach *f, const char *host);
/* Forgets the rules of this host (fnmatch), or its facts; what comes next is written anew. */
void fake_forget(struct fake_reach *f, const char *host);
void fake_forget_facts(struct fake_reach *f, const char *host);
/* From now on every call to the host fails with ERROR_UNREACHABLE; NULL: it answers again. */
void fake_unreachable(struct fake_reach *f, const char *host, const char *text);

struct fake_logged {
	char *host, *text, *input; /* input NULL: nothing was fed */
	enum remote_user user;
	bool facts, own_remote, answered, cancelled;
	unsigned within_ms;
};

size_t fake_log_count(const struct fake_reach *f);
const struct fake_logged *fake_log_at(const struct fake_reach *f, size_t i);
/* How many calls fit; facts are logged with the text "facts". */
size_t fake_count(const struct fake_reach *f, const char *host, const char *pattern);
size_t fake_unmatched(const struct fake_reach *f);
/* The greatest number of calls that were under way at one time, over all hosts. */
size_t fake_most_at_once(const struct fake_reach *f);
void fake_log_clear(struct fake_reach *f);
/* One line a call, "host user: first line of text", for golden lists. */
void fake_log_text(const struct fake_reach *f, struct buf *out);

#endif
