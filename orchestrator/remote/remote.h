/*
 * Run this on that host, get a reply: what the engine sees of a host. It knows no SSH.
 *
 * The reply function is called exactly once, never before the call that asked returns, and never after
 * remote_cancel(). Calls on one remote are answered in the order in which they were asked: one at a time.
 */
#ifndef REMOTE_REMOTE_H
#define REMOTE_REMOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct remote;
struct remote_call;

/* As whom a command runs on the host. */
enum remote_user { REMOTE_LOGIN, REMOTE_ROOT, REMOTE_POSTGRES };

struct remote_command {
	const char *text; /* a POSIX sh script, borrowed during the call; no secret may stand in it */
	enum remote_user user;
	const char *input; /* fed on stdin, copied and wiped after; NULL: nothing, stdin is closed at once */
	size_t input_size;
	unsigned within_ms; /* from the moment it is sent (0: no end); the connection has its own deadlines */
	size_t most;	    /* cap of stdout and stderr, each: head and tail are kept; 0: 64 KiB */
};

struct remote_reply {
	const struct error *why; /* NULL: the command ran and its exit status is known for certain */
	bool sent;		 /* with why: false when nothing was run on the host, true when that is unknown */
	int status;		 /* exit status as our own end marker says it, never as SSH says it */
	const char *out, *err;	 /* NUL-terminated, valid during the call only, not redacted */
	size_t out_size, err_size;
	uint64_t dropped; /* bytes beyond the cap */
};

typedef void remote_reply_fn(void *ctx, const struct remote_reply *reply);

/* What a transport implements. */
struct remote_ops {
	struct remote_call *(*exec)(struct remote *, const struct remote_command *, remote_reply_fn *, void *ctx);
	void (*cancel)(struct remote *, struct remote_call *);
	void (*close)(struct remote *); /* owns the remote: frees it when its handles are closed */
};

struct remote {
	const struct remote_ops *ops;
	char name[256];	    /* the host's name in the inventory */
	bool users_ignored; /* commands run as whoever we are: no sudo (tests on this machine) */
	char shell[64];	    /* the POSIX shell that runs scripts there; "": /bin/sh */
};

/* Asks; the returned call is valid until its reply function has returned. Connects first when needed. */
struct remote_call *remote_exec(struct remote *r, const struct remote_command *c, remote_reply_fn *replied, void *ctx);
/* The reply function is not called any more. What was already sent may still run on the host. */
void remote_cancel(struct remote *r, struct remote_call *call);
/* Cancels everything and frees the remote. */
void remote_close(struct remote *r);

#endif
