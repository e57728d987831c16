/* Whatever pg_controldata or the file itself hold: read or refused, never more. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "pg/control.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct control c;
	struct error why;

	memcpy(text, data, size);
	text[size] = '\0';
	if (control_parse(text, &c, &why) && (c.system_identifier == 0 || c.state >= CONTROL_STATES))
		abort();
	if (control_parse_head(data, size, &c, &why) && (c.system_identifier == 0 || c.state >= CONTROL_STATES))
		abort();
	control_parse_head_hex(text, &c, &why);
	free(text);
	return 0;
}
