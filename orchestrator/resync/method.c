#include "resync/method.h"

#include <string.h>

#include "resync/actions.h"

enum { HELD_MOST = 16 };

static const struct action *const wal_e_checks[] = {
	&check_role, &check_wal_e_helps, &check_puppet, &check_leftovers, &check_tools_wal_e, &check_archive, NULL};

/* The nine steps of the operators' page, and the proof. */
static const struct row wal_e_rows[] = {
	TAKE(hold_puppet_off),
	DO(do_note_goal),
	TAKE(hold_key_open),
	DO(do_trial_decryption),
	TAKE(hold_restoring),
	DO(do_restart),
	DO(do_await_recovery),
	GIVE(hold_restoring),
	GIVE(hold_key_open),
	DO(do_restart_collectd),
	DO(do_prove_streaming),
	GIVE(hold_puppet_off),
	END,
};

static const struct action *const script_checks[] = {&check_role,      &check_script_helps, &check_puppet,
						     &check_leftovers, &check_tools_script, &check_recovery_tmp,
						     &check_room,      &check_senders,	    NULL};

/* The page's second method; puppet off first, which the page forgets. */
static const struct row script_rows[] = {
	TAKE(hold_puppet_off),	DO(do_note_goal),	 TAKE(hold_recovery_tmp),
	DO(do_resync_script),	GIVE(hold_recovery_tmp), DO(do_restart_collectd),
	DO(do_prove_streaming), GIVE(hold_puppet_off),	 END,
};

static const struct method wal_e = {
	.name = "wal-e",
	.summary = "lets the standby catch up from the WAL archive in S3 (the page's recommended method)",
	.secret = "gpg_passphrase",
	.checks = wal_e_checks,
	.rows = wal_e_rows,
};

static const struct method pg_resync_slave = {
	.name = "pg_resync_slave",
	.summary = "copies the primary anew with the site's own script",
	.secret = "standby_password",
	.base_backup = true,
	.checks = script_checks,
	.rows = script_rows,
};

const struct method *const methods[] = {&wal_e, &pg_resync_slave, NULL};

const struct method *method_find(const char *name)
{
	for (size_t i = 0; methods[i]; i++)
		if (strcmp(methods[i]->name, name) == 0)
			return methods[i];
	return NULL;
}

size_t method_rows(const struct method *m)
{
	size_t n = 0;

	while (m->rows[n].kind != ROW_END)
		n++;
	return n;
}

const char *row_name(const struct row *row)
{
	return row->hold ? row->hold->name : row->action ? row->action->name : "end";
}

const char *row_kind_name(enum row_kind kind)
{
	static const char *const names[] = {
		[ROW_END] = "end", [ROW_TAKE] = "take", [ROW_DO] = "do", [ROW_GIVE] = "give"};

	return names[kind];
}

static bool is_among(const struct hold *const *held, size_t n, const struct hold *hold)
{
	for (size_t i = 0; i < n; i++)
		if (held[i] == hold)
			return true;
	return false;
}

/* Follows the holds over one row; held has room for HELD_MOST. */
static const char *row_fault(const struct row *row, const struct hold **held, size_t *n)
{
	if ((row->kind == ROW_DO) != (row->action != NULL) || (row->kind == ROW_DO) != (row->hold == NULL))
		return "a DO has an action, a TAKE and a GIVE have a hold";
	if (row->kind == ROW_TAKE) {
		if (is_among(held, *n, row->hold))
			return "a hold is taken twice";
		if (*n == HELD_MOST)
			return "too many holds";
		held[(*n)++] = row->hold;
	}
	if (row->kind == ROW_GIVE && (*n == 0 || held[--*n] != row->hold))
		return "holds are given back newest first, each once";
	return NULL;
}

const char *method_fault(const struct row *rows)
{
	const struct hold *held[HELD_MOST];
	const char *fault;
	size_t n = 0;

	for (; rows->kind != ROW_END; rows++) {
		fault = row_fault(rows, held, &n);
		if (fault)
			return fault;
	}
	return n ? "a hold is never given back" : NULL;
}
