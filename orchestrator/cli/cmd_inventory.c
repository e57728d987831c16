/* inventory import, export, list, show, check: what is known of the fleet. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "cli/context.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "cli/say.h"
#include "inventory/actor.h"
#include "inventory/check.h"
#include "inventory/export.h"
#include "inventory/import.h"
#include "inventory/inventory.h"
#include "inventory/setting.h"
#include "ui/table.h"

enum { EXPORT_MOST = 64 * 1024 * 1024 };

static void json_diff(const struct diff *d, bool dry_run)
{
	struct output o;

	output_begin(&o);
	json_object(&o.json);
	json_put_bool(&o.json, "applied", !dry_run && d->count > 0);
	json_put_number(&o.json, "hosts", (int64_t)d->hosts);
	json_put_number(&o.json, "pairs", (int64_t)d->pairs);
	json_key(&o.json, "changes");
	json_array(&o.json);
	for (size_t i = 0; i < d->count; i++)
		json_string(&o.json, d->lines[i]);
	json_array_end(&o.json);
	json_object_end(&o.json);
	output_end(&o);
}

static void print_diff(const struct command_context *context, const struct diff *d, bool dry_run)
{
	if (context->json) {
		json_diff(d, dry_run);
		return;
	}
	for (size_t i = 0; i < d->count; i++)
		say_line(stdout, d->lines[i]);
	if (d->count == 0)
		context_note(context, "nothing to change: %zu hosts and %zu pairs stand as in the file", d->hosts,
			     d->pairs);
	else
		context_note(context, "%zu change%s%s; the file has %zu hosts and %zu pairs", d->count,
			     d->count == 1 ? "" : "s", dry_run ? ", not applied (--dry-run)" : " applied", d->hosts,
			     d->pairs);
}

static int inventory_import(struct command_context *context)
{
	bool dry_run = context_flag(context, "dry-run");
	struct diff diff = {0};
	struct actor by;
	struct error why;

	if (context_store(context, STORE_CREATE, &why) == NULL)
		return context_fail(context, &why);
	audit_actor_here(&by);
	if (!import_file(context->store, context->arguments[0], dry_run, &by, &diff, &why))
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

/* "primary of 2", "standby of pg-primary-1", "" for a host in no pair. */
static void describe_place(const struct inventory *inventory, const struct host *h, char *text, size_t size)
{
	size_t standbys = 0;

	text[0] = '\0';
	while (inventory_find_pair_of(inventory, h, standbys) != NULL)
		standbys++;
	if (standbys > 0)
		snprintf(text, size, "primary of %zu", standbys);
	for (size_t i = 0; i < inventory->pair_count; i++)
		if (inventory->pairs[i].standby == h)
			snprintf(text, size, "standby of %s", inventory->pairs[i].primary->name);
}

static void json_host(struct json *j, const struct inventory *inventory, const struct host *h)
{
	json_object(j);
	json_put_string(j, "name", h->name);
	json_put_string(j, "address", h->address);
	json_put_number(j, "port", h->ssh.port);
	json_put_string(j, "user", h->ssh.user);
	json_put_string(j, "jump", h->ssh.jump);
	json_put_string(j, "site", h->site);
	json_put_string(j, "environment", h->environment);
	json_put_string(j, "postgresql", h->postgresql.version);
	json_key(j, "tags");
	json_array(j);
	for (const char *const *tag = h->tags; *tag != NULL; tag++)
		json_string(j, *tag);
	json_array_end(j);
	for (size_t i = 0; i < inventory->pair_count; i++) {
		if (inventory->pairs[i].standby != h)
			continue;
		json_put_string(j, "primary", inventory->pairs[i].primary->name);
		json_put_string(j, "role", inventory->pairs[i].role);
	}
	json_object_end(j);
}

static void json_list(const struct inventory *inventory)
{
	struct output o;

	output_begin(&o);
	json_array(&o.json);
	for (size_t i = 0; i < inventory->host_count; i++)
		json_host(&o.json, inventory, &inventory->hosts[i]);
	json_array_end(&o.json);
	output_end(&o);
}

static int inventory_list(struct command_context *context)
{
	static const struct table_column columns[] = {
		{"host", false, false},	       {"address", false, false}, {"site", false, false},
		{"environment", false, false}, {"version", true, false},  {"place", false, true},
	};
	struct error why;
	const struct inventory *inventory = context_inventory(context, &why);
	struct table *table;

	if (inventory == NULL)
		return context_fail(context, &why);
	if (context->json) {
		json_list(inventory);
		return STATUS_GOOD;
	}
	if (inventory->host_count == 0)
		context_note(context, "no host is known yet: pgresync inventory import FILE");
	table = output_table(context, columns, sizeof(columns) / sizeof(*columns));
	for (size_t i = 0; i < inventory->host_count; i++) {
		const struct host *h = &inventory->hosts[i];
		char place[300];

		describe_place(inventory, h, place, sizeof(place));
		table_add_row(table, PAINT_PLAIN,
			      (const char *const[]){h->name, h->address, h->site, h->environment, h->postgresql.version,
						    place});
	}
	output_table_end(table);
	return STATUS_GOOD;
}

struct shown {
	struct table *table;
	struct output *output;
};

static void show_setting(void *ctx, const struct setting *s, const char *value, const char *origin)
{
	struct shown *shown = ctx;

	if (shown->table != NULL) {
		bool is_standard = strcmp(origin, "built in") == 0;
		scoped_mem char *text = mem_strdup(value);

		for (char *at = text; (at = strchr(at, '\n')) != NULL;)
			*at = ' ';
		table_add_row(shown->table, is_standard ? PAINT_FAINT : PAINT_PLAIN,
			      (const char *const[]){s->name, text, origin});
		return;
	}
	json_key(&shown->output->json, s->name);
	json_object(&shown->output->json);
	json_put_string(&shown->output->json, "value", value);
	json_put_string(&shown->output->json, "origin", origin);
	json_object_end(&shown->output->json);
}

static int show_json(struct command_context *context, const struct inventory *inventory, const struct host *h)
{
	struct output o;
	struct shown shown = {NULL, &o};
	struct error why;
	bool good;

	output_begin(&o);
	json_object(&o.json);
	json_key(&o.json, "host");
	json_host(&o.json, inventory, h);
	json_key(&o.json, "settings");
	json_object(&o.json);
	good = setting_show(context->store, h->name, show_setting, &shown, &why);
	json_object_end(&o.json);
	json_object_end(&o.json);
	if (!good) {
		output_drop(&o);
		return context_fail(context, &why);
	}
	output_end(&o);
	return STATUS_GOOD;
}

static int show_text(struct command_context *context, const struct inventory *inventory, const struct host *h)
{
	static const struct table_column columns[] = {
		{"setting", false, false}, {"value", false, true}, {"from", false, false}};
	struct shown shown = {output_table(context, columns, 3), NULL};
	struct error why;
	char place[300];
	bool good;

	describe_place(inventory, h, place, sizeof(place));
	printf("%s  %s  %s %s%s%s\n", h->name, h->address, h->site, h->environment, *place ? "  " : "", place);
	for (size_t i = 0; i < inventory->pair_count; i++)
		if (inventory->pairs[i].primary == h)
			printf("  standby %s (%s)\n", inventory->pairs[i].standby->name, inventory->pairs[i].role);
	putchar('\n');
	good = setting_show(context->store, h->name, show_setting, &shown, &why);
	output_table_end(shown.table);
	return good ? STATUS_GOOD : context_fail(context, &why);
}

static int inventory_show(struct command_context *context)
{
	struct error why;
	const struct inventory *inventory = context_inventory(context, &why);
	const struct host *h = inventory ? context_host(context, context->arguments[0], &why) : NULL;

	if (h == NULL)
		return context_fail(context, &why);
	return context->json ? show_json(context, inventory, h) : show_text(context, inventory, h);
}

struct findings {
	struct output *output; /* NULL: as lines */
	size_t count;
};

static void put_finding(void *ctx, const struct check_finding *f)
{
	static const char *const weights[] = {"note", "warning", "error"};
	struct findings *findings = ctx;

	findings->count++;
	if (findings->output == NULL) {
		scoped_mem char *line =
			mem_printf("%s: %s%s%s", weights[f->weight], f->subject, *f->subject ? ": " : "", f->text);

		say_line(stdout, line);
		return;
	}
	json_object(&findings->output->json);
	json_put_string(&findings->output->json, "weight", weights[f->weight]);
	json_put_string(&findings->output->json, "subject", f->subject);
	json_put_string(&findings->output->json, "text", f->text);
	json_object_end(&findings->output->json);
}

static int inventory_check(struct command_context *context)
{
	struct error why;
	const struct inventory *inventory = context_inventory(context, &why);
	struct output o;
	struct findings findings = {context->json ? &o : NULL, 0};
	size_t errors;

	if (inventory == NULL)
		return context_fail(context, &why);
	if (context->json) {
		output_begin(&o);
		json_array(&o.json);
	}
	errors = check_inventory(inventory, put_finding, &findings);
	if (context->json) {
		json_array_end(&o.json);
		output_end(&o);
	}
	context_note(context, "%zu hosts, %zu pairs: %zu finding%s, %zu of them errors", inventory->host_count,
		     inventory->pair_count, findings.count, findings.count == 1 ? "" : "s", errors);
	return errors > 0 ? STATUS_CONFIG : STATUS_GOOD;
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

const struct command command_inventory_list = {
	"inventory list",
	"",
	"list the hosts",
	NULL,
	NULL,
	(const char *const[]){"pgresync inventory list --json", "for a program", NULL},
	0,
	0,
	inventory_list,
};

const struct command command_inventory_show = {
	"inventory show",
	"HOST",
	"show one host: every setting that holds for it, and who says so",
	NULL,
	NULL,
	(const char *const[]){"pgresync inventory show postgresql-standby-1", "short names will do when they are clear",
			      NULL},
	1,
	1,
	inventory_show,
};

const struct command command_inventory_check = {
	"inventory check",
	"",
	"look for keys, secrets and hosts that the inventory names and that are not there",
	"Looks at this machine only; no host is asked. Ends with 78 when something is an error.",
	NULL,
	(const char *const[]){"pgresync inventory check", "after an import", NULL},
	0,
	0,
	inventory_check,
};
