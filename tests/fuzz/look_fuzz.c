/* What a broken host prints for a look is passed over or taken, never more. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "resync/look.h"
#include "resync/look_script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct look_side side;

	memset(&side, 0, sizeof(side));
	look_script_read(&side, size && data[0] & 1 ? 90500 : 150000, (const char *)data, size);
	return 0;
}
