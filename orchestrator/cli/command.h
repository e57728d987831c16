/*
 * A command of pgresync is one row: its name, what it takes, what it says about itself, and its function.
 *
 * Each command stands in cmd_NAME.c as a `const struct command command_NAME`, and in the table of commands.c.
 * Parsing, help, suggestions and docs/commands.md all come from the row; nothing is written twice. An option of
 * the same name means the same, and has the same letter, in every command (a test holds the table to it).
 */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

struct command_context;

/* Returns the process exit status (exit_status.h). What it refuses it has said with context_fail(). */
typedef int command_fn(struct command_context *context);

struct command_option {
	const char *name;  /* "dry-run", without the dashes; NULL ends a list */
	char letter;	   /* 'n', or 0 */
	const char *value; /* what help calls the value ("TEXT"); NULL: a flag */
	const char *help;  /* one line, no capital, no full stop */
};

struct command {
	const char *name;      /* "inventory import": the words after pgresync */
	const char *arguments; /* "FILE", "HOST...", "[RUN]"; "" when it takes none */
	const char *summary;   /* one line for the list of commands */
	const char *about;     /* a paragraph or two, in lines of at most 80 columns; NULL: nothing to add */
	const struct command_option *options; /* NULL: only the global ones */
	const char *const *examples;	      /* NULL-terminated pairs: a command line, then what it does */
	int least, most;		      /* how many arguments; most -1: any number */
	command_fn *run;
};

#endif
