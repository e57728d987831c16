#include "ssh/clip.h"

#include <string.h>

#include "base/mem.h"
#include "ssh/exec.h"

void clip_init(struct clip *c, size_t most)
{
	if (most < 64)
		most = 64;
	*c = (struct clip){.head = most / 2};
	buf_init(&c->bytes, most);
}

void clip_done(struct clip *c)
{
	buf_wipe(&c->bytes);
	buf_done(&c->bytes);
}

/* Writes over the oldest bytes of the tail. */
static void clip_overwrite(struct clip *c, const char *bytes, size_t n)
{
	size_t ring = c->bytes.most - c->head;

	if (n > ring) {
		bytes += n - ring;
		c->turn = (c->turn + (n - ring)) % ring;
		n = ring;
	}
	while (n) {
		size_t piece = n < ring - c->turn ? n : ring - c->turn;

		memcpy(c->bytes.bytes + c->head + c->turn, bytes, piece);
		c->turn = (c->turn + piece) % ring;
		bytes += piece;
		n -= piece;
	}
}

void clip_add(struct clip *c, const char *bytes, size_t n)
{
	size_t room = c->bytes.most - c->bytes.used;
	size_t first = n < room ? n : room;

	c->total += n;
	buf_add(&c->bytes, bytes, first);
	if (n > first)
		clip_overwrite(c, bytes + first, n - first);
}

void clip_read(struct clip *c, struct session_output *ret_output)
{
	uint64_t dropped = c->total - c->bytes.used;

	if (c->turn) {
		size_t ring = c->bytes.most - c->head;
		char *tail = c->bytes.bytes + c->head;
		char *copy = mem_alloc(ring);

		memcpy(copy, tail + c->turn, ring - c->turn);
		memcpy(copy + ring - c->turn, tail, c->turn);
		memcpy(tail, copy, ring);
		explicit_bzero(copy, ring);
		free(copy);
		c->turn = 0;
	}
	*ret_output = (struct session_output){
		.bytes = c->bytes.bytes,
		.size = c->bytes.used,
		.cut = dropped ? c->head : 0,
		.dropped = dropped,
	};
}
