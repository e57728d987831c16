/*
 * What a command gets: its options and arguments, the store, and the ways to speak.
 *
 * Data goes to standard output, words about it to standard error. A refusal is one line, "pgresync: …", said once
 * with context_fail(), whose return value is the exit status.
 */
#ifndef CLI_CONTEXT_H
#define CLI_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "cli/command.h"
#include "cli/exit_status.h"
#include "cli/options.h"
#include "cli/settings.h"
#include "inventory/store.h"
#include "ui/tty.h"

struct inventory;
struct host;
struct pair;

struct command_context {
	const struct command *command;
	const struct options *options;
	const char *const *arguments;
	size_t n_arguments;
	struct settings settings;
	char *store_path;
	bool json, quiet, no_input;
	int verbose;
	enum tty_color color;
	struct store *store;	     /* opened by context_store() */
	struct inventory *inventory; /* loaded by context_inventory() */
};

/* Reads the global options, environment and settings. context_done() in any case. */
bool context_init(struct command_context *context, const struct options *options, struct error *why);
void context_done(struct command_context *context);

bool context_flag(const struct command_context *context, const char *name);
const char *context_value(const struct command_context *context, const char *name);
/* Leaves *value as it is when the option was not given. */
bool context_number(const struct command_context *context, const char *name, int64_t least, int64_t most,
		    int64_t *value, struct error *why);
bool context_time(const struct command_context *context, const char *name, int64_t *wall_us, struct error *why);
bool context_color(const struct command_context *context, int fd);

/* The store, opened at the first call; NULL and *why when it cannot be. Borrowed until context_done(). */
struct store *context_store(struct command_context *context, enum store_mode mode, struct error *why);
/* A snapshot of hosts and pairs, loaded at the first call (the store is opened to read if it is not open yet). */
struct inventory *context_inventory(struct command_context *context, struct error *why);

/* The host of that name (short names will do when they are clear); NULL and *why with the nearest names. */
const struct host *context_host(struct command_context *context, const char *name, struct error *why);

/* The pair of that standby, in the same way. A primary is refused by name. */
const struct pair *context_pair(struct command_context *context, const char *name, struct error *why);
/* Reads "42"; false and ERROR_USAGE for what is no run's number. */
bool context_run_number(const char *text, int64_t *ret_run, struct error *why);
/* False and *why when the store has no such run. */
bool context_has_run(struct command_context *context, int64_t run, struct error *why);

/* Says "pgresync: why" on standard error and returns the exit status of the error. */
int context_fail(const struct command_context *context, const struct error *why);
/* The same with a text of one's own. */
int context_refuse(const struct command_context *context, enum error_code code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A line for the operator on standard error; nothing with --quiet. */
void context_note(const struct command_context *context, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
