/* An expression that is taken has a next time, and that lies ahead. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fleet/cron.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const int64_t now_us = 1700000000000000;
	char *text = malloc(size + 1);
	struct cron cron;
	struct error why;
	int64_t next_us;

	memcpy(text, data, size);
	text[size] = '\0';
	if (cron_parse(text, &cron, &why) &&
	    (!cron_next(&cron, "Europe/London", now_us, &next_us, &why) || next_us <= now_us))
		abort();
	free(text);
	return 0;
}
