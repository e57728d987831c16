/*
 * Never the last healthy standby: looks at every standby of the primaries that a run touches.
 */
#ifndef FLEET_REDUNDANCY_H
#define FLEET_REDUNDANCY_H

#include "base/error.h"

struct fleet_run_spec;
struct redundancy;

/* why is NULL when the run may go on; else ERROR_REFUSED names the primary and what would be left. */
typedef void redundancy_fn(void *ctx, const struct error *why);

/* Asks once; known(ctx, why) exactly once, never before this returns. Borrows spec until then. */
struct redundancy *redundancy_ask(const struct fleet_run_spec *spec, redundancy_fn *known, void *ctx);
void redundancy_cancel(struct redundancy *r);

#endif
