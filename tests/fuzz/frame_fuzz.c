/* Marks cut anywhere: the same body, the same status, and never more body than there was stream. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "remote/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void add(void *ctx, const char *bytes, size_t n)
{
	if (!buf_add(ctx, bytes, n))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct frame whole, cut;
	struct buf all, pieces;

	buf_init(&all, size);
	buf_init(&pieces, size);
	frame_init(&whole, "MARK", add, &all);
	frame_init(&cut, "MARK", add, &pieces);
	frame_add(&whole, (const char *)data, size);
	for (size_t at = 0; at < size;) {
		size_t n = 1 + data[at] % 7;

		if (n > size - at)
			n = size - at;
		frame_add(&cut, (const char *)data + at, n);
		at += n;
	}
	frame_flush(&whole);
	frame_flush(&cut);
	if (whole.began != cut.began || whole.done != cut.done || (whole.done && whole.status != cut.status))
		abort();
	if (all.used != pieces.used || memcmp(all.bytes, pieces.bytes, all.used) != 0)
		abort();
	frame_done(&whole);
	frame_done(&cut);
	buf_done(&all);
	buf_done(&pieces);
	return 0;
}
