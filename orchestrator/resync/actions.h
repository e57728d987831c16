/*
 * The actions and holds that the method tables are made of. One file per subject defines them.
 */
#ifndef RESYNC_ACTIONS_H
#define RESYNC_ACTIONS_H

#include "resync/method.h"

/* checks.c: nothing is changed; all of the dry run. check_puppet stands in act_puppet.c */
extern const struct action check_role, check_wal_e_helps, check_script_helps, check_puppet, check_tools_wal_e,
	check_tools_script, check_archive, check_leftovers, check_recovery_tmp, check_room, check_senders;

/* act_puppet.c */
extern const struct hold hold_puppet_off;

/* act_key.c */
extern const struct hold hold_key_open;
extern const struct action do_trial_decryption;

/* act_recovery.c */
extern const struct hold hold_restoring;
extern const struct action do_restart, do_await_recovery;

/* act_script.c */
extern const struct hold hold_recovery_tmp;
extern const struct action do_resync_script;

/* act_prove.c */
extern const struct action do_note_goal, do_restart_collectd, do_prove_streaming;

#endif
