#include "remote/capture.h"

void capture_init(struct capture *c, size_t most)
{
	size_t head = most / 2;

	c->tail_most = most - head;
	c->total = 0;
	buf_init(&c->head, head + c->tail_most);
	buf_init(&c->tail, 2 * c->tail_most);
}

void capture_done(struct capture *c)
{
	buf_wipe(&c->head);
	buf_wipe(&c->tail);
	buf_done(&c->head);
	buf_done(&c->tail);
}

void capture_add(struct capture *c, const char *bytes, size_t n)
{
	size_t head = c->head.most - c->tail_most;
	size_t fits = head - c->head.used < n ? head - c->head.used : n;

	c->total += n;
	buf_add(&c->head, bytes, fits);
	bytes += fits;
	n -= fits;
	if (n > c->tail_most) {
		bytes += n - c->tail_most;
		n = c->tail_most;
	}
	/* The tail may grow to twice what is kept, so that bytes are moved seldom. */
	if (c->tail.used + n > c->tail.most)
		buf_drop(&c->tail, c->tail.used + n - c->tail_most);
	buf_add(&c->tail, bytes, n);
}

const char *capture_text(struct capture *c, size_t *ret_size, uint64_t *ret_dropped)
{
	if (c->tail.used > c->tail_most)
		buf_drop(&c->tail, c->tail.used - c->tail_most);
	buf_add(&c->head, c->tail.bytes, c->tail.used);
	buf_wipe(&c->tail);
	*ret_size = c->head.used;
	*ret_dropped = c->total - c->head.used;
	return c->head.bytes;
}
