/*
 * Who does something: recorded with every run, lease and audit record.
 */
#ifndef INVENTORY_ACTOR_H
#define INVENTORY_ACTOR_H

#include <stdint.h>

struct actor {
	char user[64];	     /* login name of the real user id */
	char sudo_user[64];  /* SUDO_USER, "" when there is none */
	char tty[64];	     /* "/dev/pts/3", "" without a terminal */
	char from[64];	     /* the client's address out of SSH_CONNECTION, "" when local */
	char controller[64]; /* host name of the controller */
	char behalf[192];    /* "" or on whose behalf: "schedule nightly of alice" */
	int64_t pid;
};

/* Fills *ret from this process: user, SUDO_USER, terminal, SSH_CONNECTION, pid, host name. */
void audit_actor_here(struct actor *ret);
/* "alice (sudo) from 10.0.0.7 on pts/3"; size >= 256. Returns text. */
char *actor_describe(char *text, unsigned long size, const struct actor *a);

#endif
