/* inventory import, inventory export: the fleet as a file. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/printable.h"
#include "cli/context.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "cli/say.h"
#include "inventory/actor.h"
#include "inventory/export.h"
#include "inventory/import.h"

enum { EXPORT_MOST = 64 * 1024 * 1024 };

/* Not redacted: an inventory holds no secrets, and "gpg_passphrase: (not set)" is none. */
static void puts_harmless(const char *text)
{
	scoped_buf line;

	buf_init(&line, EXPORT_MOST);
	printable_add(&line, text, strlen(text), PRINTABLE_LINE);
	buf_addc(&line, '\n');
	say_data(&line);
}

static void json_diff(const struct diff *d, bool dry_run)
{
	struct output o;

	output_begin(&o);
	json_open_object(&o.json);
	json_put_bool(&o.json, "applied", !dry_run && d->count > 0);
	json_put_number(&o.json, "hosts", (int64_t)d->hosts);
	json_put_number(&o.json, "pairs", (int64_t)d->pairs);
	json_key(&o.json, "changes");
	json_open_array(&o.json);
	for (size_t i = 0; i < d->count; i++)
		json_add_string(&o.json, d->lines[i]);
	json_close_array(&o.json);
	json_close_object(&o.json);
	output_end(&o);
}

static void print_diff(const struct command_context *context, const struct diff *d, bool dry_run)
{
	if (context->json) {
		json_diff(d, dry_run);
		return;
	}
	for (size_t i = 0; i < d->count; i++)
		puts_harmless(d->lines[i]);
	if (d->count == 0)
		context_note(context, "nothing to change: %zu hosts and %zu pairs stand as in the file", d->hosts,
			     d->pairs);
	else
		context_note(context, "%zu change%s%s; the file has %zu hosts and %zu pairs", d->count,
			     d->count == 1 ? "" : "s", dry_run ? ", not applied (--dry-run)" : " applied", d->hosts,
			     d->pairs);
}

/* A dry run against a store that is not made yet: compared with an empty one that goes away again. */
static bool import_into_nothing(const char *path, const struct actor *by, struct diff *diff, struct error *why)
{
	char folder[] = "/tmp/pgresync-import-XXXXXX";
	struct store *store;
	bool good;

	if (mkdtemp(folder) == NULL)
		return error_set(why, ERROR_FAILED, "/tmp: %s", strerror(errno));
	scoped_mem char *file = mem_printf("%s/empty.db", folder);

	store = store_open(file, STORE_CREATE, why);
	good = store != NULL && import_file(store, path, true, by, diff, why);
	if (store != NULL)
		store_close(store);
	unlink(file);
	rmdir(folder);
	return good;
}

static bool import(struct command_context *context, bool dry_run, struct diff *diff, struct error *why)
{
	const char *path = context->arguments[0];
	struct actor by;

	audit_actor_here(&by);
	if (access(path, R_OK) != 0)
		return error_set(why, errno == EACCES ? ERROR_PERMISSION : ERROR_USAGE, "%s: %s", path,
				 strerror(errno));
	if (dry_run && access(context->store_path, F_OK) != 0 && errno == ENOENT)
		return import_into_nothing(path, &by, diff, why);
	return context_store(context, dry_run ? STORE_WRITE : STORE_CREATE, why) != NULL &&
	       import_file(context->store, path, dry_run, &by, diff, why);
}

static int inventory_import(struct command_context *context)
{
	bool dry_run = context_flag(context, "dry-run");
	struct diff diff = {0};
	struct error why;

	if (!import(context, dry_run, &diff, &why))
		return context_fail(context, &why);
	print_diff(context, &diff, dry_run);
	diff_done(&diff);
	return STATUS_GOOD;
}

static int inventory_export(struct command_context *context)
{
	struct error why;
	scoped_buf text;

	buf_init(&text, EXPORT_MOST);
	if (context_store(context, STORE_READ, &why) == NULL || !export_yaml(context->store, &text, &why))
		return context_fail(context, &why);
	if (!output_to_file(context_value(context, "output"), &text, &why))
		return context_fail(context, &why);
	return STATUS_GOOD;
}

static const struct command_option import_options[] = {{"dry-run", 'n', NULL, "show the difference, change nothing"},
						       {0}};
static const struct command_option output_options[] = {{"output", 'o', "FILE", "write there instead (a new file)"},
						       {0}};

const struct command command_inventory_import = {
	"inventory import",
	"FILE",
	"read hosts, sites and pairs from a YAML file",
	"The file is the whole truth: what is missing in it is removed. The difference is shown\n"
	"and applied in one transaction, or not at all. Errors name file:line:column.",
	import_options,
	(const char *const[]){"pgresync inventory import fleet.yml --dry-run", "what would change",
			      "pgresync inventory import fleet.yml", "change it", NULL},
	1,
	1,
	inventory_import,
};

const struct command command_inventory_export = {
	"inventory export",
	"",
	"write the inventory as YAML that imports to the same",
	NULL,
	output_options,
	(const char *const[]){"pgresync inventory export -o fleet.yml", "into a file that does not exist yet", NULL},
	0,
	0,
	inventory_export,
};
