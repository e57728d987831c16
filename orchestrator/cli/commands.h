/*
 * The table of all commands, and looking things up in it.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "cli/command.h"

/* One row per file cmd_*.c, in the order in which help lists them; NULL ends it. Names with "__" are not listed. */
extern const struct command *const commands[];
/* The options that every command takes. */
extern const struct command_option global_options[];

/* The command whose name is the longest run of the first words; *ret_words says how many they are. NULL: none. */
const struct command *commands_find(const char *const *words, size_t n_words, size_t *ret_words);
/* True when some command's name begins with this word and goes on ("inventory"). */
bool commands_is_group(const char *word);
bool commands_is_hidden(const struct command *c);

/* The option of that name (or letter) that the command takes, global ones included. With command NULL: that any
 * command takes. NULL: none. */
const struct command_option *commands_find_option(const struct command *c, const char *name, size_t length);
const struct command_option *commands_find_letter(const struct command *c, char letter);

/* Appends "; did you mean 'inventory import'?" (or nothing) for words that name no command. */
void commands_suggest(struct buf *out, const char *const *words, size_t n_words);
/* The same for an option, from those that the command takes. */
void commands_suggest_option(struct buf *out, const struct command *c, const char *name);

#endif
