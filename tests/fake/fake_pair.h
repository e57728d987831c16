/*
 * A healthy pair and a look at it, for tests that then spoil it: "standby-1.backend.example" streams from
 * "primary-1.backend.example", PostgreSQL 10, 16 MB behind nothing.
 */
#ifndef FAKE_FAKE_PAIR_H
#define FAKE_FAKE_PAIR_H

#include "inventory/inventory.h"
#include "resync/look.h"

struct fake_pair {
	struct host standby, primary;
	struct pair pair;
	struct look look;
	struct facts_sender senders[4];
};

/* Fills everything anew; texts of facts are literals: never facts_free() them. The look was taken at 1,000,000 ms. */
void fake_pair_init(struct fake_pair *p);
/* Borrowed, for the char * members of facts. */
char *fake_text(const char *text);

#endif
