/* methods, methods show: the tables that a resync walks, as they stand. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/template.h"
#include "cli/context.h"
#include "cli/output.h"
#include "cli/rows.h"
#include "cli/say.h"
#include "inventory/inventory.h"
#include "resync/method.h"
#include "resync/values.h"
#include "ui/table.h"

enum { SCRIPT_MOST = 256 * 1024 };

struct shown {
	struct json *json;	 /* NULL: text */
	const struct pair *pair; /* NULL: templates as they are written */
	int row;
};

static int list_json(void)
{
	struct output o;

	output_begin(&o);
	json_open_array(&o.json);
	for (size_t i = 0; methods[i] != NULL; i++) {
		json_open_object(&o.json);
		json_put_string(&o.json, "method", methods[i]->name);
		json_put_string(&o.json, "summary", methods[i]->summary);
		json_put_number(&o.json, "rows", (int64_t)method_rows(methods[i]));
		json_close_object(&o.json);
	}
	json_close_array(&o.json);
	output_end(&o);
	return STATUS_GOOD;
}

static int methods_list(struct command_context *context)
{
	static const struct table_column columns[] = {
		{"method", false, false}, {"rows", true, false}, {"what it does", false, true}};
	struct table *table;

	if (context->json)
		return list_json();
	table = output_table(context, columns, 3);

	for (size_t i = 0; methods[i] != NULL; i++) {
		char rows[32];

		snprintf(rows, sizeof(rows), "%zu", method_rows(methods[i]));
		table_add_row(table, PAINT_PLAIN, (const char *const[]){methods[i]->name, rows, methods[i]->summary});
	}
	output_table_end(table);
	return STATUS_GOOD;
}

struct lookup {
	struct values values;
	char unknown[80];
};

/* Names that only a run knows stay as they are written. */
static const char *value_or_name(void *ctx, const char *name)
{
	struct lookup *l = ctx;
	const char *value = values_lookup(&l->values, name);

	if (value != NULL)
		return value;
	snprintf(l->unknown, sizeof(l->unknown), "${%s}", name);
	return l->unknown;
}

/* The script with this pair's values. */
static char *script_of(const struct shown *s, const struct action *a)
{
	struct lookup l = {.values = {.tag = "RUN", .reason = "REASON"}};
	const char *script = s->pair != NULL ? action_script(a, s->pair->standby) : a->script;
	struct error why;
	scoped_buf text;

	buf_init(&text, SCRIPT_MOST);
	if (s->pair == NULL || script == NULL)
		return mem_strdup(script);
	l.values.standby = s->pair->standby;
	l.values.primary = s->pair->primary;
	if (!template_expand(&text, script, value_or_name, &l, &why))
		return mem_strdup(script);
	return buf_steal(&text);
}

static void describe_action(const struct action *a, char *text, size_t size)
{
	static const char *const users[] = {
		[REMOTE_LOGIN] = "as login user", [REMOTE_ROOT] = "as root", [REMOTE_POSTGRES] = "as postgres"};
	bool has_script = a->script != NULL || a->script_for != NULL;

	snprintf(text, size, "%s%s%s%s%s", has_script ? users[a->user] : "looks at both servers",
		 a->flags & ACTION_DETACHED ? ", detached" : "",
		 a->flags & ACTION_DESTRUCTIVE ? ", role proof right before" : "", a->feeds ? ", fed with " : "",
		 a->feeds ? a->feeds : "");
}

/* verb: "take", "give", or "" for what needs no word. */
static void show_action(const struct shown *s, const struct action *a, const char *verb)
{
	scoped_mem char *script = script_of(s, a);
	char how[160];

	describe_action(a, how, sizeof(how));
	if (s->json != NULL) {
		json_open_object(s->json);
		json_put_string(s->json, "what", *verb ? verb : "do");
		json_put_string(s->json, "action", a->name);
		json_put_string(s->json, "how", how);
		json_put_number(s->json, "within_ms", a->within_ms);
		json_put_string(s->json, "script", script);
		json_close_object(s->json);
		return;
	}
	printf("      %s%s%s (%s)\n", verb, *verb ? ": " : "", a->name, how);
	if (script != NULL)
		say_output(stdout, "        | ", script, strlen(script));
}

static void show_row_actions(const struct shown *s, const struct row *row)
{
	switch (row->kind) {
	case ROW_TAKE:
		show_action(s, row->hold->take, "take");
		break;
	case ROW_GIVE:
		for (size_t i = 0; i < HOLD_GIVES && row->hold->give[i] != NULL; i++)
			show_action(s, row->hold->give[i], "give");
		break;
	case ROW_DO:
		show_action(s, row->action, "");
		break;
	case ROW_END:
		break;
	}
}

static void show_rows(struct shown *s, const struct method *m)
{
	for (const struct row *row = m->rows; row->kind != ROW_END; row++) {
		s->row++;
		if (s->json == NULL) {
			printf("  %2d  %s%s%s\n", s->row, row_kind_name(row->kind), row->kind == ROW_DO ? "" : " ",
			       row->kind == ROW_DO ? "" : row_name(row));
			show_row_actions(s, row);
			continue;
		}
		json_open_object(s->json);
		json_put_number(s->json, "row", s->row);
		json_put_string(s->json, "kind", row_kind_name(row->kind));
		json_put_string(s->json, "name", row_name(row));
		json_key(s->json, "actions");
		json_open_array(s->json);
		show_row_actions(s, row);
		json_close_array(s->json);
		json_close_object(s->json);
	}
}

static void show_text(struct shown *s, const struct method *m)
{
	printf("%s: %s\n", m->name, m->summary);
	if (m->secret != NULL)
		printf("needs the secret %s\n", m->secret);
	printf("\nchecks, which are all of a dry run:\n");
	for (size_t i = 0; m->checks[i] != NULL; i++)
		show_action(s, m->checks[i], "");
	printf("\nrows:\n");
	show_rows(s, m);
}

static void show_json(struct shown *s, const struct method *m)
{
	struct output o;

	output_begin(&o);
	s->json = &o.json;
	json_open_object(&o.json);
	json_put_string(&o.json, "method", m->name);
	json_put_string(&o.json, "summary", m->summary);
	json_put_string(&o.json, "secret", m->secret);
	json_key(&o.json, "checks");
	json_open_array(&o.json);
	for (size_t i = 0; m->checks[i] != NULL; i++)
		show_action(s, m->checks[i], "check");
	json_close_array(&o.json);
	json_key(&o.json, "rows");
	json_open_array(&o.json);
	show_rows(s, m);
	json_close_array(&o.json);
	json_close_object(&o.json);
	output_end(&o);
	s->json = NULL;
}

static int methods_show(struct command_context *context)
{
	const struct method *m = method_find(context->arguments[0]);
	struct shown shown = {0};
	struct error why;

	if (m == NULL)
		return context_refuse(context, ERROR_USAGE, "unknown method '%s'; 'pgresync methods' lists them",
				      context->arguments[0]);
	if (context->n_arguments == 2) {
		shown.pair = context_pair(context, context->arguments[1], &why);
		if (shown.pair == NULL)
			return context_fail(context, &why);
	}
	if (context->json)
		show_json(&shown, m);
	else
		show_text(&shown, m);
	return STATUS_GOOD;
}

const struct command command_methods = {
	"methods", "",	 "list the methods of resyncing",
	NULL,	   NULL, (const char *const[]){"pgresync methods", "their names and what they do", NULL},
	0,	   0,	 methods_list,
};

const struct command command_methods_show = {
	"methods show",
	"METHOD [STANDBY]",
	"show a method's checks and rows with their commands",
	"With a standby the commands are those that would run on it; what only a run knows stays\n"
	"written as ${name}.",
	NULL,
	(const char *const[]){"pgresync methods show wal-e pg-standby-1", "what would run on that standby", NULL},
	1,
	2,
	methods_show,
};
