/*
 * Measures pairs over SSH and waits for all of them: what status, check and rebuild-stale begin with.
 */
#ifndef CLI_MEASURED_H
#define CLI_MEASURED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "resync/decide.h"

struct command_context;
struct look;
struct pair;

struct measured {
	const struct pair *pair;
	struct look *look; /* owned */
	struct judgement judgement;
};

/* Fills ret (n places). False: Ctrl-C. The inventory and the
 * store of the context must be open. measured_done() in any case. */
bool measured_read(struct command_context *context, const struct pair *const *pairs, size_t n, struct measured *ret,
		   struct error *why);
void measured_done(struct measured *m, size_t n);

#endif
