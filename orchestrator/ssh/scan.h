/*
 * Asks a server for its host key and goes away: nothing is trusted and nobody is authenticated.
 *
 * A jump host on the way is a normal session: its own key must be known.
 */
#ifndef SSH_SCAN_H
#define SSH_SCAN_H

#include <stddef.h>

#include "base/error.h"

struct ssh_context;
struct ssh_target;
struct ssh_scan;

enum { SSH_FINGERPRINT_SIZE = 64 };

struct ssh_scan_reply {
	const struct error *why; /* NULL: the rest is set; valid during the call only */
	const char *type;
	const unsigned char *blob;
	size_t size;
	const char *fingerprint; /* "SHA256:…", as ssh-keygen -l prints it */
	const char *known;	 /* "unknown", "known", "changed", "revoked": what our known hosts say of it */
};

typedef void ssh_scanned_fn(void *ctx, const struct ssh_scan_reply *reply);

/* The handle is valid until the reply function has returned. */
struct ssh_scan *ssh_scan_host_key(struct ssh_context *c, const struct ssh_target *t, ssh_scanned_fn *scanned,
				   void *ctx);
void ssh_scan_cancel(struct ssh_scan *scan);

/* "SHA256:…" of a public key blob; text has SSH_FINGERPRINT_SIZE bytes. Returns text. */
char *ssh_fingerprint(char *text, const unsigned char *blob, size_t size);

#endif
