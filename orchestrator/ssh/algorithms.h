/*
 * Which algorithms are offered: modern ones only, and with `legacy` also what OpenSSH 6.6 needs (SHA-1).
 */
#ifndef SSH_ALGORITHMS_H
#define SSH_ALGORITHMS_H

#include <libssh2.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

struct host_keys;

/* Before the handshake; the key types that are known for the host come first. */
bool algorithms_set(LIBSSH2_SESSION *ssh, bool legacy, const struct host_keys *keys, struct error *why);
/* After the handshake: false when something was agreed on that we did not offer. */
bool algorithms_check(LIBSSH2_SESSION *ssh, bool legacy, struct error *why);
/* Adds to why what an operator can do when there is no common algorithm. */
void algorithms_explain(bool legacy, struct error *why);

/* RSA signatures with SHA-1 from here on, for servers that say they know SHA-2 and do not take it. */
void algorithms_sign_with_sha1(LIBSSH2_SESSION *ssh);

/* The list that is offered for a libssh2 method type, host keys in the order for these keys (may be NULL). */
void algorithms_list(struct buf *out, int method, bool legacy, const struct host_keys *keys);
/* False when this libssh2 signs RSA with SHA-1 only (before 1.11). */
bool algorithms_have_rsa_sha2(void);

#endif
