/*
 * The store: one SQLite file that holds everything the program knows or did.
 *
 * It is durable (WAL, synchronous FULL) and shared: several processes may have it open. Opening a file that is not
 * ours, is empty, truncated or of a newer schema fails with one line that names it, and changes nothing.
 * A store belongs to one thread.
 */
#ifndef INVENTORY_STORE_H
#define INVENTORY_STORE_H

#include <stdbool.h>

#include "base/error.h"

struct store;

enum store_mode {
	STORE_READ,   /* must exist; nothing is written */
	STORE_WRITE,  /* must exist; an older schema is migrated after a backup copy beside it */
	STORE_CREATE, /* made when missing (file 0600, directory 0700) */
};

/* The caller frees with store_close(). NULL and *why when it cannot be used. */
struct store *store_open(const char *path, enum store_mode mode, struct error *why);
void store_close(struct store *s);
/* Borrowed until store_close(). */
const char *store_path(const struct store *s);

/* How long to wait for another process before ERROR_BUSY; 10 s unless told. */
void store_set_patience_ms(struct store *s, int within_ms);

/*
 * Groups calls into one transaction: whatever other functions write between begin and commit is kept or dropped as a
 * whole. Pairs nest; only the outermost commit is durable. The write lock is taken at begin, so that what was read
 * after it cannot be changed by another process before the commit.
 */
bool store_begin(struct store *s, struct error *why);
/* On failure everything since the matching begin is dropped. */
bool store_commit(struct store *s, struct error *why);
void store_rollback(struct store *s);

/* Commits when ok, otherwise rolls back and returns false with *why as it is: `return store_finish(s, ok, why);` */
bool store_finish(struct store *s, bool ok, struct error *why);

#endif
