#include "inventory/run_state.h"

#include <string.h>

#define BIT(state) (1u << (state))

static const struct {
	const char *name;
	unsigned next; /* legal successors */
} run_table[RUN_STATES] = {
	[RUN_QUEUED] = {"queued", BIT(RUN_RUNNING) | BIT(RUN_FAILED) | BIT(RUN_CANCELLED) | BIT(RUN_INTERRUPTED)},
	[RUN_RUNNING] = {"running", BIT(RUN_GIVING_BACK) | BIT(RUN_DONE) | BIT(RUN_FAILED) | BIT(RUN_CANCELLED) |
					    BIT(RUN_INTERRUPTED)},
	[RUN_GIVING_BACK] = {"giving-back",
			     BIT(RUN_DONE) | BIT(RUN_FAILED) | BIT(RUN_CANCELLED) | BIT(RUN_INTERRUPTED)},
	[RUN_DONE] = {"done", 0},
	[RUN_FAILED] = {"failed", 0},
	[RUN_CANCELLED] = {"cancelled", 0},
	[RUN_INTERRUPTED] = {"interrupted", BIT(RUN_RUNNING) | BIT(RUN_GIVING_BACK) | BIT(RUN_DONE) | BIT(RUN_FAILED) |
						    BIT(RUN_CANCELLED)},
};

enum {
	ENDS = BIT(RUN_HOST_FAILED) | BIT(RUN_HOST_UNREACHABLE) | BIT(RUN_HOST_REFUSED) | BIT(RUN_HOST_CANCELLED),
};

static const struct {
	const char *name;
	unsigned next;
} host_table[RUN_HOST_STATES] = {
	[RUN_HOST_WAITING] = {"waiting", BIT(RUN_HOST_RUNNING) | ENDS},
	[RUN_HOST_RUNNING] = {"running", BIT(RUN_HOST_WAITING) | BIT(RUN_HOST_GIVING_BACK) | BIT(RUN_HOST_GOOD) |
						 BIT(RUN_HOST_OWED) | ENDS},
	[RUN_HOST_GIVING_BACK] = {"giving-back", BIT(RUN_HOST_GOOD) | BIT(RUN_HOST_OWED) | ENDS},
	[RUN_HOST_GOOD] = {"good", 0},
	[RUN_HOST_FAILED] = {"failed", 0},
	[RUN_HOST_UNREACHABLE] = {"unreachable", 0},
	[RUN_HOST_REFUSED] = {"refused", 0},
	[RUN_HOST_CANCELLED] = {"cancelled", 0},
	[RUN_HOST_OWED] = {"owed", BIT(RUN_HOST_GIVING_BACK) | BIT(RUN_HOST_GOOD) | ENDS},
};

const char *run_state_name(enum run_state s)
{
	return s < RUN_STATES ? run_table[s].name : "?";
}

bool run_state_may_follow(enum run_state now, enum run_state next)
{
	return now < RUN_STATES && next < RUN_STATES && (run_table[now].next & BIT(next)) != 0;
}

bool run_state_is_final(enum run_state s)
{
	return s < RUN_STATES && run_table[s].next == 0;
}

const char *run_host_state_name(enum run_host_state s)
{
	return s < RUN_HOST_STATES ? host_table[s].name : "?";
}

bool run_host_state_may_follow(enum run_host_state now, enum run_host_state next)
{
	return now < RUN_HOST_STATES && next < RUN_HOST_STATES && (host_table[now].next & BIT(next)) != 0;
}

bool run_host_state_is_final(enum run_host_state s)
{
	return s < RUN_HOST_STATES && host_table[s].next == 0;
}

enum run_state run_state_by_name(const char *name)
{
	enum run_state s = RUN_QUEUED;

	while (s < RUN_STATES && strcmp(run_table[s].name, name) != 0)
		s++;
	return s;
}

enum run_host_state run_host_state_by_name(const char *name)
{
	enum run_host_state s = RUN_HOST_WAITING;

	while (s < RUN_HOST_STATES && strcmp(host_table[s].name, name) != 0)
		s++;
	return s;
}
