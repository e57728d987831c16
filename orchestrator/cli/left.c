#include "cli/left.h"

#include <stdio.h>

#include "cli/context.h"
#include "cli/output.h"
#include "inventory/held.h"
#include "inventory/run_host.h"
#include "ui/report.h"

static enum report_left left(enum run_left l)
{
	switch (l) {
	case RUN_LEFT_YES:
		return REPORT_LEFT_YES;
	case RUN_LEFT_NO:
		return REPORT_LEFT_NO;
	case RUN_LEFT_NOT_TOUCHED:
		return REPORT_LEFT_NOT_TOUCHED;
	case RUN_LEFT_UNKNOWN:
		break;
	}
	return REPORT_LEFT_UNKNOWN;
}

void left_fill(struct report_host *to, const struct run_host *from)
{
	to->key_protected = left(from->left.key_protected);
	to->conf_reverted = left(from->left.conf_reverted);
	to->puppet_on = left(from->left.puppet_on);
	to->collectd_running = left(from->left.collectd_running);
	to->owed = from->state == RUN_HOST_OWED;
}

void left_describe(struct buf *out, const struct run_host *h)
{
	struct report_host r = {0};

	left_fill(&r, h);
	report_add_left(out, &r);
}

int left_print_held(struct command_context *context, int64_t run)
{
	struct held_list held;
	struct error why;
	bool any = false;

	if (!owed_list(context->store, &held, &why))
		return context_fail(context, &why);
	for (size_t i = 0; i < held.count; i++) {
		const struct held *h = &held.held[i];
		char when[OUTPUT_TIME];

		if (h->run != run)
			continue;
		printf("%s  %s: %s, held since %s%s%s\n", any ? "" : "\nstill held:\n", h->host, h->hold,
		       output_time(when, h->since_us), h->last_error && *h->last_error ? ": " : "",
		       h->last_error ? h->last_error : "");
		any = true;
	}
	held_list_done(&held);
	if (any)
		printf("  pgresync recover gives it back (when no process is at work on it)\n");
	return STATUS_GOOD;
}
