/*
 * The inside of the context, for the files of this folder: who is ready for a turn, and the shared caches.
 */
#ifndef SSH_CONTEXT_INNER_H
#define SSH_CONTEXT_INNER_H

#include <stdbool.h>
#include <uv.h>

#include "ssh/context.h"
#include "ssh/pace.h"

struct session;
struct ssh_target;
struct identity_cache;
struct known_hosts_cache;

/* A place in the list of those who want a turn. */
struct ready {
	struct ready *next;
	bool listed;
	void (*run)(void *ctx);
	void *ctx;
};

struct ssh_context {
	uv_loop_t *loop;
	uv_check_t check; /* runs who is ready, after each poll */
	uv_idle_t idle;	  /* keeps the poll from sleeping while somebody is */
	struct ready *ready, **ready_end;
	struct pace pace;
	struct session *sessions; /* all of them, shared ones of jump hosts too */
	struct identity_cache *identities;
	struct known_hosts_cache *known_hosts;
	ssh_passphrase_fn *passphrase;
	void *passphrase_ctx;
	int dummy; /* a descriptor for libssh2 to look at where there is no socket */
	unsigned open;
	bool freed;
};

void context_wake(struct ssh_context *c, struct ready *r);
void context_sleep(struct ssh_context *c, struct ready *r);

/* The shared session to that jump host: one that can open tunnels now. */
struct session *context_jump(struct ssh_context *c, const struct ssh_target *t);

/* A handle of the context's or a session is gone: the memory may go when all are. */
void context_release(struct ssh_context *c);

#endif
