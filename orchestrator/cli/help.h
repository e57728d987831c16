/*
 * Help texts, made from the table of commands.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include <stddef.h>

#include "base/buf.h"
#include "cli/command.h"

enum { HELP_MOST = 256 * 1024 };

/* All commands, the global options, where to go on. */
void help_program(struct buf *out);
/* The commands whose name begins with this word. */
void help_group(struct buf *out, const char *word);
void help_command(struct buf *out, const struct command *c);
/* docs/commands.md. */
void help_markdown(struct buf *out);

#endif
