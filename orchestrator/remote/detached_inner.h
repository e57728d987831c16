/*
 * What detached.c shares with its two helpers: reading a poll's answer, and the calls beside the polling.
 */
#ifndef REMOTE_DETACHED_INNER_H
#define REMOTE_DETACHED_INNER_H

#include <sys/queue.h>

#include "loop/timer.h"
#include "remote/detached.h"

struct side;

struct detached {
	struct remote *remote;
	uv_loop_t *loop;
	const struct detached_events *events;
	void *ctx;
	struct remote_call *call; /* the start or the poll under way */
	struct timer timer;	  /* until the next one */
	LIST_HEAD(, side) sides;
	char *dir, *start_text, *input;
	size_t input_size;
	uint64_t out_offset, err_offset;
	unsigned patience_ms, tries, starts, feeds;
	int64_t lost_at_ms; /* since when the host is out of reach, when tries is not 0 */
	bool started;	    /* the host said so, or we only attach */
	bool unsure;	    /* a start was sent and not answered */
	bool too_much, over;
};

/* The answer to one poll. */
struct poll {
	char state[12];
	int status, late;
	size_t out, err, header; /* bytes of each that follow the header line */
	uint64_t out_whole, err_whole;
};

/* False when it is not whole. */
bool poll_read(struct poll *p, const struct remote_reply *reply);

/* How long to wait before that try. */
unsigned detached_pause(unsigned tries);

void side_free_all(struct detached *d);

#endif
