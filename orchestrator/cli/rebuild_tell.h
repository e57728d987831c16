/*
 * An unattended pass that fails or leaves something owed tells somebody.
 */
#ifndef CLI_REBUILD_TELL_H
#define CLI_REBUILD_TELL_H

#include <stdint.h>

struct command_context;

/* To syslog, and to the `notify` program of the settings, when the status is worth it and nobody sits at a terminal.
 * Waits for the program (a minute at most); that it failed is said on standard error. schedule may be NULL. */
void rebuild_tell(struct command_context *context, const char *schedule, int64_t run, int exit_status);

#endif
