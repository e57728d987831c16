/* resync: rebuilds the chosen standbys at once. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/context.h"
#include "cli/resync_run.h"
#include "cli/rows.h"
#include "cli/say.h"
#include "fleet/run.h"
#include "inventory/actor.h"
#include "inventory/inventory.h"
#include "resync/method.h"

enum { JOBS_STANDARD = 4, JOBS_MOST = 500, REASON_MOST = 500 };

struct selection {
	struct fleet_target *targets;
	size_t n;
};

static bool add(struct selection *s, const struct pair *pair, const struct method *method, struct error *why)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->targets[i].pair == pair)
			return error_set(why, ERROR_USAGE, "%s is named twice", pair->name);
	s->targets = mem_grow(s->targets, s->n + 1, sizeof(*s->targets));
	s->targets[s->n++] = (struct fleet_target){pair, method};
	return true;
}

static bool select_all(struct selection *s, const struct inventory *inventory, const struct method *method,
		       struct error *why)
{
	for (size_t i = 0; i < inventory->pair_count; i++)
		if (!add(s, &inventory->pairs[i], method, why))
			return false;
	return s->n > 0 || error_set(why, ERROR_USAGE, "the inventory has no pairs: see `pgresync inventory import`");
}

static bool select_targets(struct command_context *context, struct selection *s, struct error *why)
{
	const char *name = context_value(context, "method");
	const struct method *method = method_find(name ? name : "wal-e");
	struct inventory *inventory;

	if (!method)
		return error_set(why, ERROR_USAGE, "there is no method \"%s\": wal-e or pg_resync_slave", name);
	inventory = context_inventory(context, why);
	if (!inventory)
		return false;
	if (context_flag(context, "all") && context->n_arguments)
		return error_set(why, ERROR_USAGE, "name standbys or say --all, not both");
	if (context_flag(context, "all"))
		return select_all(s, inventory, method, why);
	for (size_t i = 0; i < context->n_arguments; i++) {
		const struct pair *pair = context_pair(context, context->arguments[i], why);

		if (!pair || !add(s, pair, method, why))
			return false;
	}
	return s->n > 0 ||
	       error_set(why, ERROR_USAGE, "name the standbys to resync, or say --all; `pgresync status` lists them");
}

static void show_plan(const struct command_context *context, const struct selection *s, const char *reason)
{
	const struct method *method;

	if (s->n == 0)
		return;
	method = s->targets->method;
	context_note(context, "resync by %s, reason: %s", method->name, reason);
	for (size_t i = 0; i < s->n; i++)
		context_note(context, "  %s from primary %s (%s, PostgreSQL %s)", s->targets[i].pair->standby->name,
			     s->targets[i].pair->primary->name, s->targets[i].pair->role,
			     s->targets[i].pair->standby->postgresql.version);
	context_note(context, "rows:");
	for (size_t i = 0; i < method_rows(method); i++) {
		const struct row *row = &method->rows[i];

		context_note(context, "  %2zu %-4s  %s", i + 1, row_kind_name(row->kind), row_name(row));
	}
}

/* Severe by clig.dev's measure: the host's name is typed, or how many. */
static bool confirmed(const struct command_context *context, const struct selection *s, const char *reason,
		      struct error *why)
{
	char expected[256], prompt[400];

	if (context_flag(context, "yes") || context_flag(context, "dry-run"))
		return true;
	show_plan(context, s, reason);
	if (s->n == 1) {
		snprintf(expected, sizeof(expected), "%s", s->targets[0].pair->standby->name);
		snprintf(prompt, sizeof(prompt), "Type the host's name to resync it: ");
	} else {
		snprintf(expected, sizeof(expected), "%zu", s->n);
		snprintf(prompt, sizeof(prompt), "Type the number of standbys to resync them (%zu): ", s->n);
	}
	return say_ask_word(context->no_input, prompt, expected, why);
}

static bool read_options(struct command_context *context, struct resync_run_spec *spec, struct error *why)
{
	int64_t jobs = context->settings.jobs ? context->settings.jobs : JOBS_STANDARD;

	spec->reason = context_value(context, "reason");
	spec->allow_last = context_value(context, "allow-last-standby");
	spec->dry_run = context_flag(context, "dry-run");
	if (!spec->reason && spec->dry_run)
		spec->reason = "dry run";
	if (!spec->reason || !spec->reason[strspn(spec->reason, " \t")])
		return error_set(why, ERROR_USAGE, "a reason is required: --reason TEXT (it stands in the history)");
	if (strlen(spec->reason) > REASON_MOST || strpbrk(spec->reason, "\n\r"))
		return error_set(why, ERROR_USAGE, "the reason must be one line of at most %d bytes", REASON_MOST);
	if (spec->allow_last && !spec->allow_last[strspn(spec->allow_last, " \t")])
		return error_set(why, ERROR_USAGE, "--allow-last-standby wants the reason why");
	if (!context_number(context, "jobs", 1, JOBS_MOST, &jobs, why))
		return false;
	spec->jobs = (int)jobs;
	return true;
}

static int run(struct command_context *context)
{
	struct selection s = {0};
	struct actor by;
	struct error why;
	struct resync_run_spec spec = {.kind = "resync", .what = "resync", .by = &by};
	int status;

	audit_actor_here(&by);
	if (!read_options(context, &spec, &why) || !context_store(context, STORE_WRITE, &why) ||
	    !select_targets(context, &s, &why) || !confirmed(context, &s, spec.reason, &why)) {
		free(s.targets);
		return context_fail(context, &why);
	}
	if (spec.dry_run) {
		spec.kind = "dry-run";
		spec.what = "dry run";
	}
	spec.targets = s.targets;
	spec.n_targets = s.n;
	status = resync_run(context, &spec);
	free(s.targets);
	return status;
}

static const struct command_option options[] = {
	{"all", 0, NULL, "every standby of the inventory"},
	{"method", 'm', "METHOD", "wal-e (standard) or pg_resync_slave"},
	{"jobs", 'j', "N", "standbys worked on at once (4)"},
	{"reason", 'r', "TEXT", "why; stands in the history (required)"},
	{"yes", 'y', NULL, "do not ask"},
	{"dry-run", 'n', NULL, "every real check, no change on any host"},
	{"allow-last-standby", 0, "TEXT", "take a primary's last healthy standby, and why"},
	{NULL, 0, NULL, NULL},
};

static const char *const examples[] = {
	"pgresync resync postgresql-standby-1.backend --reason 'lag alert, INC-42'",
	"lets one standby catch up from the WAL-E archive",
	"pgresync resync --all --method pg_resync_slave --jobs 8 --reason 'primary restored' --yes",
	"copies every standby anew, one at a time per primary",
	NULL,
};

const struct command command_resync = {
	.name = "resync",
	.arguments = "[STANDBY...]",
	.summary = "resync standbys from their primaries, several at once",
	.about = "Proves that each host is a standby of the named primary, walks the method's rows on\n"
		 "all of them at once, gives back every temporary change, and proves that replication\n"
		 "streams. Ctrl-C once finishes the running rows, gives back and stops; twice leaves at\n"
		 "once, and `pgresync recover` gives back later.",
	.options = options,
	.examples = examples,
	.least = 0,
	.most = -1,
	.run = run,
};
