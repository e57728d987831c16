/* A private key's file is read or refused; what is read can be told to a server. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ssh/identity.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct identity i = {.key = NULL};
	struct error why = {.code = ERROR_NONE};

	if (identity_is_encrypted((const char *)data, size))
		return 0; /* its hash may ask for as many rounds as it likes: that is not ours to wait for here */
	if (identity_parse(&i, (const char *)data, size, NULL, &why)) {
		if (!i.key || !i.blob || !i.size || !i.type[0])
			abort();
		identity_done(&i);
	}
	return 0;
}
