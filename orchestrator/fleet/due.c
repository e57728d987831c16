#include "fleet/due.h"

#include <string.h>

static const int64_t on_time_us = 60 * 1000000LL, look_back_us = 7 * 86400 * 1000000LL;

static void skip(struct due *d, int64_t at_us)
{
	if (d->n_skipped == DUE_SKIPPED) {
		memmove(d->skipped_us, d->skipped_us + 1, (DUE_SKIPPED - 1) * sizeof(*d->skipped_us));
		d->n_skipped--;
	}
	d->skipped_us[d->n_skipped++] = at_us;
}

/* The newest time that has come; those before it are skipped. */
static bool find_newest(const struct due_ask *ask, struct due *d, int64_t *ret_newest, struct error *why)
{
	int64_t t = ask->from_us;

	*ret_newest = 0;
	if (t < ask->now_us - look_back_us)
		t = ask->now_us - look_back_us;
	for (;;) {
		if (!cron_next(ask->cron, ask->zone, t, &t, why))
			return false;
		if (t > ask->now_us)
			break;
		if (*ret_newest)
			skip(d, *ret_newest);
		*ret_newest = t;
	}
	d->next_us = t;
	return true;
}

bool due_find(const struct due_ask *ask, struct due *ret, struct error *why)
{
	int64_t newest;
	bool late;

	*ret = (struct due){0};
	if (!find_newest(ask, ret, &newest, why))
		return false;
	/* A clock that was set back: what was dealt with is not dealt with again. */
	if (!newest)
		return true;
	late = ask->now_us - newest > on_time_us;
	if (ask->missed == SCHEDULE_SKIP && (late || ask->busy)) {
		skip(ret, newest);
	} else if (!ask->busy) {
		ret->at_us = newest;
		ret->late = late;
	}
	return true;
}
