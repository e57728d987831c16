/*
 * Reading the journal back: rows of a run, and what is still held on hosts.
 */
#ifndef INVENTORY_HELD_H
#define INVENTORY_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "inventory/journal_entry.h"
#include "inventory/store.h"

/* Borrowed until the function returns; false from it ends the list. */
typedef bool journal_row_fn(void *ctx, const struct journal_entry *entry);
/* In the order written; host NULL: all hosts of the run. */
bool journal_rows(struct store *s, int64_t run, const char *host, journal_row_fn *each, void *ctx, struct error *why);

/* A hold whose TAKE was begun (and did not end "refused") and whose GIVE has not ended ok since. */
struct held {
	int64_t run;
	char *host, *hold;
	int row;
	int64_t since_us;
	enum journal_outcome taken; /* how the TAKE ended, JOURNAL_NONE when that is not known */
	int64_t give_attempts;
	char *saved; /* the "key=value" lines of all its TAKE entries; of a key the last counts */
	char *last_error;
};

struct held_list {
	struct held *held; /* newest first */
	size_t count;
};
void held_list_done(struct held_list *l);

/* Of one run and host; the caller frees with held_list_done(). */
bool journal_held(struct store *s, int64_t run, const char *host, struct held_list *ret, struct error *why);
/* Of all runs and hosts, also of runs that are still at work. */
bool owed_list(struct store *s, struct held_list *ret, struct error *why);

struct held_worker {
	int64_t run, begun_us;
};
/* The runs that did something to the holds of that run and host, newest first: itself, and recovers of it. */
bool held_workers(struct store *s, int64_t run, const char *host, struct held_worker *ret, size_t most,
		  size_t *ret_count, struct error *why);

/* The last value of that key in "key=value" lines; NULL when there is none, otherwise the caller frees with free(). */
char *saved_value(const char *saved, const char *key);

#endif
