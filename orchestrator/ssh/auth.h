/*
 * The rung "authenticating": key files first, then the agent's keys, RSA last; one after the other until the
 * server takes one.
 */
#ifndef SSH_AUTH_H
#define SSH_AUTH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

struct agent_call;

/* A key that may be tried: the server is shown the blob; a file or the agent signs. */
struct auth_key {
	unsigned char *blob;
	size_t size;
	char *path; /* of the key file; NULL: the agent's */
	char label[96];
	bool is_rsa;
	bool sha1; /* once more, signed as servers before rsa-sha2 want it */
};

enum auth_stage { AUTH_FILES, AUTH_AGENT, AUTH_TRYING };

struct auth {
	enum auth_stage stage;
	struct auth_key *keys;
	size_t n, at;
	struct agent_call *call;
	struct buf signature; /* what the agent has signed */
	bool agent_answered;
	struct error agent_why;
	struct buf notes; /* why keys could not be used: for the error's text */
	void *session;	  /* for the sign callback */
};

/* Forgets all; nothing when there is nothing. */
void auth_drop(struct auth *a);

#endif
