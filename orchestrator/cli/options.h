/*
 * A command line taken apart: which command, which options, which arguments.
 *
 * Options may stand before, between and after the words of the command; "--" ends them. Long options take their
 * value after "=" or as the next word, letters may be bundled (-nv) and take their value joined or as the next word.
 * Names are never guessed from their beginnings.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "cli/command.h"

struct option_given {
	const struct command_option *option;
	const char *value; /* NULL for a flag */
};

struct options {
	const struct command *command; /* NULL: none was named (help, version, or nothing at all) */
	struct option_given *given;    /* in the order of the command line */
	size_t n_given;
	const char **words; /* what is no option; the first n_name of them name the command */
	size_t n_words, n_name;
};

/* Texts are borrowed from argv. False and ERROR_USAGE for anything that no command takes; then, too, the caller
 * gives back with options_done(). */
bool options_parse(struct options *o, int argc, char **argv, struct error *why);
void options_done(struct options *o);

/* Checks what a command needs: a command at all, and the number of arguments. */
bool options_check(const struct options *o, struct error *why);

bool options_has(const struct options *o, const char *name);
size_t options_count(const struct options *o, const char *name);
/* The last value given; NULL: none. */
const char *options_value(const struct options *o, const char *name);

#endif
