/*
 * The head and the tail of a stream: what a host prints for ever must not eat the controller, yet the first lines
 * and the last ones are those that explain.
 */
#ifndef SSH_CLIP_H
#define SSH_CLIP_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct session_output;

struct clip {
	struct buf bytes; /* head, and then the tail as a ring */
	size_t head;	  /* size of the head: half of the cap */
	size_t turn;	  /* where the ring's oldest byte stands, once it has gone round */
	uint64_t total;
};

void clip_init(struct clip *c, size_t most);
void clip_done(struct clip *c);
void clip_add(struct clip *c, const char *bytes, size_t n);
/* Puts the tail in order and says what there is; borrowed until clip_done(). No clip_add() after it. */
void clip_read(struct clip *c, struct session_output *ret_output);

#endif
