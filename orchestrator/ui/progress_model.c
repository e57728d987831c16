#include "ui/progress_model.h"

static const struct {
	const char *name;
	bool is_final;
} states[PROGRESS_STATES] = {
	[PROGRESS_WAITING] = {"waiting", false},
	[PROGRESS_RUNNING] = {"running", false},
	[PROGRESS_GIVING_BACK] = {"giving back", false},
	[PROGRESS_GOOD] = {"good", true},
	[PROGRESS_FAILED] = {"failed", true},
	[PROGRESS_UNREACHABLE] = {"unreachable", true},
	[PROGRESS_REFUSED] = {"refused", true},
	[PROGRESS_CANCELLED] = {"cancelled", true},
};

const char *progress_state_name(enum progress_state s)
{
	return s < PROGRESS_STATES ? states[s].name : "?";
}

bool progress_state_is_final(enum progress_state s)
{
	return s < PROGRESS_STATES && states[s].is_final;
}

void progress_host_init(struct progress_host *h, const char *name)
{
	*h = (struct progress_host){
		.name = name,
		.state = PROGRESS_WAITING,
		.percent = -1,
		.bytes = -1,
		.total = -1,
		.rate = -1,
		.eta_ms = -1,
		.usual_ms = -1,
		.lag_bytes = -1,
		.started_ms = -1,
		.row_started_ms = -1,
		.ended_ms = -1,
		.last_output_ms = -1,
	};
}
