#include "inventory/setting.h"

#include <string.h>

#include "base/mem.h"
#include "inventory/validate.h"
#include "inventory/version.h"

static const char *const sudo_choices[] = {"nopasswd", "password", NULL};
static const char *const gpg_mode_choices[] = {"inplace", "overlay", "agent", NULL};

#define AT(field) offsetof(struct host, field)
#define TEXT(name, type, standard, field)                   \
	{                                                   \
		name, type, standard, AT(field), 0, 0, NULL \
	}
#define NUMBER(name, standard, field, least, most)                           \
	{                                                                    \
		name, SETTING_NUMBER, standard, AT(field), least, most, NULL \
	}
#define CHOICE(name, standard, field, choices)                           \
	{                                                                \
		name, SETTING_CHOICE, standard, AT(field), 0, 0, choices \
	}

/* In the order of the file; the standard values are those of the operators' page. */
const struct setting setting_table[] = {
	TEXT("ssh.user", SETTING_USER, "", ssh.user),
	NUMBER("ssh.port", "22", ssh.port, 1, 65535),
	TEXT("ssh.jump", SETTING_NAME, "", ssh.jump),
	TEXT("ssh.config", SETTING_BOOL, "false", ssh.config),
	TEXT("ssh.legacy", SETTING_BOOL, "false", ssh.legacy),
	TEXT("ssh.allow_loopback", SETTING_BOOL, "false", ssh.allow_loopback),
	TEXT("ssh.identities", SETTING_PATHS, "", ssh.identities),
	TEXT("ssh.known_hosts", SETTING_PATHS, "", ssh.known_hosts),
	TEXT("ssh.identity_agent", SETTING_PATH, "", ssh.identity_agent),
	CHOICE("sudo", "nopasswd", sudo, sudo_choices),
	TEXT("postgresql.version", SETTING_VERSION, "9.3", postgresql.version),
	TEXT("postgresql.cluster", SETTING_WORD, "main", postgresql.cluster),
	TEXT("postgresql.data_dir", SETTING_PATH, "/var/lib/postgresql/${version}/${cluster}", postgresql.data_dir),
	TEXT("postgresql.config_dir", SETTING_PATH, "/etc/postgresql/${version}/${cluster}", postgresql.config_dir),
	TEXT("postgresql.log_file", SETTING_PATH, "/var/log/postgresql/postgresql-${version}-${cluster}.log",
	     postgresql.log_file),
	NUMBER("postgresql.port", "5432", postgresql.port, 1, 65535),
	TEXT("postgresql.socket_dir", SETTING_PATH, "/var/run/postgresql", postgresql.socket_dir),
	TEXT("postgresql.bin_dir", SETTING_PATH, "", postgresql.bin_dir),
	TEXT("commands.puppet", SETTING_COMMAND, "govuk_puppet", commands.puppet),
	TEXT("commands.service_postgresql", SETTING_COMMAND, "/etc/init.d/postgresql", commands.service_postgresql),
	TEXT("commands.restart_collectd", SETTING_COMMAND, "service collectd restart", commands.restart_collectd),
	TEXT("commands.collectd_status", SETTING_COMMAND, "service collectd status", commands.collectd_status),
	TEXT("commands.resync_script", SETTING_COMMAND, "pg_resync_slave", commands.resync_script),
	TEXT("commands.gpg", SETTING_COMMAND, "gpg", commands.gpg),
	TEXT("commands.envdir", SETTING_COMMAND, "envdir", commands.envdir),
	TEXT("wal_e.env_dir", SETTING_PATH, "/etc/wal-e/env.d", wal_e.env_dir),
	TEXT("wal_e.command", SETTING_COMMAND, "/usr/local/bin/wal-e", wal_e.command),
	CHOICE("wal_e.gpg_mode", "inplace", wal_e.gpg_mode, gpg_mode_choices),
	TEXT("wal_e.gnupg_home", SETTING_PATH, "/var/lib/postgresql/.gnupg", wal_e.gnupg_home),
	TEXT("state_dir", SETTING_PATH, "/var/lib/pgresync", state_dir),
	NUMBER("limits.base_backups_per_primary", "1", limits.base_backups_per_primary, 1, 64),
	NUMBER("limits.lag_warning_mb", "256", limits.lag_warning_mb, 1, 100000000),
	NUMBER("limits.lag_critical_mb", "512", limits.lag_critical_mb, 1, 100000000),
	NUMBER("limits.recovery_stall_s", "600", limits.recovery_stall_s, 1, 604800),
	NUMBER("limits.recovery_total_s", "43200", limits.recovery_total_s, 1, 2592000),
	TEXT("secrets.gpg_passphrase", SETTING_SECRET, "", secrets.gpg_passphrase),
	TEXT("secrets.standby_password", SETTING_SECRET, "", secrets.standby_password),
	TEXT("secrets.sudo_password", SETTING_SECRET, "", secrets.sudo_password),
};
const size_t setting_count = sizeof(setting_table) / sizeof(setting_table[0]);

const struct setting *setting_find(const char *name)
{
	for (size_t i = 0; i < setting_count; i++)
		if (strcmp(setting_table[i].name, name) == 0)
			return &setting_table[i];
	return NULL;
}

static const char *check_number(const struct setting *s, const char *value)
{
	size_t n = strlen(value);
	long long number;

	if (n == 0 || n > 9 || strspn(value, "0123456789") != n || (value[0] == '0' && n > 1))
		return "a whole number is expected, written in digits only";
	number = strtoll(value, NULL, 10);
	return number < s->least || number > s->most ? "the number is out of range" : NULL;
}

static const char *check_paths(const char *value)
{
	while (*value) {
		size_t n = strcspn(value, "\n");
		scoped_mem char *path = mem_strndup(value, n);
		const char *problem = validate_path(path);

		if (problem)
			return problem;
		value += n + (value[n] == '\n' ? 1 : 0);
	}
	return NULL;
}

static const char *check_choice(const struct setting *s, const char *value)
{
	for (size_t i = 0; s->choices[i]; i++)
		if (strcmp(s->choices[i], value) == 0)
			return NULL;
	return s->choices == sudo_choices ? "must be nopasswd or password" : "must be inplace, overlay or agent";
}

static const char *check_bool(const char *value)
{
	return strcmp(value, "true") == 0 || strcmp(value, "false") == 0 ? NULL : "must be true or false";
}

static const char *problem_of(const struct setting *s, const char *value)
{
	switch (s->type) {
	case SETTING_NAME:
		return strcmp(value, "none") == 0 ? NULL : validate_host_name(value);
	case SETTING_USER:
		return validate_user(value);
	case SETTING_WORD:
		return validate_word(value);
	case SETTING_PATH:
		return validate_path(value);
	case SETTING_PATHS:
		return check_paths(value);
	case SETTING_COMMAND:
		return validate_command(value);
	case SETTING_NUMBER:
		return check_number(s, value);
	case SETTING_BOOL:
		return check_bool(value);
	case SETTING_CHOICE:
		return check_choice(s, value);
	case SETTING_VERSION:
		return version_number(value) ? NULL : "must be one of \"9.3\" to \"9.6\" and \"10\" to \"18\"";
	case SETTING_SECRET:
		return validate_secret_ref(value);
	}
	return "unknown type";
}

bool setting_check(const struct setting *s, const char *value, const char **problem)
{
	*problem = problem_of(s, value);
	return *problem == NULL;
}
