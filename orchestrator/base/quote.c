#include "base/quote.h"

#include <string.h>

static bool is_plain(const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:@%+,-";

	return *s && strspn(s, plain) == strlen(s);
}

bool quote_sh(struct buf *out, const char *s)
{
	if (is_plain(s))
		return buf_adds(out, s);
	if (!buf_addc(out, '\''))
		return false;
	for (; *s; s++)
		if (!(*s == '\'' ? buf_adds(out, "'\\''") : buf_addc(out, *s)))
			return false;
	return buf_addc(out, '\'');
}

bool quote_conninfo(struct buf *out, const char *s)
{
	if (!buf_addc(out, '\''))
		return false;
	for (; *s; s++) {
		if ((*s == '\'' || *s == '\\') && !buf_addc(out, '\\'))
			return false;
		if (!buf_addc(out, *s))
			return false;
	}
	return buf_addc(out, '\'');
}
