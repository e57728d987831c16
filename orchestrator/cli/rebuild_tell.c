#include "cli/rebuild_tell.h"

#include <unistd.h>
#include <uv.h>

#include "cli/context.h"
#include "fleet/notify.h"

enum { SUMMARY_MOST = 4 * 1024 * 1024 };

static void told(void *ctx, const struct error *why)
{
	const struct command_context *context = ctx;

	if (why)
		context_note(context, "the notify program %s: %s", context->settings.notify, why->text);
}

void rebuild_tell(struct command_context *context, const char *schedule, int64_t run, int exit_status)
{
	struct notify_about about = {
		.what = "rebuild-stale",
		.schedule = schedule,
		.run = run,
		.exit_status = exit_status,
		.text = exit_status_text(exit_status),
	};
	struct buf summary;
	uv_loop_t loop;

	if (!notify_is_due(exit_status) || (!schedule && isatty(STDIN_FILENO)))
		return;
	notify_syslog(&about);
	if (!context->settings.notify || !context->store)
		return;
	buf_init(&summary, SUMMARY_MOST);
	notify_summary(&summary, context->store, &about);
	uv_loop_init(&loop);
	notify_send(&loop, context->settings.notify, &summary, told, context);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	buf_done(&summary);
}
