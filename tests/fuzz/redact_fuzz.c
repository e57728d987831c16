/* The redactor: cut anywhere the result is the same, and no secret that it knows comes out. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const secrets[] = {"canary-1", "two words", "q'u\\o\"te", "abcabc"};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static bool begun;
	struct buf whole, cut;
	struct redact_stream s;
	const char *text = (const char *)data;

	for (size_t i = 0; !begun && i < sizeof(secrets) / sizeof(*secrets); i++)
		redact_add(secrets[i], strlen(secrets[i]));
	begun = true;
	buf_init(&whole, 20 * size + 100);
	buf_init(&cut, 20 * size + 100);
	redact_text(&whole, text, size);
	redact_stream_init(&s);
	for (size_t at = 0; at < size;) {
		size_t n = 1 + data[at] % 7;

		if (n > size - at)
			n = size - at;
		redact_stream_add(&s, &cut, text + at, n);
		at += n;
	}
	redact_stream_end(&s, &cut);
	if (cut.used != whole.used || memcmp(cut.bytes, whole.bytes, cut.used) != 0)
		abort();
	for (size_t i = 0; i < sizeof(secrets) / sizeof(*secrets); i++)
		if (memmem(whole.bytes, whole.used, secrets[i], strlen(secrets[i])))
			abort();
	buf_done(&whole);
	buf_done(&cut);
	return 0;
}
