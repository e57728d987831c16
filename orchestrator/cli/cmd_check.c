/* check: the state of standbys as an Icinga (Nagios) plugin says it. */
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/context.h"
#include "cli/measured.h"
#include "cli/owed.h"
#include "cli/rows.h"
#include "cli/say.h"
#include "cli/selected.h"
#include "inventory/inventory.h"
#include "resync/look.h"
#include "ui/text.h"

enum plugin_state { PLUGIN_OK, PLUGIN_WARNING, PLUGIN_CRITICAL, PLUGIN_UNKNOWN };

enum { TEXT_MOST = 4 * 1024 * 1024 };

static const char *const state_names[] = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};

struct check {
	struct command_context *context;
	struct selected selected;
	struct measured *measured;
	struct held_list owed;
	int64_t warning, critical; /* -1: the host's own */
	size_t counts[4];
	struct buf details, perfdata;
};

static int64_t limit(int64_t asked, int64_t host_mb)
{
	return asked >= 0 ? asked : host_mb << 20;
}

/* Both sides silent: nothing can be said. One of them: that is the alarm itself. */
static enum plugin_state state_of(const struct check *c, const struct measured *m)
{
	const struct host_limits *limits = &m->pair->standby->limits;
	int64_t lag = m->judgement.lag_bytes;

	if (!m->look->standby.up && !m->look->primary.up)
		return PLUGIN_UNKNOWN;
	if (owed_has_host(&c->owed, m->pair->standby->name))
		return PLUGIN_CRITICAL;
	switch (m->judgement.verdict) {
	case VERDICT_STREAMING:
	case VERDICT_CATCHING_UP:
	case VERDICT_LAGGING:
		if (lag >= limit(c->critical, limits->lag_critical_mb))
			return PLUGIN_CRITICAL;
		return lag >= limit(c->warning, limits->lag_warning_mb) ? PLUGIN_WARNING : PLUGIN_OK;
	case VERDICT_UNKNOWN:
	case VERDICT_STALE:
	case VERDICT_DIVERGED:
	case VERDICT_BROKEN:
	case VERDICT_DOWN:
	case VERDICTS:
		break;
	}
	return PLUGIN_CRITICAL;
}

/* A bar would end the text and begin the perfdata. */
static void add_plain(struct buf *out, const char *text)
{
	for (; *text; text++)
		buf_addc(out, *text == '|' ? '/' : *text);
}

static void add_detail(struct check *c, const struct measured *m, enum plugin_state state)
{
	char line[OWED_LINE];

	buf_addf(&c->details, "\n[%s] %s: %s: ", state_names[state], m->pair->standby->name,
		 verdict_name(m->judgement.verdict));
	add_plain(&c->details, m->judgement.reason);
	for (size_t i = 0; i < c->owed.count; i++)
		if (strcmp(c->owed.held[i].host, m->pair->standby->name) == 0) {
			buf_adds(&c->details, "; NEEDS-OPERATOR: ");
			add_plain(&c->details, owed_line(line, &c->owed.held[i]));
		}
}

static void add_perfdata(struct check *c, const struct measured *m)
{
	const struct host_limits *limits = &m->pair->standby->limits;

	if (m->judgement.lag_bytes < 0)
		return;
	buf_addf(&c->perfdata, " '%s_lag'=%lldB;%lld;%lld;0", m->pair->standby->name, (long long)m->judgement.lag_bytes,
		 (long long)limit(c->warning, limits->lag_warning_mb),
		 (long long)limit(c->critical, limits->lag_critical_mb));
	if (m->judgement.lag_seconds >= 0)
		buf_addf(&c->perfdata, " '%s_replay_age'=%.1fs", m->pair->standby->name, m->judgement.lag_seconds);
}

static enum plugin_state worst(const struct check *c)
{
	static const enum plugin_state order[] = {PLUGIN_CRITICAL, PLUGIN_UNKNOWN, PLUGIN_WARNING};

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (c->counts[order[i]])
			return order[i];
	return PLUGIN_OK;
}

static enum plugin_state judge(struct check *c)
{
	for (size_t i = 0; i < c->selected.n; i++) {
		enum plugin_state state = state_of(c, &c->measured[i]);

		c->counts[state]++;
		add_perfdata(c, &c->measured[i]);
		if (state != PLUGIN_OK || c->selected.n == 1 || c->context->verbose)
			add_detail(c, &c->measured[i], state);
	}
	return worst(c);
}

static void print(struct check *c, enum plugin_state state)
{
	struct buf out;
	int64_t most = -1;
	char lag[TEXT_NUMBER];

	for (size_t i = 0; i < c->selected.n; i++)
		if (c->measured[i].judgement.lag_bytes > most)
			most = c->measured[i].judgement.lag_bytes;
	buf_init(&out, TEXT_MOST);
	buf_addf(&out, "PGRESYNC %s - %zu of %zu standbys good", state_names[state], c->counts[PLUGIN_OK],
		 c->selected.n);
	if (most >= 0)
		buf_addf(&out, ", worst lag %s", text_size(lag, most));
	if (c->owed.count)
		buf_addf(&out, ", %zu hold(s) owed", c->owed.count);
	buf_addf(&out, "%s%s%s\n", c->perfdata.used ? " |" : "", c->perfdata.bytes, c->details.bytes);
	say_data(&out);
	buf_done(&out);
}

static bool read_all(struct check *c, struct error *why)
{
	struct command_context *context = c->context;

	if (!context_number(context, "warning", 0, INT64_MAX / 2, &c->warning, why) ||
	    !context_number(context, "critical", 0, INT64_MAX / 2, &c->critical, why))
		return false;
	if (c->warning >= 0 && c->critical >= 0 && c->warning > c->critical)
		return error_set(why, ERROR_USAGE, "--warning is above --critical");
	if (!context_store(context, STORE_READ, why) ||
	    !selected_read(context, context->arguments, context->n_arguments, &c->selected, why))
		return false;
	c->measured = mem_alloc((c->selected.n + 1) * sizeof(*c->measured));
	return measured_read(context, c->selected.pairs, c->selected.n, c->measured, why) &&
	       owed_read(context->store, &c->owed, why);
}

static int run(struct command_context *context)
{
	struct check c = {.context = context, .warning = -1, .critical = -1};
	enum plugin_state state = PLUGIN_UNKNOWN;
	struct error why;

	buf_init(&c.details, TEXT_MOST / 4);
	buf_init(&c.perfdata, TEXT_MOST / 4);
	if (read_all(&c, &why)) {
		state = judge(&c);
		print(&c, state);
	} else {
		char *text = mem_printf("PGRESYNC UNKNOWN - %s", why.text);

		say_line(stdout, text);
		free(text);
	}
	if (c.measured)
		measured_done(c.measured, c.selected.n);
	held_list_done(&c.owed);
	free(c.measured);
	selected_done(&c.selected);
	buf_done(&c.details);
	buf_done(&c.perfdata);
	return (int)state;
}

static const struct command_option options[] = {
	{"warning", 'w', "BYTES", "lag that warns (the host's lag_warning_mb, 256 MB)"},
	{"critical", 0, "BYTES", "lag that alarms (the host's lag_critical_mb, 512 MB)"},
	{NULL, 0, NULL, NULL},
};

static const char *const examples[] = {
	"pgresync check",
	"one service for the whole fleet",
	"pgresync check postgresql-standby-1.backend --warning 268435456 --critical 536870912",
	"one service a standby, with the limits of the old Graphite check",
	NULL,
};

const struct command command_check = {
	.name = "check",
	.arguments = "[STANDBY|PRIMARY|SITE|ENVIRONMENT...]",
	.summary = "check standbys as an Icinga or Nagios plugin",
	.about = "Exit status 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, and performance data. One side of a\n"
		 "pair down is critical, both down is unknown. What a run has left changed is critical.",
	.options = options,
	.examples = examples,
	.least = 0,
	.most = -1,
	.run = run,
};
