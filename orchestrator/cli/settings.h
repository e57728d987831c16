/*
 * What the controller itself is told once: the keys of config.yml.
 *
 * Read from --config, else from ~/.config/pgresync/config.yml ($XDG_CONFIG_HOME) and then /etc/pgresync/config.yml
 * for the keys that the first leaves open. Options and environment come before both.
 */
#ifndef CLI_SETTINGS_H
#define CLI_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct settings {
	char *db;     /* path of the store; NULL: not set */
	char *color;  /* auto, always, never; NULL: not set */
	char *notify; /* a program that is told how unattended runs ended; NULL: none */
	int jobs;     /* standbys worked on at once; 0: not set */
};

/* Takes the file's keys for all that is not yet set. A file that is missing is an error only when `must_be_there`.
 * Errors name file:line:column; unknown keys are refused. */
bool settings_read(struct settings *s, const char *path, bool must_be_there, struct error *why);
/* The user's file, then the machine's. */
bool settings_read_usual(struct settings *s, struct error *why);
void settings_done(struct settings *s);

/* Where the store is when nobody says: /var/lib/pgresync/pgresync.db for root, else under $XDG_STATE_HOME.
 * The caller frees it with free(). */
char *settings_default_store(void);

#endif
