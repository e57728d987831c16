/* inventory list, show, check: what is known of the fleet. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/template.h"
#include "cli/context.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "cli/say.h"
#include "inventory/check.h"
#include "inventory/inventory.h"
#include "inventory/setting.h"
#include "ui/table.h"

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

enum { VALUE_MOST = 65536 };

static void json_host(struct json *j, const struct inventory *inventory, const struct host *h)
{
	json_open_object(j);
	json_put_string(j, "name", h->name);
	json_put_string(j, "address", h->address);
	json_put_number(j, "port", h->ssh.port);
	json_put_string(j, "user", h->ssh.user);
	json_put_string(j, "jump", h->ssh.jump);
	json_put_string(j, "site", h->site);
	json_put_string(j, "environment", h->environment);
	json_put_string(j, "postgresql", h->postgresql.version);
	json_key(j, "tags");
	json_open_array(j);
	for (const char *const *tag = h->tags; *tag != NULL; tag++)
		json_add_string(j, *tag);
	json_close_array(j);
	for (size_t i = 0; i < inventory->pair_count; i++) {
		if (inventory->pairs[i].standby != h)
			continue;
		json_put_string(j, "primary", inventory->pairs[i].primary->name);
		json_put_string(j, "role", inventory->pairs[i].role);
	}
	json_close_object(j);
}

static void json_list(const struct inventory *inventory)
{
	struct output o;

	output_begin(&o);
	json_open_array(&o.json);
	for (size_t i = 0; i < inventory->host_count; i++)
		json_host(&o.json, inventory, &inventory->hosts[i]);
	json_close_array(&o.json);
	output_end(&o);
}

static int inventory_list(struct command_context *context)
{
	static const struct table_column columns[] = {
		{"host", false, 0},	   {"address", false, 2}, {"site", false, 4},
		{"environment", false, 3}, {"version", true, 5},  {"place", false, 1},
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
	const struct host *host;
	struct table *table;
	struct output *output;
};

static const char *value_of_name(void *ctx, const char *name)
{
	const struct host *h = ctx;
	const struct {
		const char *name, *value;
	} names[] = {
		{"version", h->postgresql.version},
		{"cluster", h->postgresql.cluster},
		{"environment", h->environment},
		{"site", h->site},
		{"host", h->name},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(names[i].name, name) == 0)
			return names[i].value;
	return NULL;
}

/* What holds for this host: the value with its names filled in, on one line. */
static char *value_for(const struct host *h, const char *value)
{
	struct host copy = *h;
	struct error why;
	scoped_buf text;

	buf_init(&text, VALUE_MOST);
	if (!template_expand_plain(&text, value, value_of_name, &copy, &why)) {
		buf_clear(&text);
		buf_adds(&text, value);
	}
	for (char *at = text.bytes; (at = strchr(at, '\n')) != NULL;)
		*at = ' ';
	return buf_steal(&text);
}

static void show_setting(void *ctx, const struct setting *s, const char *value, const char *origin)
{
	struct shown *shown = ctx;
	scoped_mem char *text = value_for(shown->host, value);

	if (shown->table != NULL) {
		bool is_standard = strcmp(origin, "built in") == 0;

		table_add_row(shown->table, is_standard ? PAINT_FAINT : PAINT_PLAIN,
			      (const char *const[]){s->name, text, origin});
		return;
	}
	json_key(&shown->output->json, s->name);
	json_open_object(&shown->output->json);
	json_put_string(&shown->output->json, "value", text);
	json_put_string(&shown->output->json, "origin", origin);
	json_close_object(&shown->output->json);
}

static int show_json(struct command_context *context, const struct inventory *inventory, const struct host *h)
{
	struct output o;
	struct shown shown = {h, NULL, &o};
	struct error why;
	bool good;

	output_begin(&o);
	json_open_object(&o.json);
	json_key(&o.json, "host");
	json_host(&o.json, inventory, h);
	json_key(&o.json, "settings");
	json_open_object(&o.json);
	good = setting_show(context->store, h->name, show_setting, &shown, &why);
	json_close_object(&o.json);
	json_close_object(&o.json);
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
	struct shown shown = {h, output_table(context, columns, 3), NULL};
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
	json_open_object(&findings->output->json);
	json_put_string(&findings->output->json, "weight", weights[f->weight]);
	json_put_string(&findings->output->json, "subject", f->subject);
	json_put_string(&findings->output->json, "text", f->text);
	json_close_object(&findings->output->json);
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
		json_open_array(&o.json);
	}
	errors = check_inventory(inventory, put_finding, &findings);
	if (context->json) {
		json_close_array(&o.json);
		output_end(&o);
	}
	context_note(context, "%zu hosts, %zu pairs: %zu finding%s, %zu of them errors", inventory->host_count,
		     inventory->pair_count, findings.count, findings.count == 1 ? "" : "s", errors);
	return errors > 0 ? STATUS_CONFIG : STATUS_GOOD;
}

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
