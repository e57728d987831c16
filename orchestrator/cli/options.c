#include "cli/options.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/commands.h"

/* A walk over argv. In the first walk the command is not yet known, and options are looked up in all commands only
 * to learn whether the next word is a value. */
struct walk {
	struct options *o;
	const struct command *command;
	bool final;
	int argc, at;
	char **argv;
};

static bool unknown_option(const struct walk *w, const char *text, const char *name, struct error *why)
{
	scoped_buf near;

	buf_init(&near, 200);
	if (*name != '\0')
		commands_suggest_option(&near, w->command, name);
	return error_set(why, ERROR_USAGE, "%s%sunknown option '%s'%s", w->command ? w->command->name : "",
			 w->command ? ": " : "", text, near.bytes);
}

static void give(struct walk *w, const struct command_option *option, const char *value)
{
	struct options *o = w->o;

	if (!w->final)
		return;
	o->given = mem_grow(o->given, o->n_given + 1, sizeof(*o->given));
	o->given[o->n_given++] = (struct option_given){option, value};
}

static bool take_value(struct walk *w, const struct command_option *option, const char *joined, struct error *why)
{
	if (joined == NULL && w->at + 1 < w->argc)
		joined = w->argv[++w->at];
	if (joined == NULL)
		return error_set(why, ERROR_USAGE, "--%s needs a value: --%s=%s", option->name, option->name,
				 option->value);
	give(w, option, joined);
	return true;
}

static bool walk_long(struct walk *w, const char *word, struct error *why)
{
	const char *name = word + 2;
	size_t length = strcspn(name, "=");
	const char *joined = name[length] == '=' ? name + length + 1 : NULL;
	const struct command_option *option = commands_find_option(w->command, name, length);

	if (option == NULL) {
		char *bare = mem_strndup(name, length);
		char *text = mem_printf("--%s", bare);

		if (w->final)
			unknown_option(w, text, bare, why);
		free(text);
		free(bare);
		return !w->final;
	}
	if (option->value != NULL)
		return take_value(w, option, joined, why);
	if (joined != NULL)
		return error_set(why, ERROR_USAGE, "--%s takes no value", option->name);
	give(w, option, NULL);
	return true;
}

static bool walk_letters(struct walk *w, const char *word, struct error *why)
{
	for (const char *at = word + 1; *at != '\0'; at++) {
		const struct command_option *option = commands_find_letter(w->command, *at);

		if (option == NULL && w->final) {
			char text[3] = {'-', *at, '\0'};

			return unknown_option(w, text, "", why);
		}
		if (option == NULL)
			return true;
		if (option->value != NULL)
			return take_value(w, option, at[1] != '\0' ? at + 1 : NULL, why);
		give(w, option, NULL);
	}
	return true;
}

static bool walk(struct walk *w, struct error *why)
{
	struct options *o = w->o;
	bool ended = false;

	o->n_words = 0;
	for (w->at = 1; w->at < w->argc; w->at++) {
		const char *word = w->argv[w->at];
		bool good = true;

		if (!ended && strcmp(word, "--") == 0)
			ended = true;
		else if (!ended && strncmp(word, "--", 2) == 0)
			good = walk_long(w, word, why);
		else if (!ended && word[0] == '-' && word[1] != '\0')
			good = walk_letters(w, word, why);
		else
			o->words[o->n_words++] = word;
		if (!good)
			return false;
	}
	return true;
}

static bool no_command(const struct options *o, size_t n_words, struct error *why)
{
	scoped_buf near;

	buf_init(&near, 300);
	if (o->n_words == 1 && commands_is_group(o->words[0]))
		return error_set(why, ERROR_USAGE, "'%s' needs a second word; 'pgresync help %s' lists them",
				 o->words[0], o->words[0]);
	commands_suggest(&near, o->words, n_words);
	return error_set(why, ERROR_USAGE, "unknown command '%s%s%s'%s", o->words[0], n_words > 1 ? " " : "",
			 n_words > 1 ? o->words[1] : "", near.bytes);
}

bool options_parse(struct options *o, int argc, char **argv, struct error *why)
{
	struct walk w = {.o = o, .argc = argc, .argv = argv};

	*o = (struct options){.words = mem_grow(NULL, (size_t)argc + 1, sizeof(*o->words))};
	if (!walk(&w, why))
		return false;
	o->command = commands_find(o->words, o->n_words, &o->n_name);
	if (o->command == NULL && o->n_words > 0 && !commands_is_group(o->words[0]))
		return no_command(o, 1, why);
	w.command = o->command;
	w.final = true;
	return walk(&w, why);
}

void options_done(struct options *o)
{
	free(o->given);
	free(o->words);
	*o = (struct options){0};
}

bool options_check(const struct options *o, struct error *why)
{
	const struct command *c = o->command;
	size_t n = o->n_words - o->n_name;

	if (o->n_words == 0)
		return error_set(why, ERROR_USAGE, "no command; 'pgresync help' lists them");
	if (c == NULL)
		return no_command(o, o->n_words > 1 && commands_is_group(o->words[0]) ? 2 : 1, why);
	if (n < (size_t)c->least)
		return error_set(why, ERROR_USAGE, "%s needs %s", c->name, c->arguments);
	if (c->most < 0 || n <= (size_t)c->most)
		return true;
	if (c->most == 0 && o->n_name == 1 && commands_is_group(c->name))
		return no_command(o, 2, why);
	return error_set(why, ERROR_USAGE, "%s: one argument too many: '%s'", c->name,
			 o->words[o->n_name + (size_t)c->most]);
}

size_t options_count(const struct options *o, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < o->n_given; i++)
		n += strcmp(o->given[i].option->name, name) == 0;
	return n;
}

bool options_has(const struct options *o, const char *name)
{
	return options_count(o, name) > 0;
}

const char *options_value(const struct options *o, const char *name)
{
	const char *value = NULL;

	for (size_t i = 0; i < o->n_given; i++)
		if (strcmp(o->given[i].option->name, name) == 0)
			value = o->given[i].value;
	return value;
}
