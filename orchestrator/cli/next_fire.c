#include "cli/next_fire.h"

#include "base/clock.h"
#include "fleet/cron.h"
#include "inventory/schedule.h"

int64_t next_fire(const struct schedule *plan)
{
	struct cron cron;
	struct error why;
	int64_t next = 0;

	if (plan->paused || !cron_parse(plan->cron, &cron, &why) ||
	    !cron_next(&cron, plan->zone, clock_wall_us(), &next, &why))
		return 0;
	return next;
}
