/*
 * What all sessions of one loop share: the pacing of handshakes, jump hosts' sessions, known hosts files and
 * identities (each read once, again when the file has changed).
 */
#ifndef SSH_CONTEXT_H
#define SSH_CONTEXT_H

#include <uv.h>

struct secret;
struct ssh_context;

/* Handshakes under way at the same time; 0 takes the default. sshd's MaxStartups (10:30:100) is why. */
struct ssh_limits {
	unsigned in_all;   /* 64 */
	unsigned per_host; /* 6: the same address and port */
	unsigned per_jump; /* 8: behind the same jump host */
};

/* The passphrase of that key file, borrowed until the next turn of the loop; NULL when there is none. */
typedef const struct secret *ssh_passphrase_fn(void *ctx, const char *path);

/* Borrows the loop until ssh_context_free(). limits may be NULL. Call before any thread is started. */
struct ssh_context *ssh_context_new(uv_loop_t *loop, const struct ssh_limits *limits);

/* Where passphrases of encrypted key files come from. Each is asked for once per key file. */
void ssh_context_use_passphrases(struct ssh_context *c, ssh_passphrase_fn *passphrase, void *ctx);

uv_loop_t *ssh_context_loop(const struct ssh_context *c);

/* Closes the sessions that are still open. The memory goes when the loop has closed the handles: run it on until it
 * is empty. */
void ssh_context_free(struct ssh_context *c);

#endif
