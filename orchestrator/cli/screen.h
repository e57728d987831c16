/*
 * A run on the operator's screen: news of a fleet run become the live block, its end the summary.
 */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "base/error.h"
#include "inventory/run_state.h"

struct command_context;
struct pair;
struct screen;
struct walk_news;
struct walk_result;

/* what: "resync", "dry run", "recover". Draws on standard error (JSON: events on standard output) on its own timer. */
struct screen *screen_new(const struct command_context *context, uv_loop_t *loop, const char *what);
/* Adds a standby; the places count from 0. Before screen_begin() only. */
void screen_add(struct screen *s, const char *name);
void screen_begin(struct screen *s, int64_t run, const char *title);
/* Takes over what is known of the standby at place i; each of the three may be NULL. */
void screen_set(struct screen *s, size_t i, enum run_host_state state, const char *waiting_for,
		const struct walk_news *news, const struct walk_result *result);
/* A line above the block. */
void screen_say(struct screen *s, const char *line);
/* Says, above the block and in it, that the run gives back and stops. */
void screen_stopping(struct screen *s);
enum run_host_state screen_state(const struct screen *s, size_t i);
/* Takes the block away, prints the summary when there was a run, and frees; the loop must be run on until empty. */
void screen_end(struct screen *s, int exit_status);
/* The same without a summary: the whole run was refused, and that is said in one line. */
void screen_drop(struct screen *s);

#endif
