/*
 * The memory of one libssh2 session: counted, capped, overwritten when freed, and given back whole at the end,
 * also what libssh2 forgets on its error paths.
 *
 * The caps are what bounds a hostile server: it can neither fill our memory nor, before it has let us in, make
 * libssh2 search long lists of packets that nobody asked for.
 */
#ifndef SSH_VAULT_H
#define SSH_VAULT_H

#include <stdbool.h>
#include <stddef.h>

struct vault_piece;

struct vault {
	struct vault_piece *pieces;
	size_t bytes, count;
	size_t most_bytes, most_count;
	bool full; /* a cap was met */
};

void vault_init(struct vault *v, size_t most_bytes, size_t most_count);
void vault_done(struct vault *v);

/* NULL when a cap is met. */
void *vault_alloc(struct vault *v, size_t size);
void *vault_realloc(struct vault *v, void *old, size_t size);
void vault_free(struct vault *v, void *p);

#endif
