/* Any file of known hosts is read to its end, and what is found has a place in it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ssh/known_hosts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void found(void *ctx, const struct known_key *key)
{
	(void)ctx;
	if (!key->type || !key->blob || !key->size || !key->line || strcmp(key->file, "file") != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct known_hosts *k = known_hosts_parse("file", (const char *)data, size);
	unsigned first;

	known_hosts_find(k, "host.example", 22, found, NULL);
	known_hosts_find(k, "10.0.0.1", 2222, found, NULL);
	if ((known_hosts_bad_lines(k, &first) == 0) != (first == 0))
		abort();
	known_hosts_free(k);
	return 0;
}
