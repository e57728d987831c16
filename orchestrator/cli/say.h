/*
 * Words on the terminal. What is said here has its secrets blacked out and its control bytes made visible, whoever
 * wrote the text.
 */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"

/* "pgresync: text" on standard error. */
void say_refusal(const char *text);
/* One line. */
void say_line(FILE *to, const char *text);
/* Bytes from a host, line by line, each behind the prefix. */
void say_output(FILE *to, const char *prefix, const char *text, size_t n);
/* Text that is ready for the terminal or a program (tables, JSON), on standard output as it is. */
void say_data(const struct buf *text);

/* Flushes standard output: false when what was printed did not all arrive. A reader that has gone away (a closed
 * pipe) is not an error. */
bool say_finish(struct error *why);

/* Shows the prompt and reads a line from the terminal: true when it is exactly the expected word. False and
 * ERROR_REFUSED when it is another, when nobody can be asked, or with no_input. */
bool say_ask_word(bool no_input, const char *prompt, const char *expected, struct error *why);

#endif
