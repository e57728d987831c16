/*
 * libssh2's sign callback: signs with the key that is being tried, by its file or through the agent.
 */
#ifndef SSH_AUTH_SIGN_H
#define SSH_AUTH_SIGN_H

#include <libssh2.h>

struct auth;

/* EAGAIN while the agent thinks. */
int auth_sign(LIBSSH2_SESSION *ssh, unsigned char **ret_signature, size_t *ret_size, const unsigned char *data,
	      size_t size, void **abstract);

/* Remembers why a key could not be used. */
void auth_note(struct auth *a, const char *what, const char *why);

#endif
