/*
 * Fetches the secret that a reference names: an entry of pass(1), a file, or a systemd credential.
 *
 * The reply function is called exactly once, never before secret_source_get() returns and never after
 * secret_source_cancel(). What goes wrong is told without a byte of what was read.
 */
#ifndef RESYNC_SECRET_SOURCE_H
#define RESYNC_SECRET_SOURCE_H

#include <uv.h>

#include "base/error.h"
#include "base/secret.h"
#include "inventory/secret_ref.h"

struct secret_source;

/* The secret is the receiver's, to be freed with secret_free(); NULL: why says what went wrong. */
typedef void secret_source_fn(void *ctx, struct secret *secret, const struct error *why);

/* text is borrowed during the call only. pass may ask its owner for a passphrase, so it gets two minutes. */
struct secret_source *secret_source_get(uv_loop_t *loop, enum secret_kind kind, const char *text, secret_source_fn *got,
					void *ctx);
void secret_source_cancel(struct secret_source *s);

/* The deadline of pass, for tests. */
void secret_source_set_pass_within(unsigned ms);

#endif
