/* help, and the hidden __commands that writes docs/commands.md. */
#include <stddef.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/help.h"
#include "cli/rows.h"
#include "cli/say.h"

static int help(struct command_context *context)
{
	const struct command *c = NULL;
	size_t words = 0;
	scoped_buf text;

	buf_init(&text, HELP_MOST);
	if (context->n_arguments > 0)
		c = commands_find(context->arguments, context->n_arguments, &words);
	if (c != NULL && words == context->n_arguments) {
		help_command(&text, c);
	} else if (context->n_arguments == 1 && commands_is_group(context->arguments[0])) {
		help_group(&text, context->arguments[0]);
	} else if (context->n_arguments > 0) {
		buf_addf(&text, "unknown command '%s%s%s'", context->arguments[0], context->n_arguments > 1 ? " " : "",
			 context->n_arguments > 1 ? context->arguments[1] : "");
		commands_suggest(&text, context->arguments, context->n_arguments);
		return context_refuse(context, ERROR_USAGE, "%s", text.bytes);
	} else {
		help_program(&text);
	}
	say_data(&text);
	return STATUS_GOOD;
}

static int dump(struct command_context *context)
{
	scoped_buf text;

	(void)context;
	buf_init(&text, HELP_MOST);
	help_markdown(&text);
	say_data(&text);
	return STATUS_GOOD;
}

const struct command command_help = {
	"help",
	"[COMMAND]",
	"say what a command does, with an example",
	NULL,
	NULL,
	(const char *const[]){"pgresync help inventory import", "one command", "pgresync help audit",
			      "all that begin with that word", NULL},
	0,
	2,
	help,
};

const struct command command_dump = {
	"__commands", "", "write docs/commands.md", NULL, NULL, NULL, 0, 0, dump,
};
