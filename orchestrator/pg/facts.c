#include "pg/facts.h"

#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "pg/facts_query.h"
#include "pg/recovery.h"

/* ---- cells ---- */

static char *text(const struct probe_reply *r, enum facts_query q, int row, int column)
{
	return mem_strdup(probe_value(r, q, row, column));
}

static bool is_true(const struct probe_reply *r, enum facts_query q, int row, int column)
{
	const char *s = probe_value(r, q, row, column);

	return s && strcmp(s, "t") == 0;
}

static int64_t number_of(const char *s, int64_t otherwise)
{
	char *end;
	long long n;

	if (!s || !*s)
		return otherwise;
	n = strtoll(s, &end, 10);
	return *end ? otherwise : n;
}

static int64_t number(const struct probe_reply *r, enum facts_query q, int row, int column, int64_t otherwise)
{
	return number_of(probe_value(r, q, row, column), otherwise);
}

static double seconds(const struct probe_reply *r, enum facts_query q, int row, int column)
{
	const char *s = probe_value(r, q, row, column);
	char *end;
	double x = s && *s ? strtod(s, &end) : -1;

	/* The clocks of two hosts may differ: a transaction from the future is as good as now. */
	return s && *s && x < 0 ? 0 : x;
}

static bool position(const struct probe_reply *r, enum facts_query q, int row, int column, lsn_t *ret)
{
	const char *s = probe_value(r, q, row, column);

	return s && lsn_parse(s, ret);
}

static int rows(const struct probe_reply *r, enum facts_query q)
{
	return (size_t)q < r->n_results ? r->results[q].rows : 0;
}

/* ---- each query's answer ---- */

static void read_core(const struct probe_reply *r, struct facts *f)
{
	f->in_recovery = is_true(r, FACTS_CORE, 0, 0);
	f->has_current = position(r, FACTS_CORE, 0, 1, &f->current);
	f->has_receive = position(r, FACTS_CORE, 0, 2, &f->receive);
	f->has_replay = position(r, FACTS_CORE, 0, 3, &f->replay);
	f->replay_age_seconds = seconds(r, FACTS_CORE, 0, 4);
	f->replay_paused = is_true(r, FACTS_CORE, 0, 5);
	f->started = text(r, FACTS_CORE, 0, 6);
	f->up_seconds = seconds(r, FACTS_CORE, 0, 7);
	f->databases_bytes = number(r, FACTS_CORE, 0, 8, -1);
}

static void read_senders(const struct probe_reply *r, struct facts *f)
{
	f->n_senders = rows(r, FACTS_SENDERS);
	f->senders = mem_alloc((size_t)f->n_senders * sizeof(*f->senders));
	for (int i = 0; i < f->n_senders; i++) {
		struct facts_sender *s = &f->senders[i];

		s->pid = (int)number(r, FACTS_SENDERS, i, 0, 0);
		s->application_name = text(r, FACTS_SENDERS, i, 1);
		s->client_addr = text(r, FACTS_SENDERS, i, 2);
		s->state = text(r, FACTS_SENDERS, i, 3);
		s->sync_state = text(r, FACTS_SENDERS, i, 4);
		s->backend_start = text(r, FACTS_SENDERS, i, 5);
		s->has_sent = position(r, FACTS_SENDERS, i, 6, &s->sent);
		s->has_write = position(r, FACTS_SENDERS, i, 7, &s->write);
		s->has_flush = position(r, FACTS_SENDERS, i, 8, &s->flush);
		s->has_replay = position(r, FACTS_SENDERS, i, 9, &s->replay);
	}
}

/* A conninfo is kept without its password; one that cannot be read is not kept. */
static char *conninfo_without_password(const char *conninfo)
{
	struct buf shown;
	struct error why;

	buf_init(&shown, 4096);
	if (!recovery_conninfo_shown(&shown, conninfo, &why)) {
		buf_clear(&shown);
		buf_adds(&shown, "[unreadable]");
	}
	return shown.bytes;
}

static void read_settings(const struct probe_reply *r, struct facts *f)
{
	f->n_settings = rows(r, FACTS_SETTINGS);
	f->settings = mem_alloc((size_t)f->n_settings * sizeof(*f->settings));
	for (int i = 0; i < f->n_settings; i++) {
		struct facts_setting *s = &f->settings[i];
		const char *name = probe_value(r, FACTS_SETTINGS, i, 0), *value = probe_value(r, FACTS_SETTINGS, i, 1);

		s->name = mem_strdup(name ? name : "");
		s->value = strcmp(s->name, "primary_conninfo") == 0 && value ? conninfo_without_password(value) :
									       mem_strdup(value);
		s->unit = text(r, FACTS_SETTINGS, i, 2);
	}
}

static int64_t unit_bytes(const char *unit)
{
	static const struct {
		const char *unit;
		int64_t bytes;
	} units[] = {{"B", 1}, {"kB", 1024}, {"8kB", 8192}, {"16kB", 16384}, {"32kB", 32768}, {"MB", 1 << 20}};

	for (size_t i = 0; unit && i < sizeof(units) / sizeof(*units); i++)
		if (strcmp(units[i].unit, unit) == 0)
			return units[i].bytes;
	return 1;
}

/* A size setting in bytes; -1 when it is not there. Its unit differs by version and by how the server was built. */
static int64_t setting_bytes(const struct facts *f, const char *name)
{
	for (int i = 0; i < f->n_settings; i++)
		if (strcmp(f->settings[i].name, name) == 0) {
			int64_t n = number_of(f->settings[i].value, -1);

			return n < 0 || n > INT64_MAX >> 21 ? -1 : n * unit_bytes(f->settings[i].unit);
		}
	return -1;
}

static char *kept_setting(const struct facts *f, const char *name)
{
	const char *value = facts_setting(f, name);

	return value && *value ? mem_strdup(value) : NULL;
}

static void use_settings(struct facts *f)
{
	struct recovery_conninfo conninfo;
	struct error why;
	int64_t bytes = setting_bytes(f, "wal_segment_size"), segments;

	f->wal_segment_bytes = 16u << 20;
	if (bytes > 0 && bytes <= 1 << 30 && lsn_segment_size_fits((uint32_t)bytes))
		f->wal_segment_bytes = (uint32_t)bytes;
	segments = facts_setting_number(f, "wal_keep_segments");
	f->wal_keep_bytes = segments >= 0 ? segments * f->wal_segment_bytes : setting_bytes(f, "wal_keep_size");
	f->max_wal_senders = (int)facts_setting_number(f, "max_wal_senders");
	f->max_replication_slots = (int)facts_setting_number(f, "max_replication_slots");
	f->wal_level = kept_setting(f, "wal_level");
	f->archive_mode = kept_setting(f, "archive_mode");
	f->archive_command = kept_setting(f, "archive_command");
	f->data_directory = kept_setting(f, "data_directory");
	f->config_file = kept_setting(f, "config_file");
	f->restore_command = kept_setting(f, "restore_command");
	f->primary_conninfo = kept_setting(f, "primary_conninfo");
	if (f->primary_conninfo && recovery_parse_conninfo(f->primary_conninfo, &conninfo, &why) && conninfo.host[0])
		f->primary_host = mem_strdup(conninfo.host);
}

static void read_archiver(const struct probe_reply *r, struct facts *f)
{
	f->last_archived_wal = text(r, FACTS_ARCHIVER, 0, 0);
	f->last_failed_wal = text(r, FACTS_ARCHIVER, 0, 1);
	f->last_failed_time = text(r, FACTS_ARCHIVER, 0, 2);
	f->archived_count = number(r, FACTS_ARCHIVER, 0, 3, -1);
	f->failed_count = number(r, FACTS_ARCHIVER, 0, 4, -1);
	f->archiver_fails = is_true(r, FACTS_ARCHIVER, 0, 5);
}

static void read_control(const struct probe_reply *r, struct facts *f)
{
	const char *id = probe_value(r, FACTS_CONTROL, 0, 0);
	int64_t timeline = number(r, FACTS_CONTROL, 0, 1, 0);

	if (id && *id) {
		/* SQL's bigint is signed: from 2038 on it shows half of the identifiers as negative. */
		f->system_identifier = *id == '-' ? (uint64_t)strtoll(id, NULL, 10) : strtoull(id, NULL, 10);
		f->has_system_identifier = f->system_identifier != 0;
	}
	f->timeline = (uint32_t)timeline;
	f->has_timeline = timeline > 0;
}

static void read_receiver(const struct probe_reply *r, struct facts *f)
{
	const char *conninfo = probe_value(r, FACTS_RECEIVER, 0, 2), *host = probe_value(r, FACTS_RECEIVER, 0, 3);
	int64_t timeline = number(r, FACTS_RECEIVER, 0, 1, 0);
	struct recovery_conninfo parts = {0};
	struct error why;

	if (rows(r, FACTS_RECEIVER) == 0)
		return;
	f->has_receiver = true;
	f->receiver_status = text(r, FACTS_RECEIVER, 0, 0);
	f->has_receiver_timeline = timeline > 0;
	f->receiver_timeline = (uint32_t)timeline;
	if (conninfo && !recovery_parse_conninfo(conninfo, &parts, &why))
		conninfo = NULL;
	if (host && *host)
		f->receiver_host = mem_strdup(host);
	else if (conninfo && parts.host[0])
		f->receiver_host = mem_strdup(parts.host);
	f->receiver_port = (int)number(r, FACTS_RECEIVER, 0, 4, conninfo ? parts.port : 0);
	if (f->in_recovery && f->receiver_timeline > f->timeline) {
		f->timeline = f->receiver_timeline;
		f->has_timeline = true;
	}
}

bool facts_read(const struct probe_reply *reply, struct facts *ret, struct error *why)
{
	*ret = (struct facts){.replay_age_seconds = -1,
			      .up_seconds = -1,
			      .archived_count = -1,
			      .failed_count = -1,
			      .databases_bytes = -1,
			      .max_wal_senders = -1,
			      .max_replication_slots = -1,
			      .wal_keep_bytes = -1};
	if (reply->why) {
		*why = *reply->why;
		return false;
	}
	if (!probe_value(reply, FACTS_CORE, 0, 0))
		return error_set(why, ERROR_HOST, "PostgreSQL does not say whether it is in recovery");
	ret->server_version = reply->server_version;
	read_core(reply, ret);
	read_senders(reply, ret);
	read_settings(reply, ret);
	use_settings(ret);
	read_archiver(reply, ret);
	read_control(reply, ret);
	read_receiver(reply, ret);
	return true;
}

/* ---- the memory ---- */

static const size_t texts[] = {
	offsetof(struct facts, receiver_status), offsetof(struct facts, receiver_host),
	offsetof(struct facts, wal_level),	 offsetof(struct facts, archive_mode),
	offsetof(struct facts, archive_command), offsetof(struct facts, last_archived_wal),
	offsetof(struct facts, last_failed_wal), offsetof(struct facts, last_failed_time),
	offsetof(struct facts, data_directory),	 offsetof(struct facts, config_file),
	offsetof(struct facts, restore_command), offsetof(struct facts, primary_conninfo),
	offsetof(struct facts, primary_host),	 offsetof(struct facts, started),
};

static char **text_at(struct facts *f, size_t i)
{
	return (char **)((char *)f + texts[i]);
}

void facts_copy(const struct facts *from, struct facts *ret)
{
	*ret = *from;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		*text_at(ret, i) = mem_strdup(*text_at(ret, i));
	ret->senders = mem_alloc((size_t)from->n_senders * sizeof(*ret->senders));
	for (int i = 0; i < from->n_senders; i++) {
		struct facts_sender *s = &ret->senders[i];

		*s = from->senders[i];
		s->application_name = mem_strdup(s->application_name);
		s->client_addr = mem_strdup(s->client_addr);
		s->state = mem_strdup(s->state);
		s->sync_state = mem_strdup(s->sync_state);
		s->backend_start = mem_strdup(s->backend_start);
	}
	ret->settings = mem_alloc((size_t)from->n_settings * sizeof(*ret->settings));
	for (int i = 0; i < from->n_settings; i++)
		ret->settings[i] =
			(struct facts_setting){mem_strdup(from->settings[i].name), mem_strdup(from->settings[i].value),
					       mem_strdup(from->settings[i].unit)};
}

void facts_free(struct facts *f)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		free(*text_at(f, i));
	for (int i = 0; i < f->n_senders; i++) {
		free(f->senders[i].application_name);
		free(f->senders[i].client_addr);
		free(f->senders[i].state);
		free(f->senders[i].sync_state);
		free(f->senders[i].backend_start);
	}
	for (int i = 0; i < f->n_settings; i++) {
		free(f->settings[i].name);
		free(f->settings[i].value);
		free(f->settings[i].unit);
	}
	free(f->senders);
	free(f->settings);
	*f = (struct facts){0};
}

/* ---- looking things up ---- */

const char *facts_setting(const struct facts *f, const char *name)
{
	for (int i = 0; i < f->n_settings; i++)
		if (strcmp(f->settings[i].name, name) == 0)
			return f->settings[i].value;
	return NULL;
}

int64_t facts_setting_number(const struct facts *f, const char *name)
{
	return number_of(facts_setting(f, name), -1);
}

int64_t facts_lag_bytes(const struct facts *primary, const struct facts *standby)
{
	int64_t lag;

	if (!primary->has_current || !standby->has_replay)
		return -1;
	lag = lsn_ahead_bytes(primary->current, standby->replay);
	return lag > 0 ? lag : 0; /* asked one after the other, the standby may seem ahead */
}
