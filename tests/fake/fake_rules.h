/*
 * What the scripted hosts answer: the rules behind fake_reach.h.
 */
#ifndef FAKE_FAKE_RULES_H
#define FAKE_FAKE_RULES_H

#include "fake/fake_reach.h"

struct fake_rule;

struct fake_rules {
	struct fake_rule *newest;
};

/* One answer, its texts owned. */
struct fake_given {
	struct fake_answer answer;
	const struct facts *facts;
};

void fake_given_done(struct fake_given *g);
void fake_rules_done(struct fake_rules *r);
/* False when there was no rule (the answer is then status 127). */
bool fake_rules_command(struct fake_rules *r, const char *host, const struct remote_command *c, struct fake_given *ret);
void fake_rules_facts(struct fake_rules *r, const char *host, struct fake_given *ret);

struct fake_rules *fake_reach_rules(struct fake_reach *f);

#endif
