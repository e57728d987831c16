/*
 * Measures many pairs at once: one look and one judgement each, at most so many under way.
 *
 * each(ctx, i, look, judgement) is called once per pair, in the order in which they answer; then done(ctx), once.
 * Neither is called before measure_begin() returns nor after measure_cancel().
 */
#ifndef FLEET_MEASURE_H
#define FLEET_MEASURE_H

#include <stddef.h>

struct judgement;
struct look;
struct measure;
struct pair;
struct reach;

struct measure_watch {
	/* look and judgement are valid during the call only. */
	void (*each)(void *ctx, size_t index, const struct look *look, const struct judgement *judgement);
	void (*done)(void *ctx); /* the measure is freed when it returns */
	void *ctx;
};

/* pairs (n pointers) are borrowed until done; at_once >= 1. */
struct measure *measure_begin(struct reach *reach, const struct pair *const *pairs, size_t n, size_t at_once,
			      const struct measure_watch *watch);
void measure_cancel(struct measure *m);

#endif
