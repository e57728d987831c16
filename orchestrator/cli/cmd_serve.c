/* serve: keeps the schedules, in the foreground. */
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cli/context.h"
#include "cli/rows.h"
#include "serve/daemon.h"

/* The program file; when a newer one has been installed over it, the newer one. */
static bool find_program(char path[PATH_MAX], struct error *why)
{
	const ssize_t gone = sizeof(" (deleted)") - 1;
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (n <= 0)
		return error_set(why, ERROR_FAILED, "cannot find my own program file (/proc/self/exe)");
	path[n] = '\0';
	if (n > gone && strcmp(path + n - gone, " (deleted)") == 0)
		path[n - gone] = '\0';
	return true;
}

static int run(struct command_context *context)
{
	char path[PATH_MAX];
	const char *config = context_value(context, "config");
	const char *program[] = {path, "--db", context->store_path, config ? "--config" : NULL, config, NULL};
	struct daemon_spec spec = {.program = program, .notify = context->settings.notify};
	struct error why;

	spec.store = context_store(context, STORE_WRITE, &why);
	if (!spec.store || !find_program(path, &why))
		return context_fail(context, &why);
	return daemon_run(&spec);
}

static const char *const examples[] = {
	"pgresync serve",
	"what the unit pgresync.service runs; Ctrl-C stops in order",
	NULL,
};

const struct command command_serve = {
	.name = "serve",
	.arguments = "",
	.summary = "keep the schedules (for systemd, in the foreground)",
	.about = "First gives back what interrupted runs have left. Then starts 'rebuild-stale' for every\n"
		 "schedule when it is due, one run a schedule at a time; times that were missed are noted,\n"
		 "and made up for when the schedule says 'once'. SIGTERM: its runs finish their rows and\n"
		 "give back, then it ends. A second SIGTERM leaves them running. SIGHUP: looks anew.",
	.options = NULL,
	.examples = examples,
	.least = 0,
	.most = 0,
	.run = run,
};
