/*
 * What a fleet run is made of; for fleet/run.c and its helpers only.
 */
#ifndef FLEET_RUN_PART_H
#define FLEET_RUN_PART_H

#include "fleet/run.h"
#include "inventory/run_state.h"
#include "inventory/secret_ref.h"
#include "loop/timer.h"

struct run_part {
	struct fleet_run *run;
	const struct pair *pair;
	const struct method *method;
	struct walk *walk;
	enum run_host_state state;
	char waiting_for[160];
	char *why;
};

struct fleet_run {
	struct fleet_run_spec spec;
	struct fleet_run_watch watch;
	struct run_part *parts;
	struct fleet_target *targets; /* what spec.targets points to */
	size_t n_parts, running, left;
	struct journal *journal;
	struct fleet_secrets *secrets;
	struct redundancy *redundancy;
	struct timer later;
	int64_t run, host_run;
	char tag[32];
	char *reason, *kind, *allow_last;
	bool cancelled, started, waits_for_others;
};

void start_some_later(void *ctx);
/* Targets, reason, versions and what is owed from before: false says why the run may not begin. */
bool run_part_acceptable(struct fleet_run *r, struct error *why);
/* The reference of the secret that the method needs on that standby. */
const struct secret_ref *run_part_secret(const struct run_part *p);
bool run_part_nothing_owed(const struct fleet_run *r, const char *host, struct error *why);
/* Reads back when the run was begun, for the tag and the number that its work has on hosts. */
bool run_part_tag(struct fleet_run *r, struct error *why);
/* How the run ended, by how its standbys did. */
enum run_state run_part_whole_state(const struct fleet_run *r);

#endif
