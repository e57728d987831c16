/*
 * The rows of all commands: each is defined in the cmd_*.c that holds its function.
 */
#ifndef CLI_ROWS_H
#define CLI_ROWS_H

#include "cli/command.h"

extern const struct command command_inventory_import, command_inventory_export, command_inventory_list,
	command_inventory_show, command_inventory_check;
extern const struct command command_hosts_list, command_hosts_trust, command_hosts_distrust;
extern const struct command command_runs, command_runs_list, command_runs_show, command_runs_log;
extern const struct command command_audit, command_audit_export, command_audit_verify;
extern const struct command command_schedule_add, command_schedule_list, command_schedule_show, command_schedule_pause,
	command_schedule_resume, command_schedule_remove;
extern const struct command command_methods, command_methods_show;
extern const struct command command_resync, command_recover;
extern const struct command command_status, command_check, command_rebuild_stale, command_serve;
extern const struct command command_doctor, command_help, command_dump;

#endif
