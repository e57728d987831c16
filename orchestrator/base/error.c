#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int exit_status;
	bool may_retry;
} kinds[ERROR_CODES] = {
	[ERROR_NONE] = {"none", 0, false},
	[ERROR_FAILED] = {"failed", 1, false},
	[ERROR_HOST] = {"host", 2, false},
	[ERROR_TIMEOUT] = {"timeout", 2, true},
	[ERROR_UNREACHABLE] = {"unreachable", 4, true},
	[ERROR_HOST_KEY] = {"host-key", 5, false},
	[ERROR_AUTH] = {"auth", 4, false},
	[ERROR_REFUSED] = {"refused", 5, false},
	[ERROR_BUSY] = {"busy", 75, true},
	[ERROR_OWED] = {"owed", 7, false},
	[ERROR_USAGE] = {"usage", 64, false},
	[ERROR_CONFIG] = {"config", 78, false},
	[ERROR_PERMISSION] = {"permission", 77, false},
	[ERROR_STORE] = {"store", 1, false},
	[ERROR_CANCELLED] = {"cancelled", 130, false},
};

bool error_set(struct error *why, enum error_code code, const char *format, ...)
{
	char text[sizeof(why->text)];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	why->code = code;
	memcpy(why->text, text, sizeof(text));
	return false;
}

bool error_in(struct error *why, const char *format, ...)
{
	char text[sizeof(why->text)];
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n + 3 < sizeof(text)) {
		int left = (int)sizeof(text) - n;

		snprintf(text + n, (size_t)left, ": %.*s", left - 3, why->text);
	}
	memcpy(why->text, text, sizeof(text));
	return false;
}

const char *error_name(enum error_code code)
{
	return code < ERROR_CODES ? kinds[code].name : "?";
}

enum error_code error_by_name(const char *name)
{
	for (int i = 0; i < ERROR_CODES; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return (enum error_code)i;
	return ERROR_NONE;
}

int error_exit_status(enum error_code code)
{
	return code < ERROR_CODES ? kinds[code].exit_status : 1;
}

bool error_may_retry(enum error_code code)
{
	return code < ERROR_CODES && kinds[code].may_retry;
}
