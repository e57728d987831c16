#include "base/template.h"

#include <string.h>

#include "base/quote.h"

typedef bool put_fn(struct buf *out, const char *value);

static bool expand_name(struct buf *out, const char *name, size_t n, template_lookup_fn *lookup, void *ctx, put_fn *put,
			struct error *why)
{
	char key[64];
	const char *value;

	if (n == 0 || n >= sizeof(key))
		return error_set(why, ERROR_CONFIG, "a name in ${…} must have 1 to %zu characters", sizeof(key) - 1);
	memcpy(key, name, n);
	key[n] = '\0';
	value = lookup(ctx, key);
	if (!value)
		return error_set(why, ERROR_CONFIG, "unknown name ${%s}", key);
	if (!put(out, value))
		return error_set(why, ERROR_CONFIG, "the value of ${%s} makes the text too long", key);
	return true;
}

static bool expand(struct buf *out, const char *text, template_lookup_fn *lookup, void *ctx, put_fn *put,
		   struct error *why)
{
	while (*text) {
		const char *end;

		if (strncmp(text, "$${", 3) == 0) {
			if (!buf_adds(out, "${"))
				return error_set(why, ERROR_CONFIG, "the text is too long");
			text += 3;
			continue;
		}
		if (strncmp(text, "${", 2) != 0) {
			if (!buf_addc(out, *text++))
				return error_set(why, ERROR_CONFIG, "the text is too long");
			continue;
		}
		end = strchr(text, '}');
		if (!end)
			return error_set(why, ERROR_CONFIG, "${ without } in \"%.40s\"", text);
		if (!expand_name(out, text + 2, (size_t)(end - text - 2), lookup, ctx, put, why))
			return false;
		text = end + 1;
	}
	return true;
}

bool template_expand(struct buf *out, const char *text, template_lookup_fn *lookup, void *ctx, struct error *why)
{
	return expand(out, text, lookup, ctx, quote_sh, why);
}

bool template_expand_plain(struct buf *out, const char *text, template_lookup_fn *lookup, void *ctx, struct error *why)
{
	return expand(out, text, lookup, ctx, buf_adds, why);
}
