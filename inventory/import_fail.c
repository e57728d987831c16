#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"
#include "base/suggest.h"
#include "inventory/import_yaml.h"

bool import_fail(const struct content *c, const struct yaml_tree *at, struct error *why, const char *format, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	return error_set(why, ERROR_CONFIG, "%s:%zu:%zu: %s", c->name, at->line, at->column, text);
}

const char *import_quote(const char *text)
{
	static char quoted[128];
	scoped_buf out = {0};

	buf_init(&out, 4 * YAML_TREE_SCALAR_MOST);
	printable_add(&out, text, strnlen(text, 64), PRINTABLE_LINE);
	snprintf(quoted, sizeof(quoted), "\"%.80s%s\"", out.bytes, strlen(text) > 64 ? "..." : "");
	return quoted;
}

bool import_unknown(const struct content *c, const struct yaml_tree *key, const char *where, const char *const *known,
		    struct error *why)
{
	scoped_buf hint = {0};
	size_t n = 0;

	while (known[n])
		n++;
	buf_init(&hint, 200);
	suggest_add(&hint, key->text, known, n);
	return import_fail(c, key, why, "%s: unknown key %s%s", where, import_quote(key->text), hint.bytes);
}
