/* pg_basebackup's output cut anywhere gives the same as the whole. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pg/progress.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct progress whole, cut;

	progress_init(&whole);
	progress_init(&cut);
	progress_feed(&whole, (const char *)data, size);
	for (size_t at = 0; at < size;) {
		size_t n = 1 + data[at] % 5;

		if (n > size - at)
			n = size - at;
		progress_feed(&cut, (const char *)data + at, n);
		at += n;
	}
	if (whole.prompts != cut.prompts || whole.percent != cut.percent || whole.done_kb != cut.done_kb ||
	    whole.used != cut.used || whole.complete != cut.complete || whole.percent < 0 || whole.percent > 100)
		abort();
	return 0;
}
