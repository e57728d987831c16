#include "cli/program.h"

#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include "base/log.h"
#include "base/secret.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/help.h"
#include "cli/say.h"

static int refuse(const struct error *why)
{
	say_refusal(why->text);
	return error_exit_status(why->code);
}

static int print_help(const struct options *o)
{
	scoped_buf text;

	buf_init(&text, HELP_MOST);
	if (o->command != NULL)
		help_command(&text, o->command);
	else if (o->n_words > 0)
		help_group(&text, o->words[0]);
	else
		help_program(&text);
	fputs(text.bytes, stdout);
	return STATUS_GOOD;
}

static int run_command(const struct options *o)
{
	struct command_context context;
	struct error why;
	int status;

	if (context_init(&context, o, &why)) {
		log_init((unsigned)context.verbose);
		status = o->command->run(&context);
	} else {
		status = refuse(&why);
	}
	context_done(&context);
	return status;
}

static int answer(const struct options *o)
{
	struct error why;

	if (options_has(o, "version"))
		return puts("pgresync " PGRESYNC_VERSION) < 0 ? STATUS_FAILED : STATUS_GOOD;
	if (options_has(o, "help"))
		return print_help(o);
	if (!options_check(o, &why))
		return refuse(&why);
	return run_command(o);
}

/* A closed pipe must not end us in the middle of a run: writes say EPIPE instead. (libuv gives children the
 * default back.) */
static void prepare(void)
{
	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	secret_harden_process();
}

int program_run(int argc, char **argv)
{
	struct options options;
	struct error why;
	int status;

	prepare();
	status = options_parse(&options, argc, argv, &why) ? answer(&options) : refuse(&why);
	options_done(&options);
	if (!say_finish(&why))
		return refuse(&why);
	return status;
}
