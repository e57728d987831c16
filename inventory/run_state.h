/*
 * The states of a run and of a host in a run: names and legal successors.
 */
#ifndef INVENTORY_RUN_STATE_H
#define INVENTORY_RUN_STATE_H

#include <stdbool.h>

enum run_state {
	RUN_QUEUED,
	RUN_RUNNING,
	RUN_GIVING_BACK,
	RUN_DONE,
	RUN_FAILED,
	RUN_CANCELLED,
	RUN_INTERRUPTED, /* its process died: `recover` goes on from here */
	RUN_STATES
};

enum run_host_state {
	RUN_HOST_WAITING,
	RUN_HOST_RUNNING,
	RUN_HOST_GIVING_BACK,
	RUN_HOST_GOOD,
	RUN_HOST_FAILED,
	RUN_HOST_UNREACHABLE,
	RUN_HOST_REFUSED,
	RUN_HOST_CANCELLED,
	RUN_HOST_OWED, /* something is still changed on the host */
	RUN_HOST_STATES
};

const char *run_state_name(enum run_state s);
bool run_state_may_follow(enum run_state now, enum run_state next);
bool run_state_is_final(enum run_state s);

const char *run_host_state_name(enum run_host_state s);
bool run_host_state_may_follow(enum run_host_state now, enum run_host_state next);
bool run_host_state_is_final(enum run_host_state s);

/* RUN_STATES or RUN_HOST_STATES when there is no such name. */
enum run_state run_state_by_name(const char *name);
enum run_host_state run_host_state_by_name(const char *name);

#endif
