/*
 * Where a session goes and how: plain data that session_open() copies whole, jump hosts included.
 */
#ifndef SSH_TARGET_H
#define SSH_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/* A host key that was accepted before and is kept in our own store. */
struct ssh_trusted_key {
	const char *type;	   /* "ssh-ed25519", …: as it stands inside the blob */
	const unsigned char *blob; /* the raw public key, as SSH sends it */
	size_t size;
};

/* Deadlines of the rungs; 0 takes the default. */
struct ssh_deadlines {
	unsigned resolve_ms;	  /* 10 s */
	unsigned connect_ms;	  /* 10 s, for all addresses of the name together */
	unsigned handshake_ms;	  /* 20 s: banner and key exchange */
	unsigned authenticate_ms; /* 30 s, all identities together */
	unsigned channel_ms;	  /* 20 s: opening a channel and starting the command */
};

struct ssh_target {
	const char *name;    /* of the host in the inventory: for messages and for known hosts */
	const char *address; /* name or numeric address to connect to */
	unsigned port;	     /* 0: 22 */
	const char *user;
	const char *const *identities;	/* key files, NULL-terminated; may be NULL */
	const char *const *known_hosts; /* known hosts files, NULL-terminated; a missing file is empty */
	const char *host_key_alias;	/* look up this name only; NULL: address and name */
	const char *identity_agent;	/* path of the agent's socket; NULL: no agent is asked */
	const struct ssh_trusted_key *trusted;
	size_t n_trusted;
	const struct ssh_target *jump; /* through this host; NULL: directly */
	bool legacy;		       /* also SHA-1 algorithms, for OpenSSH 6.6 and older */
	struct ssh_deadlines deadlines;
};

/* A deep copy; the caller frees with target_free(). */
struct ssh_target *target_copy(const struct ssh_target *t);
void target_free(struct ssh_target *t);

/* True when both lead to the same account on the same server by the same way. */
bool target_is_same(const struct ssh_target *a, const struct ssh_target *b);

unsigned target_port(const struct ssh_target *t);

#endif
