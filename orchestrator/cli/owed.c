#include "cli/owed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/output.h"
#include "inventory/lease.h"
#include "inventory/owner.h"
#include "inventory/run.h"

static bool note_if_at_work(void *ctx, const struct run *r)
{
	bool *at_work = ctx;

	*at_work = !run_state_is_final(r->state) && r->state != RUN_INTERRUPTED && owner_look(&r->owner) != OWNER_DEAD;
	return true;
}

static void free_held(struct held *h)
{
	free(h->host);
	free(h->hold);
	free(h->saved);
	free(h->last_error);
}

bool owed_read(struct store *store, struct held_list *ret, struct error *why)
{
	size_t kept = 0;

	*ret = (struct held_list){0};
	if (!owed_list(store, ret, why))
		return false;
	for (size_t i = 0; i < ret->count; i++) {
		struct held *h = &ret->held[i];
		bool at_work = false;
		struct error ignored;

		/* A run that cannot be read is taken for dead: what it held is shown. */
		run_load(store, h->run, note_if_at_work, &at_work, &ignored);
		if (at_work)
			free_held(h);
		else
			ret->held[kept++] = *h;
	}
	ret->count = kept;
	return true;
}

bool owed_has_host(const struct held_list *l, const char *host)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->held[i].host, host) == 0)
			return true;
	return false;
}

struct at_work {
	const char *standby;
	int64_t run;
};

static bool note_lease(void *ctx, const struct lease *l)
{
	struct at_work *w = ctx;

	if (l->kind == LEASE_STANDBY && !l->stale && strcmp(l->host, w->standby) == 0)
		w->run = l->run;
	return w->run == 0;
}

bool owed_run_at_work(struct store *store, const char *standby, int64_t *ret_run, struct error *why)
{
	struct at_work w = {standby, 0};
	bool good = lease_list(store, note_lease, &w, why);

	*ret_run = w.run;
	return good;
}

char *owed_line(char text[OWED_LINE], const struct held *h)
{
	char when[OUTPUT_TIME];
	bool key = strstr(h->hold, "key") != NULL || strstr(h->hold, "KEY") != NULL;

	snprintf(text, OWED_LINE, "%.100s: %.60s since %s (run %lld)%s%.120s", h->host,
		 key ? "GPG KEY UNPROTECTED" : h->hold, output_time(when, h->since_us), (long long)h->run,
		 h->last_error && *h->last_error ? ": " : "", h->last_error ? h->last_error : "");
	return text;
}
