/*
 * Data on standard output: tables for people, JSON for programs, files when asked for.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "cli/context.h"
#include "ui/table.h"

/* One JSON document, printed by output_end(). */
struct output {
	struct buf text;
	struct json json;
};
void output_begin(struct output *o);
void output_end(struct output *o);
/* Throws away what was written so far. */
void output_drop(struct output *o);

/* A table as wide as the terminal, uncut elsewhere; coloured as the options say. */
struct table *output_table(const struct command_context *context, const struct table_column *columns, size_t n);
void output_table_end(struct table *table);

/* Writes the text to a new file, mode 0600; path NULL: to standard output. */
bool output_to_file(const char *path, const struct buf *text, struct error *why);
/* Opens a new file, mode 0600; false when there is one already. */
bool output_create(const char *path, FILE **ret_file, struct error *why);
/* False when not everything reached the disk. */
bool output_close(const char *path, FILE *file, struct error *why);

/* "2026-11-23 02:10:11" in the local zone, "" for 0. Returns text. */
enum { OUTPUT_TIME = 32 };
char *output_time(char text[OUTPUT_TIME], int64_t wall_us);
/* UTC for programs; null for 0. */
void output_json_time(struct json *j, const char *key, int64_t wall_us);

#endif
