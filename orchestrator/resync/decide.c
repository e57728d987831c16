#include "resync/decide.h"

#include <inttypes.h>
#include <string.h>

#include "inventory/inventory.h"
#include "resync/decide_match.h"
#include "resync/look.h"

enum { FRESH_MS = 30 * 1000 };

/* What the proofs below are given; each returns false and the sentence when it fails. */
struct proof {
	const struct look *look;
	const struct look_side *standby, *primary;
	const char *standby_name, *primary_name;
	int64_t now_ms;
	struct error *why;
};

static bool prove_fresh(const struct proof *p)
{
	int64_t age = p->now_ms - p->look->taken_ms;

	if (age >= 0 && age <= FRESH_MS)
		return true;
	return error_set(p->why, ERROR_REFUSED, "what is known of %s and %s is too old to act on (%lld s)",
			 p->standby_name, p->primary_name, (long long)(age / 1000));
}

static bool prove_reached(const struct proof *p)
{
	if (!p->standby->reached)
		return error_set(p->why, ERROR_REFUSED, "cannot prove the roles: %s does not answer: %.200s",
				 p->standby_name, p->standby->unreached.text);
	if (!p->primary->reached)
		return error_set(p->why, ERROR_REFUSED,
				 "cannot prove the roles: the primary %s does not answer: %.200s", p->primary_name,
				 p->primary->unreached.text);
	return true;
}

static bool prove_target(const struct proof *p)
{
	const struct look_side *s = p->standby;

	if (s->up && !s->facts.in_recovery)
		return error_set(p->why, ERROR_REFUSED,
				 "%s is a primary: it is not in recovery. A primary is never touched", p->standby_name);
	if (s->has_control && !control_is_standby(&s->control))
		return error_set(p->why, ERROR_REFUSED,
				 "%s may be a primary: its control file says \"%s\". A primary is never touched",
				 p->standby_name, control_state_name(s->control.state));
	if (!s->up && !s->has_control)
		return error_set(
			p->why, ERROR_REFUSED,
			"%s: PostgreSQL does not answer and there is no control file in %s: nothing proves that it "
			"is a standby",
			p->standby_name, p->look->pair->standby->postgresql.data_dir);
	return true;
}

static bool prove_primary(const struct proof *p)
{
	if (!p->primary->up)
		return error_set(p->why, ERROR_REFUSED, "cannot prove that %s is the primary: %.200s", p->primary_name,
				 p->primary->down.text);
	if (p->primary->facts.in_recovery)
		return error_set(p->why, ERROR_REFUSED,
				 "%s is in recovery: it is not the primary that the inventory says", p->primary_name);
	return true;
}

/* The server and the directory that would be changed must be one on each side, and both sides one system. */
static bool prove_one_side(const struct proof *p, const struct look_side *side, const char *name)
{
	if (!side->up || !side->facts.has_system_identifier || !side->has_control ||
	    side->facts.system_identifier == side->control.system_identifier)
		return true;
	return error_set(p->why, ERROR_REFUSED,
			 "%s: the server that answers is system %" PRIu64
			 ", the data directory of the inventory %" PRIu64,
			 name, side->facts.system_identifier, side->control.system_identifier);
}

static bool prove_one_system(const struct proof *p)
{
	uint64_t a, b;

	if (!prove_one_side(p, p->standby, p->standby_name) || !prove_one_side(p, p->primary, p->primary_name))
		return false;
	if (!decide_system_identifier(p->standby, &a))
		return error_set(p->why, ERROR_REFUSED, "the system identifier of %s is not known", p->standby_name);
	if (!decide_system_identifier(p->primary, &b))
		return error_set(p->why, ERROR_REFUSED, "the system identifier of %s is not known", p->primary_name);
	if (a == b)
		return true;
	return error_set(p->why, ERROR_REFUSED, "%s is no standby of %s: system identifier %" PRIu64 ", not %" PRIu64,
			 p->standby_name, p->primary_name, a, b);
}

static bool prove_two_machines(const struct proof *p)
{
	const struct look_side *s = p->standby, *m = p->primary;

	if (p->look->pair->standby == p->look->pair->primary)
		return error_set(p->why, ERROR_REFUSED, "%s cannot be its own standby", p->standby_name);
	if (s->machine_id[0] && strcmp(s->machine_id, m->machine_id) == 0)
		return error_set(
			p->why, ERROR_REFUSED,
			"%s and %s are one machine: both have the machine-id %.32s. If one was cloned from the "
			"other, give it its own (systemd-machine-id-setup)",
			p->standby_name, p->primary_name, s->machine_id);
	if (s->machine_id[0] && m->machine_id[0])
		return true;
	if (s->boot_id[0] && m->boot_id[0] && strcmp(s->boot_id, m->boot_id) != 0)
		return true;
	return error_set(p->why, ERROR_REFUSED, "nothing proves that %s and %s are two machines: no machine-id",
			 p->standby_name, p->primary_name);
}

static bool prove_conninfo(const struct proof *p)
{
	if (!p->standby->conninfo_host[0])
		return error_set(p->why, ERROR_REFUSED, "%s has no primary_conninfo: nothing says whose standby it is",
				 p->standby_name);
	if (decide_conninfo_fits(p->look))
		return true;
	return error_set(p->why, ERROR_REFUSED, "%s follows %s by its primary_conninfo (%s), not %s", p->standby_name,
			 p->standby->conninfo_host,
			 p->standby->n_conninfo_addresses ? p->standby->conninfo_addresses[0] : "no address known",
			 p->primary_name);
}

/* Timelines are no proof of roles: a standby that was promoted once is ahead of its primary and may be rebuilt by base
 * backup. Which method they allow is decided in decide_method_helps. */
bool decide_role_proof(const struct look *look, int64_t now_ms, struct error *why)
{
	static bool (*const proofs[])(const struct proof *) = {
		prove_fresh,	  prove_reached,      prove_target,   prove_primary,
		prove_one_system, prove_two_machines, prove_conninfo,
	};
	struct proof p = {
		.look = look,
		.standby = &look->standby,
		.primary = &look->primary,
		.standby_name = look->pair->standby->name,
		.primary_name = look->pair->primary->name,
		.now_ms = now_ms,
		.why = why,
	};

	for (size_t i = 0; i < sizeof(proofs) / sizeof(*proofs); i++)
		if (!proofs[i](&p))
			return false;
	return true;
}

static bool wal_e_helps(const struct look *look, struct error *why)
{
	const struct look_side *s = &look->standby;
	const char *standby = look->pair->standby->name, *primary = look->pair->primary->name;
	uint32_t mine, theirs;
	struct judgement j;

	if (!s->data_dir_there || !s->has_control)
		return error_set(why, ERROR_REFUSED,
				 "wal-e needs the old data directory of %s, and there is none: use pg_resync_slave",
				 standby);
	decide_verdict(look, &j);
	if (j.verdict == VERDICT_DIVERGED)
		return error_set(why, ERROR_REFUSED, "wal-e cannot help: %.240s. Use pg_resync_slave", j.reason);
	if (!decide_timeline(s, &mine) || !decide_timeline(&look->primary, &theirs) || mine == theirs)
		return true;
	if (mine < theirs && look->pair->standby->postgresql.version_num >= 1200)
		return true;
	return error_set(why, ERROR_REFUSED,
			 "wal-e cannot help: %s is on timeline %u and %s on %u. Use pg_resync_slave", standby, mine,
			 primary, theirs);
}

static bool script_helps(const struct look *look, struct error *why)
{
	const struct host *h = look->pair->standby;
	const char *script = h->commands.resync_script, *base = strrchr(script, '/');

	if (h->postgresql.version_num < 1200 || strcmp(base ? base + 1 : script, "pg_resync_slave") != 0)
		return true;
	return error_set(
		why, ERROR_REFUSED,
		"pg_resync_slave writes a recovery.conf, which PostgreSQL %s refuses to start with: use wal-e, or "
		"name a script of your own (commands.resync_script)",
		h->postgresql.version);
}

bool decide_method_helps(const struct look *look, const char *method, struct error *why)
{
	return strcmp(method, "wal-e") == 0 ? wal_e_helps(look, why) : script_helps(look, why);
}
