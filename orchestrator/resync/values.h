/*
 * The names that command templates may use, with their values for one host and one run.
 */
#ifndef RESYNC_VALUES_H
#define RESYNC_VALUES_H

#include <stdbool.h>

#include "base/error.h"

struct host;
struct memory;

struct values {
	const struct host *standby, *primary; /* borrowed */
	const struct memory *memory;	      /* borrowed: names that scripts remembered, looked up last */
	const char *tag;		      /* names this run on the host: "42-5f3a2b" */
	const char *reason;		      /* the operator's words */
	char scratch[1024];		      /* holds a value that is put together */
};

/* A template_lookup_fn over struct values. */
const char *values_lookup(void *ctx, const char *name);

/* Expands a template for this host; the caller frees with free(); NULL and *why when a name is unknown. */
char *values_expand(struct values *v, const char *text, struct error *why);

#endif
