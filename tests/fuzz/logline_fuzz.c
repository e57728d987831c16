/* Any line has a kind; a segment that it names has the form of one. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pg/logline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct logline l;

	logline_read((const char *)data, size, &l);
	if (l.kind >= LOGLINE_KINDS || !*logline_name(l.kind))
		abort();
	if (l.segment[0] && strspn(l.segment, "0123456789ABCDEF") != LSN_SEGMENT_NAME - 1)
		abort();
	return 0;
}
