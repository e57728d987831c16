#include "ssh/vault.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct vault_piece {
	struct vault_piece *next, *prev;
	size_t size;
	max_align_t bytes[];
};

void vault_init(struct vault *v, size_t most_bytes, size_t most_count)
{
	*v = (struct vault){.most_bytes = most_bytes, .most_count = most_count};
}

static struct vault_piece *piece_of(void *p)
{
	return (struct vault_piece *)(void *)((char *)p - offsetof(struct vault_piece, bytes));
}

void *vault_alloc(struct vault *v, size_t size)
{
	struct vault_piece *p;

	if (size > v->most_bytes - v->bytes || v->count >= v->most_count) {
		v->full = true;
		return NULL;
	}
	p = malloc(sizeof(*p) + size);
	if (!p)
		return NULL;
	p->size = size;
	p->prev = NULL;
	p->next = v->pieces;
	if (p->next)
		p->next->prev = p;
	v->pieces = p;
	v->bytes += size;
	v->count++;
	return p->bytes;
}

static void drop(struct vault *v, struct vault_piece *p)
{
	v->bytes -= p->size;
	v->count--;
	explicit_bzero(p->bytes, p->size);
	free(p);
}

void vault_free(struct vault *v, void *pointer)
{
	struct vault_piece *p;

	if (!pointer)
		return;
	p = piece_of(pointer);
	if (p->prev)
		p->prev->next = p->next;
	else
		v->pieces = p->next;
	if (p->next)
		p->next->prev = p->prev;
	drop(v, p);
}

/* Never in place: what moves is overwritten where it stood. */
void *vault_realloc(struct vault *v, void *old, size_t size)
{
	void *moved = vault_alloc(v, size);

	if (moved && old) {
		size_t had = piece_of(old)->size;

		memcpy(moved, old, had < size ? had : size);
		vault_free(v, old);
	}
	return moved;
}

void vault_done(struct vault *v)
{
	struct vault_piece *p, *next;

	for (p = v->pieces; p; p = next) {
		next = p->next;
		drop(v, p);
	}
	v->pieces = NULL;
}
