#include "cli/commands.h"

#include <stdio.h>
#include <string.h>

#include "base/suggest.h"
#include "cli/rows.h"

const struct command *const commands[] = {
	&command_resync,
	&command_recover,
	&command_status,
	&command_check,
	&command_rebuild_stale,
	&command_serve,
	&command_inventory_import,
	&command_inventory_export,
	&command_inventory_list,
	&command_inventory_show,
	&command_inventory_check,
	&command_hosts_list,
	&command_hosts_trust,
	&command_hosts_distrust,
	&command_runs,
	&command_runs_list,
	&command_runs_show,
	&command_runs_log,
	&command_audit,
	&command_audit_export,
	&command_audit_verify,
	&command_schedule_add,
	&command_schedule_list,
	&command_schedule_show,
	&command_schedule_pause,
	&command_schedule_resume,
	&command_schedule_remove,
	&command_methods,
	&command_methods_show,
	&command_doctor,
	&command_help,
	&command_dump,
	NULL,
};

const struct command_option global_options[] = {
	{"db", 0, "FILE", "the store ($PGRESYNC_DB)"},
	{"config", 'c', "FILE", "settings to read instead of config.yml"},
	{"color", 0, "WHEN", "auto, always or never ($NO_COLOR, $CLICOLOR_FORCE)"},
	{"json", 0, NULL, "JSON on standard output"},
	{"no-input", 0, NULL, "never ask a question"},
	{"quiet", 'q', NULL, "say only what is wrong"},
	{"verbose", 'v', NULL, "say more; twice: everything"},
	{"help", 'h', NULL, "show help and an example, then stop (also -?)"},
	{"version", 'V', NULL, "show the version, then stop"},
	{NULL, 0, NULL, NULL},
};

/* How many of the words the name takes; 0 when it is another name. */
static size_t words_of(const char *name, const char *const *words, size_t n_words)
{
	size_t n = 0;

	for (;;) {
		size_t length = strcspn(name, " ");

		if (n == n_words || strlen(words[n]) != length || memcmp(words[n], name, length) != 0)
			return 0;
		n++;
		if (name[length] == '\0')
			return n;
		name += length + 1;
	}
}

const struct command *commands_find(const char *const *words, size_t n_words, size_t *ret_words)
{
	const struct command *best = NULL;
	size_t best_words = 0;

	for (size_t i = 0; commands[i] != NULL; i++) {
		size_t n = words_of(commands[i]->name, words, n_words);

		if (n > best_words) {
			best = commands[i];
			best_words = n;
		}
	}
	*ret_words = best_words;
	return best;
}

bool commands_is_group(const char *word)
{
	size_t length = strlen(word);

	for (size_t i = 0; commands[i] != NULL; i++)
		if (strncmp(commands[i]->name, word, length) == 0 && commands[i]->name[length] == ' ')
			return true;
	return false;
}

bool commands_is_hidden(const struct command *c)
{
	return c->name[0] == '_';
}

static const struct command_option *find_in(const struct command_option *options, const char *name, size_t length,
					    char letter)
{
	for (; options != NULL && options->name != NULL; options++) {
		if (name != NULL && strlen(options->name) == length && memcmp(options->name, name, length) == 0)
			return options;
		if (letter != 0 && options->letter == letter)
			return options;
	}
	return NULL;
}

static const struct command_option *find(const struct command *c, const char *name, size_t length, char letter)
{
	const struct command_option *found = find_in(global_options, name, length, letter);

	if (found == NULL && c != NULL)
		return find_in(c->options, name, length, letter);
	for (size_t i = 0; found == NULL && commands[i] != NULL; i++)
		found = find_in(commands[i]->options, name, length, letter);
	return found;
}

const struct command_option *commands_find_option(const struct command *c, const char *name, size_t length)
{
	return find(c, name, length, 0);
}

const struct command_option *commands_find_letter(const struct command *c, char letter)
{
	return find(c, NULL, 0, letter == '?' ? 'h' : letter);
}

enum { NAMES_MOST = 256, NAME_SIZE = 64 };

/* Adds the first word of the name when it is not there yet. */
static size_t add_first_word(char (*names)[NAME_SIZE], size_t n, const char *name)
{
	snprintf(names[n], NAME_SIZE, "%.*s", (int)strcspn(name, " "), name);
	for (size_t i = 0; i < n; i++)
		if (strcmp(names[i], names[n]) == 0)
			return n;
	return n + 1;
}

/* One word is compared with first words, two with whole names. */
void commands_suggest(struct buf *out, const char *const *words, size_t n_words)
{
	char names[NAMES_MOST][NAME_SIZE], typed[2 * NAME_SIZE];
	const char *pointers[NAMES_MOST];
	size_t n = 0;

	for (size_t i = 0; commands[i] != NULL && n < NAMES_MOST; i++) {
		if (commands_is_hidden(commands[i]))
			continue;
		if (n_words == 1)
			n = add_first_word(names, n, commands[i]->name);
		else
			snprintf(names[n++], NAME_SIZE, "%s", commands[i]->name);
	}
	for (size_t i = 0; i < n; i++)
		pointers[i] = names[i];
	snprintf(typed, sizeof(typed), "%s%s%s", words[0], n_words > 1 ? " " : "", n_words > 1 ? words[1] : "");
	suggest_add(out, typed, pointers, n);
}

void commands_suggest_option(struct buf *out, const struct command *c, const char *name)
{
	char names[NAMES_MOST][NAME_SIZE], typed[NAME_SIZE];
	const char *pointers[NAMES_MOST];
	size_t n = 0;

	for (const struct command_option *o = c ? c->options : NULL; o != NULL && o->name != NULL; o++)
		snprintf(names[n++], NAME_SIZE, "--%s", o->name);
	for (const struct command_option *o = global_options; o->name != NULL; o++)
		snprintf(names[n++], NAME_SIZE, "--%s", o->name);
	for (size_t i = 0; i < n; i++)
		pointers[i] = names[i];
	snprintf(typed, sizeof(typed), "--%s", name);
	suggest_add(out, typed, pointers, n);
}
