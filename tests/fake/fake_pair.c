#include "fake/fake_pair.h"

#include <stdint.h>
#include <stdio.h>

char *fake_text(const char *text)
{
	return (char *)(uintptr_t)text;
}

static void fill_host(struct host *h, const char *name, const char *address)
{
	static const char *const none[] = {NULL};

	*h = (struct host){
		.name = name,
		.address = address,
		.site = "lab",
		.environment = "test",
		.tags = none,
		.state_dir = "/var/lib/pgresync",
		.ssh = {.user = "deploy",
			.jump = "",
			.port = 22,
			.identities = none,
			.known_hosts = none,
			.identity_agent = ""},
		.postgresql = {.version = "10",
			       .version_num = 1000,
			       .port = 5432,
			       .cluster = "main",
			       .data_dir = "/var/lib/postgresql/10/main",
			       .config_dir = "/etc/postgresql/10/main",
			       .log_file = "/var/log/postgresql/postgresql-10-main.log",
			       .socket_dir = "/var/run/postgresql",
			       .bin_dir = ""},
		.commands = {.puppet = "govuk_puppet",
			     .service_postgresql = "/etc/init.d/postgresql",
			     .restart_collectd = "service collectd restart",
			     .collectd_status = "service collectd status",
			     .resync_script = "pg_resync_slave",
			     .gpg = "gpg",
			     .envdir = "envdir"},
		.wal_e = {.env_dir = "/etc/wal-e/env.d",
			  .command = "/usr/local/bin/wal-e",
			  .gnupg_home = "/var/lib/postgresql/.gnupg"},
		.limits = {.base_backups_per_primary = 1,
			   .lag_warning_mb = 256,
			   .lag_critical_mb = 512,
			   .recovery_stall_s = 600,
			   .recovery_total_s = 43200},
		.secrets = {.gpg_passphrase = {.text = ""},
			    .standby_password = {.text = ""},
			    .sudo_password = {.text = ""}},
	};
}

static void fill_side(struct look_side *s, const char *hostname, const char *address, const char *machine_id)
{
	s->reached = s->up = s->has_control = s->data_dir_there = true;
	snprintf(s->machine_id, sizeof(s->machine_id), "%s", machine_id);
	snprintf(s->boot_id, sizeof(s->boot_id), "%s", machine_id);
	snprintf(s->hostname, sizeof(s->hostname), "%s", hostname);
	snprintf(s->addresses[0], sizeof(s->addresses[0]), "%s", address);
	s->n_addresses = 1;
	s->clock_us = 1795400000LL * 1000000;
	s->data_free_bytes = 40LL << 30;
	s->data_used_bytes = 10LL << 30;
	s->control.system_identifier = 7000000000000000001;
	s->control.has_timeline = true;
	s->control.timeline = 1;
	s->facts = (struct facts){
		.server_version = 100023,
		.has_system_identifier = true,
		.system_identifier = 7000000000000000001,
		.has_timeline = true,
		.timeline = 1,
		.replay_age_seconds = -1,
		.max_wal_senders = 3,
		.max_replication_slots = 10,
		.wal_segment_bytes = 16 << 20,
		.wal_keep_bytes = 0,
		.archived_count = -1,
		.failed_count = -1,
		.databases_bytes = -1,
		.up_seconds = 3600,
	};
}

static void fill_standby(struct look_side *s)
{
	fill_side(s, "standby-1.backend.example", "10.2.3.13", "22222222222222222222222222222222");
	s->control.state = CONTROL_IN_ARCHIVE_RECOVERY;
	s->facts.in_recovery = true;
	s->facts.has_receive = s->facts.has_replay = true;
	s->facts.receive = s->facts.replay = 0x30000060;
	s->facts.replay_age_seconds = 12;
	s->facts.has_receiver = true;
	s->facts.receiver_status = fake_text("streaming");
	s->facts.has_receiver_timeline = true;
	s->facts.receiver_timeline = 1;
	s->marker_there = s->recovery_tmp_there = true;
	snprintf(s->conninfo_host, sizeof(s->conninfo_host), "%s", "primary-1.backend");
	snprintf(s->conninfo_addresses[0], sizeof(s->conninfo_addresses[0]), "%s", "10.2.3.12");
	s->n_conninfo_addresses = 1;
	snprintf(s->receiver_process, sizeof(s->receiver_process), "%s",
		 "postgres: wal receiver process   streaming 0/30000060");
}

static void fill_primary(struct look_side *s, struct facts_sender *senders)
{
	fill_side(s, "primary-1.backend.example", "10.2.3.12", "11111111111111111111111111111111");
	s->control.state = CONTROL_IN_PRODUCTION;
	s->facts.has_current = true;
	s->facts.current = 0x30000060;
	s->facts.senders = senders;
	s->facts.n_senders = 2;
	snprintf(s->oldest_segment, sizeof(s->oldest_segment), "%s", "00000001000000000000002C");
	snprintf(s->newest_segment, sizeof(s->newest_segment), "%s", "000000010000000000000033");
	senders[0] = (struct facts_sender){.application_name = fake_text("walreceiver"),
					   .client_addr = fake_text("10.2.11.13"),
					   .state = fake_text("streaming"),
					   .backend_start = fake_text("2026-11-23 01:00:00"),
					   .has_replay = true,
					   .replay = 0x30000060};
	senders[1] = senders[0];
	senders[1].client_addr = fake_text("10.2.3.13");
}

void fake_pair_init(struct fake_pair *p)
{
	*p = (struct fake_pair){0};
	fill_host(&p->standby, "standby-1.backend.example", "10.2.3.13");
	fill_host(&p->primary, "primary-1.backend.example", "10.2.3.12");
	p->pair = (struct pair){"standby-1.backend.example", &p->primary, &p->standby, "live"};
	p->look.pair = &p->pair;
	p->look.taken_ms = 1000000;
	fill_standby(&p->look.standby);
	fill_primary(&p->look.primary, p->senders);
}
