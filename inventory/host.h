/*
 * One host with everything resolved: program's defaults < file's defaults < site < environment < host.
 *
 * All texts are owned by the inventory that the host stands in, never NULL, "" when not set. Lists end with NULL.
 * A command is words separated by single spaces, each of them harmless to sh: it may stand in a command line as it is.
 */
#ifndef INVENTORY_HOST_H
#define INVENTORY_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "inventory/secret_ref.h"

enum host_sudo { HOST_SUDO_NOPASSWD, HOST_SUDO_PASSWORD };
enum host_gpg_mode { HOST_GPG_INPLACE, HOST_GPG_OVERLAY, HOST_GPG_AGENT };

struct host_ssh {
	const char *user; /* "": as the ssh_config of the user says */
	const char *jump; /* a host of this inventory, "": reached directly */
	int64_t port;	  /* 22 unless said */
	bool legacy, allow_loopback;
	bool config; /* what the inventory leaves open is as the operator's own ssh_config says */
	const char *const *identities, *const *known_hosts;
	const char *identity_agent;
};

struct host_postgresql {
	const char *version; /* "9.3" … "9.6", "10" … "18" */
	int version_num;     /* 903 … 906, 1000 … 1800 */
	int64_t port;
	const char *cluster, *data_dir, *config_dir, *log_file, *socket_dir;
	const char *bin_dir; /* "": found on the host */
};

struct host_commands {
	const char *puppet, *service_postgresql, *restart_collectd, *collectd_status, *resync_script, *gpg, *envdir;
};

struct host_wal_e {
	const char *env_dir, *command, *gnupg_home;
	enum host_gpg_mode gpg_mode;
};

struct host_limits {
	int64_t base_backups_per_primary;
	int64_t lag_warning_mb, lag_critical_mb;
	int64_t recovery_stall_s, recovery_total_s;
};

struct host_secrets {
	struct secret_ref gpg_passphrase, standby_password, sudo_password;
};

struct host {
	const char *name, *address, *site, *environment;
	const char *const *tags;
	struct host_ssh ssh;
	enum host_sudo sudo;
	struct host_postgresql postgresql;
	struct host_commands commands;
	struct host_wal_e wal_e;
	const char *state_dir; /* remote directory of the detached supervisor */
	struct host_limits limits;
	struct host_secrets secrets;
};

bool host_has_tag(const struct host *h, const char *tag);

#endif
