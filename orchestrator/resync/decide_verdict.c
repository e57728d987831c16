#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "inventory/inventory.h"
#include "pg/logline.h"
#include "resync/decide.h"
#include "resync/decide_match.h"
#include "resync/look.h"

static const char *const verdict_names[VERDICTS] = {
	[VERDICT_UNKNOWN] = "unknown", [VERDICT_STREAMING] = "streaming", [VERDICT_CATCHING_UP] = "catching up",
	[VERDICT_LAGGING] = "lagging", [VERDICT_STALE] = "stale",	  [VERDICT_DIVERGED] = "diverged",
	[VERDICT_BROKEN] = "broken",   [VERDICT_DOWN] = "down",
};

const char *verdict_name(enum verdict v)
{
	return verdict_names[v];
}

/* What the judges below are given; each answers whether it has settled the verdict. */
struct judging {
	const struct look *look;
	const struct look_side *standby, *primary;
	const char *standby_name, *primary_name;
	int row;
	struct judgement *ret;
};

static bool settle(struct judging *j, enum verdict v, const char *format, ...) __attribute__((format(printf, 3, 4)));

static bool settle(struct judging *j, enum verdict v, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(j->ret->reason, sizeof(j->ret->reason), format, ap);
	va_end(ap);
	j->ret->verdict = v;
	return true;
}

/* "312 MB", "1.4 GB" */
static const char *size_text(char text[24], int64_t bytes)
{
	static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB"};
	double n = (double)bytes;
	size_t unit = 0;

	while (n >= 1024 && unit + 1 < sizeof(units) / sizeof(*units)) {
		n /= 1024;
		unit++;
	}
	snprintf(text, 24, n < 10 && unit > 1 ? "%.1f %s" : "%.0f %s", n, units[unit]);
	return text;
}

static const struct facts_sender *sender(const struct judging *j)
{
	return j->row < 0 ? NULL : &j->primary->facts.senders[j->row];
}

static bool sender_is(const struct judging *j, const char *state)
{
	const struct facts_sender *row = sender(j);

	return row && row->state && strcmp(row->state, state) == 0;
}

static void measure(struct judging *j)
{
	const struct facts *s = &j->standby->facts, *p = &j->primary->facts;
	struct judgement *ret = j->ret;

	ret->lag_bytes = -1;
	ret->lag_seconds = -1;
	ret->sender_streams = sender_is(j, "streaming");
	if (!j->standby->up)
		return;
	ret->receiver_streams = s->has_receiver ? s->receiver_status && strcmp(s->receiver_status, "streaming") == 0 :
						  strstr(j->standby->receiver_process, "streaming") != NULL;
	if (j->primary->up && !p->in_recovery)
		ret->lag_bytes = facts_lag_bytes(p, s);
	if (ret->lag_bytes < 0 && sender(j) && sender(j)->has_replay && p->has_current)
		ret->lag_bytes = lsn_ahead_bytes(p->current, sender(j)->replay);
	/* On a quiet primary the last transaction grows old although nothing is behind. */
	ret->lag_seconds = ret->lag_bytes == 0 ? 0 : s->replay_age_seconds;
}

static bool judge_silent_standby(struct judging *j)
{
	if (j->standby->reached || j->standby->up)
		return false;
	return settle(j, VERDICT_UNKNOWN, "%s does not answer: %.400s", j->standby_name, j->standby->unreached.text);
}

static bool judge_identity(struct judging *j)
{
	uint64_t a, b;

	if (j->standby->up && !j->standby->facts.in_recovery)
		return settle(j, VERDICT_DIVERGED, "%s is not in recovery: it runs as a primary", j->standby_name);
	if (!decide_system_identifier(j->standby, &a) || !decide_system_identifier(j->primary, &b) || a == b)
		return false;
	return settle(j, VERDICT_DIVERGED, "%s is another system than %s: identifier %llu, not %llu", j->standby_name,
		      j->primary_name, (unsigned long long)a, (unsigned long long)b);
}

static bool judge_down(struct judging *j)
{
	const struct look_side *s = j->standby;
	char needed[32], stale[200] = "";
	bool known;

	if (s->up)
		return false;
	if (decide_segment_gone(j->look, &known, needed))
		snprintf(stale, sizeof(stale),
			 "; and stale: segment %s, which it needs, is gone from %.60s (oldest: %s)", needed,
			 j->primary_name, j->primary->oldest_segment);
	if (!s->has_control)
		return settle(j, VERDICT_DOWN, "PostgreSQL does not answer on %.60s (%.100s)%s", j->standby_name,
			      s->down.text, s->data_dir_there ? "" : ", and its data directory is not there");
	return settle(j, VERDICT_DOWN, "PostgreSQL does not answer on %.60s; its control file says \"%s\"%s",
		      j->standby_name, control_state_name(s->control.state), stale);
}

static bool judge_primary(struct judging *j)
{
	const struct look_side *p = j->primary;

	if (!p->up && p->reached && p->has_control && !strstr(p->down.text, "starting up"))
		return settle(j, VERDICT_UNKNOWN,
			      "PostgreSQL does not answer on the primary %s; its control file says \"%s\"",
			      j->primary_name, control_state_name(p->control.state));
	if (!p->up)
		return settle(j, VERDICT_UNKNOWN, "the primary %s does not answer: %.400s", j->primary_name,
			      p->reached ? p->down.text : p->unreached.text);
	if (p->facts.in_recovery)
		return settle(j, VERDICT_BROKEN, "%s, its primary by the inventory, is itself in recovery",
			      j->primary_name);
	return false;
}

static bool judge_streaming(struct judging *j)
{
	const struct host_limits *limits = &j->look->pair->standby->limits;
	int64_t lag = j->ret->lag_bytes;
	const char *paused = j->standby->facts.replay_paused ? "; its replay is paused" : "";
	char size[24], limit[24];

	if (!j->ret->sender_streams)
		return false;
	if (lag < 0)
		return settle(j, VERDICT_STREAMING, "streams from %s; its lag is not known%s", j->primary_name, paused);
	size_text(size, lag);
	if (lag > limits->lag_critical_mb << 20)
		return settle(j, VERDICT_LAGGING, "streams from %s, but is %s behind (limit %s)%s", j->primary_name,
			      size, size_text(limit, limits->lag_critical_mb << 20), paused);
	if (lag > limits->lag_warning_mb << 20)
		return settle(j, VERDICT_CATCHING_UP, "streams from %s, %s behind (limit %s)%s", j->primary_name, size,
			      size_text(limit, limits->lag_warning_mb << 20), paused);
	return settle(j, VERDICT_STREAMING, "streams from %s, %s behind%s", j->primary_name, size, paused);
}

static enum logline_kind last_words(const struct judging *j)
{
	struct logline line;

	logline_read(j->standby->last_fatal, strlen(j->standby->last_fatal), &line);
	return line.kind;
}

static bool judge_timeline(struct judging *j)
{
	uint32_t mine, theirs;
	enum logline_kind said = last_words(j);

	if (decide_timeline(j->standby, &mine) && decide_timeline(j->primary, &theirs) && mine > theirs)
		return settle(j, VERDICT_DIVERGED, "%s is on timeline %u, %s on %u: it was promoted once",
			      j->standby_name, mine, j->primary_name, theirs);
	if (said == LOGLINE_TIMELINE_BEHIND || said == LOGLINE_TIMELINE_FORKED || said == LOGLINE_NOT_A_CHILD ||
	    said == LOGLINE_SYSID_DIFFERS)
		return settle(j, VERDICT_DIVERGED, "%.60s cannot follow %.60s: %.160s", j->standby_name,
			      j->primary_name, j->standby->last_fatal);
	return false;
}

static bool judge_stale(struct judging *j)
{
	const char *restores = j->standby->facts.restore_command;
	bool known, gone, removed = last_words(j) == LOGLINE_WAL_REMOVED;
	char needed[32];

	gone = decide_segment_gone(j->look, &known, needed);
	if (gone && (removed || !restores || !restores[0]))
		return settle(j, VERDICT_STALE, "needs segment %s, and %s has none before %s", needed, j->primary_name,
			      j->primary->oldest_segment);
	if (gone)
		return settle(j, VERDICT_CATCHING_UP,
			      "segment %s is gone from %s; it restores from its archive and may catch up", needed,
			      j->primary_name);
	if (removed && !known)
		return settle(j, VERDICT_STALE, "%.60s no longer has what it needs: %.200s", j->primary_name,
			      j->standby->last_fatal);
	return false;
}

static bool judge_rest(struct judging *j)
{
	const char *said = j->standby->last_fatal;
	char size[24] = "";

	if (j->ret->lag_bytes >= 0)
		size_text(size, j->ret->lag_bytes);
	if (sender_is(j, "catchup") || sender_is(j, "startup"))
		return settle(j, VERDICT_CATCHING_UP, "receives from %s%s%s%s", j->primary_name,
			      size[0] ? " and is " : "", size, size[0] ? " behind" : "");
	if (j->ret->receiver_streams)
		return settle(j, VERDICT_BROKEN,
			      "its receiver streams, but %s has no sender for it: whom does it follow?",
			      j->primary_name);
	return settle(j, VERDICT_BROKEN, "in recovery, but receives nothing from %.60s%s%.200s", j->primary_name,
		      said[0] ? ": " : "", said);
}

void decide_verdict(const struct look *look, struct judgement *ret)
{
	static bool (*const judges[])(struct judging *) = {
		judge_silent_standby, judge_identity, judge_down,  judge_primary,
		judge_streaming,      judge_timeline, judge_stale, judge_rest,
	};
	struct judging j = {
		.look = look,
		.standby = &look->standby,
		.primary = &look->primary,
		.standby_name = look->pair->standby->name,
		.primary_name = look->pair->primary->name,
		.row = decide_sender_row(look),
		.ret = ret,
	};

	*ret = (struct judgement){0};
	measure(&j);
	for (size_t i = 0; i < sizeof(judges) / sizeof(*judges) && !judges[i](&j); i++)
		;
	/* Positions on two timelines cannot be compared. */
	if (ret->verdict == VERDICT_DIVERGED) {
		ret->lag_bytes = -1;
		ret->lag_seconds = -1;
	}
}
