/*
 * The secrets of a run: each reference is resolved once, before anything is changed, and held until the run ends.
 */
#ifndef FLEET_SECRETS_H
#define FLEET_SECRETS_H

#include <stddef.h>
#include <uv.h>

#include "base/error.h"
#include "inventory/secret_ref.h"

struct fleet_secrets;
struct secret;

typedef void fleet_secrets_fn(void *ctx, const struct error *why);

/* Resolves all of them; ready(ctx, why) exactly once, never before this returns. NULL refs ("not set") are skipped;
 * the error names the reference that failed. */
struct fleet_secrets *fleet_secrets_get(uv_loop_t *loop, const struct secret_ref *const *refs, size_t n,
					fleet_secrets_fn *ready, void *ctx);
/* The secret of an equal reference; NULL when there is none. Owned by the fleet_secrets. */
const struct secret *fleet_secrets_find(const struct fleet_secrets *s, const struct secret_ref *ref);
/* Overwrites them all; nothing is answered after it. */
void fleet_secrets_free(struct fleet_secrets *s);

#endif
