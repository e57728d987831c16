#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/context.h"
#include "cli/doctor.h"
#include "inventory/held.h"
#include "inventory/inventory.h"

static void look_owed(struct command_context *context, doctor_found_fn *found, void *ctx)
{
	struct held_list held;
	struct error why;

	if (!owed_list(context->store, &held, &why))
		return;
	if (held.count > 0) {
		scoped_mem char *text = mem_printf("%zu change%s on hosts not given back yet (%s: %s)", held.count,
						   held.count == 1 ? "" : "s", held.held[0].host, held.held[0].hold);

		found(ctx, &(struct doctor_finding){DOCTOR_WARNING, "owed", text,
						    "pgresync recover (unless a run is at work)"});
	}
	held_list_done(&held);
}

static void look_inventory(struct command_context *context, doctor_found_fn *found, void *ctx)
{
	struct error why;
	const struct inventory *inventory = context_inventory(context, &why);

	if (inventory == NULL) {
		found(ctx, &(struct doctor_finding){DOCTOR_BAD, "inventory", why.text, NULL});
		return;
	}
	scoped_mem char *text = mem_printf("%zu hosts, %zu pairs", inventory->host_count, inventory->pair_count);

	found(ctx, &(struct doctor_finding){inventory->pair_count > 0 ? DOCTOR_OK : DOCTOR_WARNING, "inventory", text,
					    inventory->pair_count > 0 ? NULL : "pgresync inventory import FILE"});
}

void doctor_look_store(struct command_context *context, doctor_found_fn *found, void *ctx)
{
	struct error why;
	bool writable;

	if (access(context->store_path, F_OK) != 0) {
		found(ctx, &(struct doctor_finding){DOCTOR_BAD, "store", context->store_path,
						    "not made yet: pgresync inventory import FILE"});
		return;
	}
	if (context_store(context, STORE_READ, &why) == NULL) {
		found(ctx, &(struct doctor_finding){DOCTOR_BAD, "store", why.text, NULL});
		return;
	}
	writable = access(context->store_path, W_OK) == 0;
	found(ctx, &(struct doctor_finding){writable ? DOCTOR_OK : DOCTOR_WARNING, "store", context->store_path,
					    writable ? NULL : "it cannot be written by this user"});
	look_inventory(context, found, ctx);
	look_owed(context, found, ctx);
}

static bool refers(const struct inventory *inventory, enum secret_kind kind)
{
	for (size_t i = 0; i < inventory->host_count; i++) {
		const struct host_secrets *s = &inventory->hosts[i].secrets;

		if (s->gpg_passphrase.kind == kind || s->standby_password.kind == kind || s->sudo_password.kind == kind)
			return true;
	}
	return false;
}

static char *pass_store(void)
{
	const char *set = getenv("PASSWORD_STORE_DIR"), *home = getenv("HOME");

	return set != NULL && *set ? mem_strdup(set) : mem_printf("%s/.password-store", home ? home : "");
}

static void look_pass(bool needed, doctor_found_fn *found, void *ctx)
{
	enum doctor_sign lacking = needed ? DOCTOR_BAD : DOCTOR_NOTE;
	scoped_mem char *store = pass_store();
	scoped_mem char *id = mem_printf("%s/.gpg-id", store);

	if (!doctor_has_program("pass"))
		found(ctx,
		      &(struct doctor_finding){lacking, "pass", "not installed",
					       needed ? "apt-get install pass: the inventory's secrets stand in it" :
							"only needed where secrets stand in pass"});
	else if (access(id, R_OK) != 0)
		found(ctx,
		      &(struct doctor_finding){lacking, "pass", id,
					       needed ? "no store there: pass init KEY, or set PASSWORD_STORE_DIR" :
							"no store there, and none is needed"});
	else
		found(ctx, &(struct doctor_finding){DOCTOR_OK, "pass", store, NULL});
}

void doctor_look_secrets(struct command_context *context, doctor_found_fn *found, void *ctx)
{
	const struct inventory *inventory = context->inventory;
	const char *folder = getenv("CREDENTIALS_DIRECTORY");

	look_pass(inventory != NULL && refers(inventory, SECRET_PASS), found, ctx);
	if (inventory != NULL && refers(inventory, SECRET_CREDENTIAL) && folder == NULL)
		found(ctx, &(struct doctor_finding){
				   DOCTOR_WARNING, "credentials",
				   "the inventory names systemd credentials, $CREDENTIALS_DIRECTORY is not set",
				   "they are there only for 'pgresync serve' with LoadCredential="});
}
