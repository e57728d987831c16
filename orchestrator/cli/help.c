#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "cli/commands.h"

static const char *name_of(const struct command_option *o, char text[64])
{
	char letter[4] = {o->letter ? '-' : ' ', o->letter ? o->letter : ' ', o->letter ? ',' : ' ', '\0'};

	snprintf(text, 64, "%s --%s%s%s", letter, o->name, o->value ? "=" : "", o->value ? o->value : "");
	return text;
}

static void add_options(struct buf *out, const struct command_option *options)
{
	char text[64];

	for (; options != NULL && options->name != NULL; options++)
		buf_addf(out, "  %-24s  %s\n", name_of(options, text), options->help);
}

static void add_usage(struct buf *out, const struct command *c)
{
	buf_addf(out, "pgresync %s%s%s%s", c->name, c->options ? " [OPTION...]" : "", *c->arguments ? " " : "",
		 c->arguments);
}

static size_t widest(const char *word)
{
	size_t most = 0;

	for (size_t i = 0; commands[i] != NULL; i++)
		if (!commands_is_hidden(commands[i]) &&
		    (word == NULL || strncmp(commands[i]->name, word, strlen(word)) == 0))
			most = strlen(commands[i]->name) > most ? strlen(commands[i]->name) : most;
	return most;
}

static bool is_in(const struct command *c, const char *word)
{
	size_t length = strlen(word);

	return strncmp(c->name, word, length) == 0 && (c->name[length] == ' ' || c->name[length] == '\0');
}

static void add_commands(struct buf *out, const char *word)
{
	int width = (int)widest(word);

	for (size_t i = 0; commands[i] != NULL; i++)
		if (!commands_is_hidden(commands[i]) && (word == NULL || is_in(commands[i], word)))
			buf_addf(out, "  %-*s  %s\n", width, commands[i]->name, commands[i]->summary);
}

void help_program(struct buf *out)
{
	buf_adds(out, "usage: pgresync COMMAND [OPTION...] [ARGUMENT...]\n\n"
		      "Resynchronise many PostgreSQL standbys from their primaries over SSH, and keep an\n"
		      "audit history of it.\n\ncommands:\n");
	add_commands(out, NULL);
	buf_adds(out, "\noptions of every command:\n");
	add_options(out, global_options);
	buf_adds(out, "\nexamples:\n"
		      "  pgresync inventory import fleet.yml --dry-run\n"
		      "  pgresync status\n"
		      "  pgresync resync pg-standby-1 pg-standby-2 --reason 'fell behind'\n"
		      "  pgresync help resync\n");
}

void help_group(struct buf *out, const char *word)
{
	buf_addf(out, "usage: pgresync %s COMMAND [OPTION...] [ARGUMENT...]\n\ncommands:\n", word);
	add_commands(out, word);
	buf_adds(out, "\n'pgresync help COMMAND' says more.\n");
}

static void add_examples(struct buf *out, const struct command *c)
{
	if (c->examples == NULL)
		return;
	buf_adds(out, "\nexamples:\n");
	for (const char *const *e = c->examples; e[0] != NULL; e += 2)
		buf_addf(out, "  %s\n      %s\n", e[0], e[1]);
}

void help_command(struct buf *out, const struct command *c)
{
	buf_adds(out, "usage: ");
	add_usage(out, c);
	buf_addf(out, "\n\n%s\n", c->summary);
	if (c->about != NULL)
		buf_addf(out, "\n%s\n", c->about);
	if (c->options != NULL) {
		buf_adds(out, "\noptions:\n");
		add_options(out, c->options);
	}
	buf_adds(out, "\noptions of every command:\n");
	add_options(out, global_options);
	add_examples(out, c);
}

static void markdown_options(struct buf *out, const struct command_option *options)
{
	if (options == NULL)
		return;
	buf_adds(out, "\n| option | |\n|---|---|\n");
	for (; options->name != NULL; options++) {
		buf_adds(out, "| ");
		if (options->letter != 0)
			buf_addf(out, "`-%c`, ", options->letter);
		buf_addf(out, "`--%s%s%s` | %s |\n", options->name, options->value ? "=" : "",
			 options->value ? options->value : "", options->help);
	}
}

static void markdown_command(struct buf *out, const struct command *c)
{
	buf_addf(out, "\n## pgresync %s\n\n%c%s.\n\n    ", c->name, c->summary[0], c->summary + 1);
	add_usage(out, c);
	buf_adds(out, "\n");
	if (c->about != NULL)
		buf_addf(out, "\n%s\n", c->about);
	markdown_options(out, c->options);
	if (c->examples == NULL)
		return;
	buf_adds(out, "\nExamples:\n\n");
	for (const char *const *e = c->examples; e[0] != NULL; e += 2)
		buf_addf(out, "    # %s\n    %s\n", e[1], e[0]);
}

/* What stands in no row: the settings file and the environment. */
static const char settings_text[] =
	"\n## Settings\n\n"
	"`~/.config/pgresync/config.yml` (`$XDG_CONFIG_HOME`), then `/etc/pgresync/config.yml` for what the first leaves\n"
	"open; `--config FILE` or `$PGRESYNC_CONFIG` instead of both. Options and environment come first; an unknown key is\n"
	"refused with its place.\n\n"
	"| key | |\n|---|---|\n"
	"| `db` | absolute path of the store (`--db`, `$PGRESYNC_DB`); else `/var/lib/pgresync/pgresync.db` for root, "
	"`~/.local/state/pgresync/pgresync.db` (`$XDG_STATE_HOME`) for others |\n"
	"| `jobs` | standbys worked on at once, unless `--jobs` says otherwise |\n"
	"| `color` | `auto`, `always` or `never` |\n"
	"| `notify` | absolute path of a program that is told, as JSON on its standard input, how an unattended run "
	"ended |\n\n"
	"Colour, when nobody says: `$FORCE_COLOR` before `$NO_COLOR` before the terminal before `$CLICOLOR_FORCE`. Other\n"
	"variables that count: `$PASSWORD_STORE_DIR`, `$SSH_AUTH_SOCK`, `$CREDENTIALS_DIRECTORY`.\n";

void help_markdown(struct buf *out)
{
	buf_adds(out, "# The commands of pgresync\n\n"
		      "Made from the table of commands (`pgresync __commands`); a test holds it to the program.\n"
		      "How a command ends: [exit-codes.md](exit-codes.md).\n\n"
		      "Options may stand before or after the command's words; `--` ends them. Every command takes:\n");
	markdown_options(out, global_options);
	for (size_t i = 0; commands[i] != NULL; i++)
		if (!commands_is_hidden(commands[i]))
			markdown_command(out, commands[i]);
	buf_adds(out, settings_text);
}
