/* status: what every standby is right now, and what is owed. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/context.h"
#include "cli/measured.h"
#include "cli/output.h"
#include "cli/owed.h"
#include "cli/rows.h"
#include "cli/say.h"
#include "cli/selected.h"
#include "inventory/inventory.h"
#include "inventory/sample.h"
#include "resync/look.h"
#include "ui/text.h"

struct status {
	struct command_context *context;
	struct selected selected;
	struct measured *measured;
	struct sample *samples;
	struct held_list owed;
};

static const char *measured_role(const struct look_side *s)
{
	if (s->up)
		return s->facts.in_recovery ? "standby" : "PRIMARY";
	if (s->has_control)
		return control_is_standby(&s->control) ? "standby" : "not a standby";
	return "unknown";
}

/* What the page's `ps -ef | grep receiver` shows. */
static const char *receiver(const struct measured *m)
{
	const struct look_side *s = &m->look->standby;

	if (m->judgement.receiver_streams)
		return "streaming";
	if (s->up && s->facts.has_receiver && s->facts.receiver_status)
		return s->facts.receiver_status;
	return s->receiver_process[0] ? "there" : "none";
}

/* What the page's `ps -ef | grep sender` shows on the primary, of this standby. */
static const char *sender(const struct measured *m)
{
	int row = decide_sender_row(m->look);
	const char *state = row < 0 ? NULL : m->look->primary.facts.senders[row].state;

	return row < 0 ? "none" : state ? state : "there";
}

static const char *seconds_text(char text[32], double seconds)
{
	if (seconds < 0)
		return "-";
	snprintf(text, 32, seconds < 10 ? "%.1f" : "%.0f", seconds);
	return text;
}

static enum paint paint_of_verdict(enum verdict v)
{
	switch (v) {
	case VERDICT_STREAMING:
		return PAINT_GOOD;
	case VERDICT_CATCHING_UP:
	case VERDICT_LAGGING:
	case VERDICT_UNKNOWN:
		return PAINT_ATTENTION;
	case VERDICT_STALE:
	case VERDICT_DIVERGED:
	case VERDICT_BROKEN:
	case VERDICT_DOWN:
	case VERDICTS:
		break;
	}
	return PAINT_BAD;
}

static void print_owed(const struct status *s)
{
	char line[OWED_LINE];

	for (size_t i = 0; i < s->owed.count; i++) {
		char *text = mem_printf("NEEDS-OPERATOR: %s", owed_line(line, &s->owed.held[i]));

		say_line(stdout, text);
		free(text);
	}
	if (s->owed.count)
		say_line(stdout, "give it back with: pgresync recover");
}

static void add_row(struct table *table, const struct measured *m, const struct sample *sample)
{
	char lag[TEXT_NUMBER], seconds[32], when[OUTPUT_TIME];

	table_add_row(table, paint_of_verdict(m->judgement.verdict),
		      (const char *const[]){
			      m->pair->standby->name, m->pair->primary->name, measured_role(&m->look->standby),
			      verdict_name(m->judgement.verdict), receiver(m), sender(m),
			      text_size(lag, m->judgement.lag_bytes), seconds_text(seconds, m->judgement.lag_seconds),
			      sample->last_resync_us ? output_time(when, sample->last_resync_us) : "never"});
}

static void print_table(const struct status *s)
{
	static const struct table_column columns[] = {
		{"STANDBY", false, 0}, {"PRIMARY", false, 5},  {"ROLE", false, 2},
		{"STATE", false, 0},   {"RECEIVER", false, 0}, {"SENDER", false, 0},
		{"LAG", true, 0},      {"SECONDS", true, 3},   {"LAST RESYNC", false, 4},
	};
	struct table *table = output_table(s->context, columns, sizeof(columns) / sizeof(*columns));
	bool first = true;

	for (size_t i = 0; i < s->selected.n; i++)
		add_row(table, &s->measured[i], &s->samples[i]);
	output_table_end(table);
	for (size_t i = 0; i < s->selected.n; i++) {
		const struct measured *m = &s->measured[i];
		char *text;

		if (m->judgement.verdict == VERDICT_STREAMING && s->context->verbose == 0)
			continue;
		text = mem_printf("%s%s: %s: %s", first ? "\n" : "", m->pair->standby->name,
				  verdict_name(m->judgement.verdict), m->judgement.reason);
		say_line(stdout, first ? "" : text);
		if (first)
			say_line(stdout, text + 1);
		first = false;
		free(text);
	}
}

static void put_known(struct json *j, const char *key, int64_t n)
{
	json_key(j, key);
	if (n < 0)
		json_add_null(j);
	else
		json_add_number(j, n);
}

static void put_standby(struct json *j, const struct measured *m, const struct sample *sample)
{
	const struct look_side *s = &m->look->standby, *p = &m->look->primary;

	json_open_object(j);
	json_put_string(j, "standby", m->pair->standby->name);
	json_put_string(j, "primary", m->pair->primary->name);
	json_put_string(j, "pair_role", m->pair->role);
	json_put_string(j, "role", measured_role(s));
	json_put_string(j, "primary_role", !p->up ? "unknown" : p->facts.in_recovery ? "standby" : "primary");
	json_put_string(j, "state", verdict_name(m->judgement.verdict));
	json_put_string(j, "reason", m->judgement.reason);
	json_put_bool(j, "reached", s->reached);
	json_put_bool(j, "primary_reached", p->reached);
	json_put_string(j, "receiver", receiver(m));
	json_put_string(j, "sender", sender(m));
	put_known(j, "lag_bytes", m->judgement.lag_bytes);
	json_key(j, "lag_seconds");
	if (m->judgement.lag_seconds < 0)
		json_add_null(j);
	else
		json_add_real(j, m->judgement.lag_seconds);
	output_json_time(j, "last_resync", sample->last_resync_us);
	json_close_object(j);
}

static void put_owed(struct json *j, const struct held_list *owed)
{
	json_key(j, "owed");
	json_open_array(j);
	for (size_t i = 0; i < owed->count; i++) {
		json_open_object(j);
		json_put_string(j, "host", owed->held[i].host);
		json_put_string(j, "hold", owed->held[i].hold);
		json_put_number(j, "run", owed->held[i].run);
		output_json_time(j, "since", owed->held[i].since_us);
		json_put_string(j, "last_error", owed->held[i].last_error);
		json_close_object(j);
	}
	json_close_array(j);
}

static void print_json(const struct status *s)
{
	struct output o;

	output_begin(&o);
	json_open_object(&o.json);
	json_put_number(&o.json, "schema", 1);
	put_owed(&o.json, &s->owed);
	json_key(&o.json, "standbys");
	json_open_array(&o.json);
	for (size_t i = 0; i < s->selected.n; i++)
		put_standby(&o.json, &s->measured[i], &s->samples[i]);
	json_close_array(&o.json);
	json_close_object(&o.json);
	output_end(&o);
}

/* A standby that streams is good, however far behind: `pgresync check` is for alerts. */
static int exit_status(const struct status *s)
{
	struct exit_counts counts = {.owed = s->owed.count};

	for (size_t i = 0; i < s->selected.n; i++) {
		const struct look *look = s->measured[i].look;

		switch (s->measured[i].judgement.verdict) {
		case VERDICT_STREAMING:
		case VERDICT_CATCHING_UP:
		case VERDICT_LAGGING:
			counts.good++;
			break;
		case VERDICT_UNKNOWN:
			if (look->standby.reached && look->primary.reached)
				counts.failed++;
			else
				counts.unreachable++;
			break;
		case VERDICT_STALE:
		case VERDICT_DIVERGED:
		case VERDICT_BROKEN:
		case VERDICT_DOWN:
		case VERDICTS:
			counts.failed++;
			break;
		}
	}
	return (int)exit_status_of_hosts(&counts);
}

static bool read_all(struct status *s, struct error *why)
{
	struct command_context *context = s->context;

	if (!context_store(context, STORE_READ, why) ||
	    !selected_read(context, context->arguments, context->n_arguments, &s->selected, why))
		return false;
	s->measured = mem_alloc((s->selected.n + 1) * sizeof(*s->measured));
	s->samples = mem_alloc((s->selected.n + 1) * sizeof(*s->samples));
	if (!measured_read(context, s->selected.pairs, s->selected.n, s->measured, why))
		return false;
	for (size_t i = 0; i < s->selected.n; i++)
		if (!sample_load(context->store, s->selected.pairs[i]->standby->name, &s->samples[i], why))
			return false;
	return owed_read(context->store, &s->owed, why);
}

static int run(struct command_context *context)
{
	struct status s = {.context = context};
	struct error why;
	int status;

	if (!read_all(&s, &why)) {
		status = context_fail(context, &why);
	} else {
		if (context->json)
			print_json(&s);
		else {
			print_owed(&s);
			print_table(&s);
		}
		status = exit_status(&s);
	}
	if (s.measured)
		measured_done(s.measured, s.selected.n);
	held_list_done(&s.owed);
	free(s.measured);
	free(s.samples);
	selected_done(&s.selected);
	return status;
}

static const char *const examples[] = {
	"pgresync status",
	"every standby: role, state, receiver, sender, lag, last resync",
	"pgresync status postgresql-primary-1.backend --json",
	"the standbys of one primary, for programs",
	NULL,
};

const struct command command_status = {
	.name = "status",
	.arguments = "[STANDBY|PRIMARY|SITE|ENVIRONMENT...]",
	.summary = "show what standbys are right now, and what is owed",
	.about = "Asks both sides of each pair. Receiver and sender are what 'ps -ef | grep receiver' and\n"
		 "'grep sender' show. Exit status 0 when all stream, 2 when some do not, 4 when some host\n"
		 "does not answer, 6 for both, 7 when a run has left something changed.",
	.options = NULL,
	.examples = examples,
	.least = 0,
	.most = -1,
	.run = run,
};
