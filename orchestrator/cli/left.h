/*
 * "Left as found": whether a run gave everything back, in words.
 */
#ifndef CLI_LEFT_H
#define CLI_LEFT_H

#include <stdint.h>

#include "base/buf.h"

struct command_context;
struct run_host;
struct report_host;

/* Appends "yes (key protected, …)", "no (puppet still off)". */
void left_describe(struct buf *out, const struct run_host *h);
/* Fills the four fields (and owed) of the summary's host. */
void left_fill(struct report_host *to, const struct run_host *from);
/* Prints what the run still holds on hosts, newest first; returns STATUS_GOOD, or the status of a failure. */
int left_print_held(struct command_context *context, int64_t run);

#endif
