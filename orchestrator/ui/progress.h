/*
 * Shows a run while it runs: a live block on a terminal, plain lines elsewhere, JSON events for programs.
 *
 * Live: the block stands at the bottom, state changes are printed above it and stay in the scrollback. One write per
 * frame, at most ten frames a second, none when nothing changed. Plain: a line per state change and row, progress at
 * most every 10 s and 5 % per host. JSON: one event a line. Texts from hosts are redacted and made harmless here.
 */
#ifndef UI_PROGRESS_H
#define UI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/progress_model.h"

enum progress_mode { PROGRESS_LIVE, PROGRESS_PLAIN, PROGRESS_JSON, PROGRESS_QUIET };

enum { PROGRESS_TICK_MS = 100 };

struct progress;

/* Live on a terminal that can do it, else plain; JSON and quiet when asked for. */
enum progress_mode progress_choose_mode(int out_fd, bool json, bool quiet);

struct progress *progress_new(int out_fd, enum progress_mode mode, size_t n_hosts);
void progress_set_color(struct progress *p, bool color);
/* "run 42 resync staging": number (0: none) and title; the title is copied. */
void progress_set_run(struct progress *p, int64_t run, const char *title);
/* The end of the first line; copied. */
void progress_set_hint(struct progress *p, const char *hint);

/* Copies the host into place i; the caller's texts are his own again. */
void progress_set_host(struct progress *p, size_t i, const struct progress_host *host);
/* A line above the block; in JSON an event "say". */
void progress_say(struct progress *p, const char *line);
/* Draws what has changed, when it is time to; call it every PROGRESS_TICK_MS while the run lasts. */
void progress_tick(struct progress *p);

/* Takes the block away, gives the cursor back and frees. What was printed above it stays. */
void progress_end(struct progress *p);

#endif
