#include "fleet/run_part.h"

#include <string.h>

#include "inventory/held.h"
#include "inventory/inventory.h"
#include "inventory/run.h"

bool run_part_nothing_owed(const struct fleet_run *r, const char *host, struct error *why)
{
	struct held_list owed;
	bool ok = true;

	if (!owed_list(r->spec.store, &owed, why))
		return false;
	for (size_t i = 0; ok && i < owed.count; i++)
		if (strcmp(owed.held[i].host, host) == 0)
			ok = error_set(
				why, ERROR_BUSY,
				"%s: run %lld has not given back \"%s\" yet: wait for it, or run `pgresync recover`",
				host, (long long)owed.held[i].run, owed.held[i].hold);
	held_list_done(&owed);
	return ok;
}

static bool target_acceptable(struct fleet_run *r, const struct run_part *p, struct error *why)
{
	const struct secret_ref *ref = run_part_secret(p);

	for (const struct run_part *q = r->parts; q < p; q++) {
		if (q->pair == p->pair)
			return error_set(why, ERROR_USAGE, "%s is named twice", p->pair->name);
	}
	if (p->method->secret && ref->kind == SECRET_NOT_SET)
		return error_set(why, ERROR_CONFIG,
				 "%s: method %s needs secrets.%s, and the inventory does not say where it is",
				 p->pair->name, p->method->name, p->method->secret);
	return r->spec.dry_run || run_part_nothing_owed(r, p->pair->standby->name, why);
}

bool run_part_acceptable(struct fleet_run *r, struct error *why)
{
	if (r->n_parts == 0)
		return error_set(why, ERROR_USAGE, "no standby is selected");
	if (!r->reason || !r->reason[0])
		return error_set(why, ERROR_USAGE, "a reason is required: --reason TEXT");
	for (size_t i = 0; i < r->n_parts; i++)
		if (!target_acceptable(r, &r->parts[i], why))
			return false;
	return true;
}

const struct secret_ref *run_part_secret(const struct run_part *p)
{
	const struct host_secrets *s = &p->pair->standby->secrets;

	return p->method->secret && strcmp(p->method->secret, "standby_password") == 0 ? &s->standby_password :
											 &s->gpg_passphrase;
}

static bool tag_of(void *ctx, const struct run *run)
{
	struct fleet_run *r = ctx;

	fleet_run_tag(r->tag, run->id, run->begun_us);
	r->host_run = fleet_run_number(run->id, run->begun_us);
	return false;
}

bool run_part_tag(struct fleet_run *r, struct error *why)
{
	return run_load(r->spec.store, r->run, tag_of, r, why);
}

enum run_state run_part_whole_state(const struct fleet_run *r)
{
	enum run_state state = RUN_DONE;

	for (size_t i = 0; i < r->n_parts; i++) {
		if (r->parts[i].state == RUN_HOST_CANCELLED && state == RUN_DONE)
			state = RUN_CANCELLED;
		if (r->parts[i].state != RUN_HOST_CANCELLED && r->parts[i].state != RUN_HOST_GOOD)
			state = RUN_FAILED;
	}
	return state;
}
