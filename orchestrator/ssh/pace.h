/*
 * Who may shake hands now: so many in all, per server and behind a jump host, because sshd refuses at random when
 * too many unauthenticated connections are open (MaxStartups).
 */
#ifndef SSH_PACE_H
#define SSH_PACE_H

#include <stdbool.h>
#include <stddef.h>

#include "ssh/context.h"

struct pace_turn {
	struct pace_turn *next;
	const char *address; /* borrowed while it waits or is held */
	unsigned port;
	const void *jump;	    /* the jump host's session; NULL: directly */
	void (*granted)(void *ctx); /* called when a waiting turn comes; not from within pace_take() */
	void *ctx;
	bool waits, held;
};

struct pace {
	struct ssh_limits limits;
	struct pace_turn *held, *waiting;
};

void pace_init(struct pace *p, const struct ssh_limits *limits);
/* True when it is held now (or was already); otherwise it waits. */
bool pace_take(struct pace *p, struct pace_turn *t);
/* Gives it back or leaves the queue. Nothing when neither. */
void pace_give(struct pace *p, struct pace_turn *t);

#endif
