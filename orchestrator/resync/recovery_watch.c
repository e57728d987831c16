#include "resync/recovery_watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/printable.h"
#include "inventory/host.h"
#include "pg/logline.h"
#include "pg/lsn.h"
#include "resync/decide.h"
#include "resync/look.h"
#include "resync/memory.h"

enum {
	GONE_AFTER_MS = 45 * 1000, /* the segment is in neither place and replay stands still */
	PROVE_SAMPLES = 3,
	SAMPLE_GAP_MS = 1500
};

/* What the log's new lines say, all of them together. */
struct log_news {
	bool alarm, key_protected, wal_removed, wal_missing, hopeless, fatal;
	char line[200]; /* the newest that means something */
	char bad[200];	/* the newest of those that are bad news */
};

static void keep_line(char to[200], const char *line, size_t n)
{
	if (n > 199)
		n = 199;
	memcpy(to, line, n);
	to[n] = '\0';
}

static void take_line(struct log_news *news, const char *line, size_t n)
{
	struct logline l;

	logline_read(line, n, &l);
	if (l.kind == LOGLINE_OTHER || l.kind == LOGLINE_STARTING_UP)
		return;
	keep_line(news->line, line, n);
	news->alarm |= logline_is_alarm(l.kind);
	news->key_protected |= l.kind == LOGLINE_WALE_KEY_PROTECTED;
	news->wal_missing |= l.kind == LOGLINE_WALE_MISSING;
	news->wal_removed |= l.kind == LOGLINE_WAL_REMOVED;
	news->hopeless |= logline_is_hopeless(l.kind);
	news->fatal |=
		l.kind == LOGLINE_WAL_REMOVED || l.kind == LOGLINE_OTHER_FATAL || l.kind == LOGLINE_RECEIVE_ERROR;
	if (logline_is_alarm(l.kind) || logline_is_hopeless(l.kind) || l.kind == LOGLINE_WALE_KEY_PROTECTED)
		keep_line(news->bad, line, n);
}

static void read_log(const struct remote_reply *reply, struct log_news *news)
{
	const char *at = reply->out, *end = reply->out + reply->out_size;

	memset(news, 0, sizeof(*news));
	while (at < end) {
		const char *stop = memchr(at, '\n', (size_t)(end - at));
		size_t n = stop ? (size_t)(stop - at) : (size_t)(end - at);

		if (n > 1 && at[0] == '|')
			take_line(news, at + 1, n - 1);
		at += n + (stop ? 1 : 0);
	}
}

static uint64_t goal_of(const struct reading *r)
{
	const char *text = memory_get(r->memory, "goal_lsn");
	lsn_t goal = 0;

	return text && lsn_parse(text, &goal) ? goal : 0;
}

/* How far replay has come, for the operator; and when it last moved, for us. */
static void note_movement(const struct reading *r, const struct judgement *j)
{
	struct row_watch *w = r->watch;
	const struct look_side *s = &r->look->standby;
	uint64_t goal = goal_of(r), now = s->up && s->facts.has_replay ? s->facts.replay : 0;

	w->lag_bytes = j->lag_bytes;
	if (!now)
		return;
	if (!w->first_lsn)
		w->first_lsn = now;
	if (now != w->last_lsn)
		w->moved_ms = r->now_ms;
	w->last_lsn = now;
	if (goal > w->first_lsn)
		w->percent = now >= goal ? 100.0 : (double)(now - w->first_lsn) * 100.0 / (double)(goal - w->first_lsn);
}

static bool has_arrived(const struct reading *r, const struct judgement *j)
{
	const struct look_side *s = &r->look->standby;

	return s->up && s->facts.in_recovery && s->facts.has_replay && s->facts.replay >= goal_of(r) &&
	       j->sender_streams && (j->receiver_streams || !s->facts.has_receiver);
}

/* Remembers bad news across polls: the log is read once. */
static void remember(const struct reading *r, const struct log_news *news)
{
	if (news->line[0])
		keep_line(r->watch->line, news->line, strlen(news->line));
	if (news->wal_removed)
		memory_set(r->memory, "wal_removed", "yes");
	if (news->wal_missing)
		memory_set(r->memory, "wal_missing", "yes");
}

static enum answer give_up(struct error *why, const char *what, const struct log_news *news)
{
	error_set(why, ERROR_HOST, "%s%s%.200s", what, news->bad[0] ? ": " : "", news->bad);
	return ANSWER_NO;
}

enum answer recovery_watch_read(const struct reading *r, struct error *why)
{
	struct log_news news;
	struct judgement j;
	int64_t still_ms;
	bool both;

	read_log(r->reply, &news);
	remember(r, &news);
	decide_verdict(r->look, &j);
	note_movement(r, &j);
	still_ms = r->now_ms - r->watch->moved_ms;
	both = memory_get(r->memory, "wal_removed") && memory_get(r->memory, "wal_missing");
	if (news.alarm || (r->look->standby.up && !r->look->standby.facts.in_recovery))
		return give_up(why, "the standby has become a primary", &news);
	if (news.key_protected)
		return give_up(why, "WAL-E cannot decrypt", &news);
	if (news.hopeless)
		return give_up(why, "it cannot catch up this way", &news);
	if (has_arrived(r, &j))
		return ANSWER_YES;
	if (both && still_ms > GONE_AFTER_MS && !j.sender_streams)
		return give_up(
			why,
			"the WAL it needs is neither in the archive nor on the primary: use method pg_resync_slave",
			&news);
	if (still_ms > r->standby->limits.recovery_stall_s * 1000) {
		error_set(why, ERROR_HOST, "replay has not moved for %lld s%s%.160s%s: %.160s",
			  (long long)(still_ms / 1000), r->watch->line[0] ? " (newest in the log: " : "",
			  r->watch->line, r->watch->line[0] ? ")" : "", j.reason);
		return ANSWER_NO;
	}
	error_set(why, ERROR_HOST, "%.300s", j.reason);
	return ANSWER_NOT_YET;
}

/* Whether this one sample fits the definition of done; else *why tells what is missing. */
static bool sample_is_good(const struct reading *r, const struct judgement *j, const struct log_news *news,
			   struct error *why)
{
	const struct look *l = r->look;
	int64_t most = r->standby->limits.lag_warning_mb * 1024 * 1024;

	if (!l->standby.up || !l->primary.up)
		return error_set(why, ERROR_HOST, "%.300s",
				 l->standby.up ? l->primary.down.text : l->standby.down.text);
	if (!l->standby.facts.in_recovery || l->primary.facts.in_recovery)
		return error_set(why, ERROR_HOST, "the roles are not those of a standby and its primary");
	if (!j->sender_streams)
		return error_set(why, ERROR_HOST, "%s does not stream to it: %.200s", r->primary->name, j->reason);
	if (l->standby.facts.replay < goal_of(r))
		return error_set(why, ERROR_HOST, "replay has not passed the position noted at the start");
	if (j->lag_bytes < 0 || j->lag_bytes > most)
		return error_set(why, ERROR_HOST, "lag %lld MB, wanted below %lld MB",
				 (long long)j->lag_bytes / 1048576, (long long)r->standby->limits.lag_warning_mb);
	if (news->fatal)
		return error_set(why, ERROR_HOST, "a new FATAL in the log: %.200s", news->line);
	return true;
}

enum answer recovery_watch_prove(const struct reading *r, struct error *why)
{
	struct log_news news;
	struct judgement j;

	read_log(r->reply, &news);
	decide_verdict(r->look, &j);
	note_movement(r, &j);
	if (news.alarm)
		return give_up(why, "the standby has become a primary", &news);
	if (j.verdict == VERDICT_DIVERGED)
		return error_set(why, ERROR_HOST, "%.300s", j.reason), ANSWER_NO;
	if (!sample_is_good(r, &j, &news, why)) {
		r->watch->good_samples = 0;
		keep_line(r->watch->line, why->text, strlen(why->text));
		return ANSWER_NOT_YET;
	}
	r->watch->good_samples++;
	snprintf(r->watch->line, sizeof(r->watch->line), "sample %d of %d: streaming, lag %lld kB",
		 r->watch->good_samples, PROVE_SAMPLES, (long long)(j.lag_bytes / 1024));
	error_set(why, ERROR_HOST, "only %d good samples", r->watch->good_samples);
	return r->watch->good_samples >= PROVE_SAMPLES ? ANSWER_YES : ANSWER_NOT_YET;
}
