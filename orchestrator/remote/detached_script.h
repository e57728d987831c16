/*
 * The supervisor and its companions, as POSIX sh (dash, bash, busybox; util-linux' setsid, coreutils, /proc).
 * What they do and why stands in detached_script.c.
 */
#ifndef REMOTE_DETACHED_SCRIPT_H
#define REMOTE_DETACHED_SCRIPT_H

#include "base/buf.h"
#include "remote/detached.h"

enum {
	DETACHED_NO_STATE = 91,	  /* the state directory cannot be used; nothing was run */
	DETACHED_OTHER_TEXT = 92, /* the row's directory holds another command */
	DETACHED_CUT = 93,	  /* the input did not arrive whole; nothing was run */
	DETACHED_GONE = 94,	  /* there is no such row */
	DETACHED_NOT_RUNNING = 95,
	DETACHED_INPUT_OVER = 96,
	DETACHED_STILL_RUNS = 97 /* it could not be ended */
};

/* "ROW-NAME-ATTEMPT" with harmless characters only. */
void detached_script_key(char *key, size_t size, const struct detached_spec *spec);

/* Each appends a script for REMOTE_ROOT. dir is the row's directory. */
void detached_script_start(struct buf *out, const struct remote *r, const struct detached_spec *spec);
void detached_script_follow(struct buf *out, const char *dir, uint64_t out_offset, uint64_t err_offset);
void detached_script_feed(struct buf *out, const char *dir, unsigned number);
void detached_script_feed_end(struct buf *out, const char *dir);
void detached_script_stop(struct buf *out, const char *dir, unsigned grace_ms);
void detached_script_stop_run(struct buf *out, const char *state_dir, int64_t run, unsigned grace_ms);
void detached_script_clean(struct buf *out, const char *state_dir, int64_t run);

#endif
