#include "ssh/fifo.h"

#include <string.h>

void fifo_init(struct fifo *f, size_t most)
{
	buf_init(&f->buf, most);
	f->at = 0;
}

void fifo_done(struct fifo *f)
{
	buf_wipe(&f->buf);
	buf_done(&f->buf);
	f->at = 0;
}

bool fifo_add(struct fifo *f, const void *bytes, size_t n)
{
	if (n > fifo_room(f))
		return false;
	if (f->at && f->buf.used + n > f->buf.most) {
		buf_drop(&f->buf, f->at);
		f->at = 0;
	}
	return buf_add(&f->buf, bytes, n);
}

void fifo_drop(struct fifo *f, size_t n)
{
	f->at += n;
	if (f->at >= f->buf.used) {
		buf_clear(&f->buf);
		f->at = 0;
	}
}

size_t fifo_take(struct fifo *f, void *bytes, size_t n)
{
	if (n > fifo_size(f))
		n = fifo_size(f);
	memcpy(bytes, fifo_bytes(f), n);
	fifo_drop(f, n);
	return n;
}

void fifo_rest(struct fifo *f)
{
	size_t most = f->buf.most;

	if (fifo_size(f) || f->buf.room < 2)
		return;
	fifo_done(f);
	fifo_init(f, most);
}
