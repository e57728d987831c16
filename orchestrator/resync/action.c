#include "resync/action.h"

#include <string.h>

const char *action_script(const struct action *a, const struct host *standby)
{
	return a->script_for ? a->script_for(standby) : a->script;
}

const char *reply_words(const struct remote_reply *reply)
{
	static char line[400];
	const char *end = reply->err + reply->err_size, *start;
	size_t n;

	while (end > reply->err && (end[-1] == '\n' || end[-1] == '\r'))
		end--;
	for (start = end; start > reply->err && start[-1] != '\n';)
		start--;
	n = (size_t)(end - start) < sizeof(line) - 1 ? (size_t)(end - start) : sizeof(line) - 1;
	memcpy(line, start, n);
	line[n] = '\0';
	return line;
}
