/*
 * Asks an ssh-agent, without blocking the loop: which keys it holds, and for one signature.
 *
 * The reply function is called exactly once, never before the call that asked returns and never after
 * agent_cancel().
 */
#ifndef SSH_AGENT_H
#define SSH_AGENT_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/error.h"
#include "ssh/wire_format.h"

struct agent_call;

/* answer: what stands behind the reply's type byte; valid during the call only. NULL when why is set. */
typedef void agent_fn(void *ctx, const struct reader *answer, const struct error *why);

enum { AGENT_SIGN_SHA256 = 2, AGENT_SIGN_SHA512 = 4 };

/* The answer is a count, then blob and comment of each key. */
struct agent_call *agent_list(uv_loop_t *loop, const char *path, agent_fn *answered, void *ctx);
/* The answer is one string: algorithm and signature. */
struct agent_call *agent_sign(uv_loop_t *loop, const char *path, const struct reader *blob, const struct reader *data,
			      uint32_t flags, agent_fn *answered, void *ctx);
void agent_cancel(struct agent_call *c);

#endif
