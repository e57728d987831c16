/* Appending to any text leaves the text as it was and reads back as the value that was given. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pg/recovery.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	char value[64] = "";
	struct buf out, back;
	struct error why;
	size_t n = size < sizeof(value) ? size : sizeof(value) - 1;

	for (size_t i = 0; i < n; i++)
		value[i] = text[i] ? text[i] : 'x';
	buf_init(&out, size + 1000);
	buf_init(&back, size + 1000);
	recovery_check(text, size, &why);
	recovery_get(text, size, "restore_command", &back);
	if (!recovery_append(&out, text, size, 7, "restore_command", value))
		abort();
	if (memcmp(out.bytes, text, size) != 0 || recovery_marked_run(out.bytes, out.used) != 7)
		abort();
	if (!recovery_get(out.bytes, out.used, "restore_command", &back) || strcmp(back.bytes, value) != 0)
		abort();
	buf_done(&out);
	buf_done(&back);
	return 0;
}
