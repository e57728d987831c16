#include "cli/context.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cli/say.h"
#include "inventory/inventory.h"
#include "inventory/run.h"

static const char *from_environment(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

static bool read_color(struct command_context *context, struct error *why)
{
	const char *word = context_value(context, "color");

	if (word == NULL)
		word = context->settings.color;
	if (word == NULL || tty_color_parse(word, &context->color))
		return true;
	return error_set(why, ERROR_USAGE, "--color is auto, always or never, not '%s'", word);
}

bool context_init(struct command_context *context, const struct options *options, struct error *why)
{
	const char *config, *db;

	*context = (struct command_context){
		.command = options->command,
		.options = options,
		.arguments = options->words + options->n_name,
		.n_arguments = options->n_words - options->n_name,
		.json = options_has(options, "json"),
		.quiet = options_has(options, "quiet"),
		.no_input = options_has(options, "no-input"),
		.verbose = (int)options_count(options, "verbose"),
	};
	config = context_value(context, "config");
	if (config == NULL)
		config = from_environment("PGRESYNC_CONFIG");
	if (config != NULL ? !settings_read(&context->settings, config, true, why) :
			     !settings_read_usual(&context->settings, why))
		return false;
	db = context_value(context, "db");
	if (db == NULL)
		db = from_environment("PGRESYNC_DB");
	if (db == NULL)
		db = context->settings.db;
	context->store_path = db != NULL ? mem_strdup(db) : settings_default_store();
	return read_color(context, why);
}

void context_done(struct command_context *context)
{
	if (context->inventory != NULL)
		inventory_free(context->inventory);
	if (context->store != NULL)
		store_close(context->store);
	free(context->store_path);
	settings_done(&context->settings);
	*context = (struct command_context){0};
}

bool context_flag(const struct command_context *context, const char *name)
{
	return options_has(context->options, name);
}

const char *context_value(const struct command_context *context, const char *name)
{
	return options_value(context->options, name);
}

bool context_number(const struct command_context *context, const char *name, int64_t least, int64_t most,
		    int64_t *value, struct error *why)
{
	const char *text = context_value(context, name);
	char *end;
	long long n;

	if (text == NULL)
		return true;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (*text == '\0' || *end != '\0' || errno != 0 || n < least || n > most)
		return error_set(why, ERROR_USAGE, "--%s is a number from %lld to %lld, not '%s'", name,
				 (long long)least, (long long)most, text);
	*value = n;
	return true;
}

bool context_time(const struct command_context *context, const char *name, int64_t *wall_us, struct error *why)
{
	const char *text = context_value(context, name);

	if (text == NULL || clock_parse(text, wall_us))
		return true;
	return error_set(why, ERROR_USAGE,
			 "--%s: '%s' is no time; give 2026-11-23, '2026-11-23 02:10', today, or 7d, 2h, 30m (ago)",
			 name, text);
}

bool context_color(const struct command_context *context, int fd)
{
	return tty_has_color(context->color, fd);
}

struct store *context_store(struct command_context *context, enum store_mode mode, struct error *why)
{
	if (context->store == NULL)
		context->store = store_open(context->store_path, mode, why);
	return context->store;
}

struct inventory *context_inventory(struct command_context *context, struct error *why)
{
	if (context->inventory != NULL)
		return context->inventory;
	if (context_store(context, STORE_READ, why) == NULL)
		return NULL;
	context->inventory = inventory_load(context->store, why);
	return context->inventory;
}

const struct host *context_host(struct command_context *context, const char *name, struct error *why)
{
	const struct inventory *inventory = context_inventory(context, why);
	const struct host *h = inventory ? inventory_find_host(inventory, name) : NULL;
	const char *near[INVENTORY_SUGGESTIONS];
	scoped_buf text;
	size_t n;

	buf_init(&text, 400);
	if (inventory == NULL || h != NULL)
		return h;
	n = inventory_suggest(inventory, name, near);
	for (size_t i = 0; i < n; i++)
		buf_addf(&text, "%s%s", i == 0 ? "; did you mean " : i + 1 < n ? ", " : " or ", near[i]);
	error_set(why, ERROR_USAGE, "unknown host '%s'%s%s", name, text.bytes,
		  n > 0 ? "?" : "; 'pgresync inventory list' shows all");
	return NULL;
}

const struct pair *context_pair(struct command_context *context, const char *name, struct error *why)
{
	const struct host *h = context_host(context, name, why);
	const struct pair *pair = h ? inventory_find_pair(context->inventory, h->name) : NULL;

	if (h == NULL || pair != NULL)
		return pair;
	if (inventory_find_pair_of(context->inventory, h, 0) != NULL)
		error_set(why, ERROR_REFUSED, "%s is a primary: only its standbys can be resynced", h->name);
	else
		error_set(why, ERROR_REFUSED, "%s is no standby: it stands in no pair", h->name);
	return NULL;
}

bool context_run_number(const char *text, int64_t *ret_run, struct error *why)
{
	char *end;

	errno = 0;
	*ret_run = strtoll(text, &end, 10);
	if (*end == '\0' && errno == 0 && *ret_run > 0)
		return true;
	return error_set(why, ERROR_USAGE, "'%s' is no run's number; 'pgresync runs' lists them", text);
}

static bool ignore_run(void *ctx, const struct run *r)
{
	(void)ctx;
	(void)r;
	return true;
}

bool context_has_run(struct command_context *context, int64_t run, struct error *why)
{
	return context_store(context, STORE_READ, why) != NULL && run_load(context->store, run, ignore_run, NULL, why);
}

int context_fail(const struct command_context *context, const struct error *why)
{
	(void)context;
	say_refusal(why->text);
	return error_exit_status(why->code);
}

int context_refuse(const struct command_context *context, enum error_code code, const char *format, ...)
{
	char text[1024];
	va_list ap;

	(void)context;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	say_refusal(text);
	return error_exit_status(code);
}

void context_note(const struct command_context *context, const char *format, ...)
{
	char text[2048];
	va_list ap;

	if (context->quiet)
		return;
	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	say_line(stderr, text);
}
