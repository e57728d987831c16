#include "resync/values.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/template.h"
#include "inventory/host.h"
#include "resync/memory.h"

enum { SCRIPT_MOST = 64 * 1024 };

static const char *put(struct values *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

static const char *put(struct values *v, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(v->scratch, sizeof(v->scratch), format, ap);
	va_end(ap);
	return v->scratch;
}

static const char *tag(struct values *v)
{
	return v->tag;
}

static const char *lock(struct values *v)
{
	return put(v, "pgresync-%s", v->tag);
}

static const char *lock_reason(struct values *v)
{
	return put(v, "pgresync run %s: %s", v->tag, v->reason);
}

static const char *saved_dir(struct values *v)
{
	return put(v, "%s/saved-%s", v->standby->state_dir, v->tag);
}

static const char *recovery_file(struct values *v)
{
	return put(v, "%s/%s", v->standby->postgresql.data_dir,
		   v->standby->postgresql.version_num >= 1200 ? "postgresql.auto.conf" : "recovery.conf");
}

static const char *overlay_dir(struct values *v)
{
	return put(v, "/dev/shm/pgresync-gnupg-%s", v->tag);
}

/* The GNUPGHOME under which WAL-E's gpg finds an open key. */
static const char *key_home(struct values *v)
{
	return v->standby->wal_e.gpg_mode == HOST_GPG_OVERLAY ? overlay_dir(v) : v->standby->wal_e.gnupg_home;
}

static const char *restore_comment(struct values *v)
{
	return put(v, "# pgresync run %s: restores from WAL-E; this line and the next go when it is done", v->tag);
}

/* The page's step 3, with the key ring's place before it where the key is not opened in place. */
static const char *restore_line(struct values *v)
{
	const struct host *h = v->standby;

	if (h->wal_e.gpg_mode == HOST_GPG_OVERLAY)
		return put(v, "restore_command = 'env GNUPGHOME=/dev/shm/pgresync-gnupg-%s %s %s %s wal-fetch %%f %%p'",
			   v->tag, h->commands.envdir, h->wal_e.env_dir, h->wal_e.command);
	return put(v, "restore_command = '%s %s %s wal-fetch %%f %%p'", h->commands.envdir, h->wal_e.env_dir,
		   h->wal_e.command);
}

static const char *version_num(struct values *v)
{
	return put(v, "%d", v->standby->postgresql.version_num);
}

static const char *pg_port(struct values *v)
{
	return put(v, "%d", (int)v->standby->postgresql.port);
}

static const char *gpg_mode(struct values *v)
{
	static const char *const names[] = {
		[HOST_GPG_INPLACE] = "inplace", [HOST_GPG_OVERLAY] = "overlay", [HOST_GPG_AGENT] = "agent"};

	return names[v->standby->wal_e.gpg_mode];
}

static const char *key_seconds(struct values *v)
{
	return put(v, "%lld", (long long)v->standby->limits.recovery_total_s + 7200);
}

static const struct {
	const char *name;
	const char *(*value)(struct values *v);
} made[] = {
	{"tag", tag},
	{"lock", lock},
	{"lock_reason", lock_reason},
	{"saved_dir", saved_dir},
	{"recovery_file", recovery_file},
	{"overlay_dir", overlay_dir},
	{"key_home", key_home},
	{"gpg_mode", gpg_mode},
	{"key_seconds", key_seconds},
	{"restore_comment", restore_comment},
	{"restore_line", restore_line},
	{"version_num", version_num},
	{"port", pg_port},
};

/* Plain settings by name. */
static const char *setting(const struct host *h, const char *name)
{
	const struct {
		const char *name, *value;
	} settings[] = {
		{"host", h->name},
		{"version", h->postgresql.version},
		{"cluster", h->postgresql.cluster},
		{"data_dir", h->postgresql.data_dir},
		{"config_dir", h->postgresql.config_dir},
		{"log_file", h->postgresql.log_file},
		{"socket_dir", h->postgresql.socket_dir},
		{"puppet", h->commands.puppet},
		{"service_postgresql", h->commands.service_postgresql},
		{"restart_collectd", h->commands.restart_collectd},
		{"collectd_status", h->commands.collectd_status},
		{"resync_script", h->commands.resync_script},
		{"gpg", h->commands.gpg},
		{"envdir", h->commands.envdir},
		{"env_dir", h->wal_e.env_dir},
		{"wal_e", h->wal_e.command},
		{"gnupg_home", h->wal_e.gnupg_home},
		{"state_dir", h->state_dir},
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (strcmp(settings[i].name, name) == 0)
			return settings[i].value;
	return NULL;
}

const char *values_lookup(void *ctx, const char *name)
{
	struct values *v = ctx;
	const char *value = setting(v->standby, name);

	if (value)
		return value;
	if (strcmp(name, "primary_address") == 0)
		return v->primary->address;
	for (size_t i = 0; i < sizeof(made) / sizeof(*made); i++)
		if (strcmp(made[i].name, name) == 0)
			return made[i].value(v);
	return v->memory ? memory_get(v->memory, name) : NULL;
}

char *values_expand(struct values *v, const char *text, struct error *why)
{
	struct buf out;

	buf_init(&out, SCRIPT_MOST);
	if (!template_expand(&out, text, values_lookup, v, why)) {
		buf_done(&out);
		return NULL;
	}
	return out.bytes;
}
