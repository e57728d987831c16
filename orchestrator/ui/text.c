#include "ui/text.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/printable.h"

enum { TEXT_LINE_MOST = 64 * 1024 };

static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB"};

size_t text_width(const char *text)
{
	scoped_buf clean;

	buf_init(&clean, TEXT_LINE_MOST);
	printable_add(&clean, text, strlen(text), PRINTABLE_LINE);
	return printable_width(clean.bytes);
}

size_t text_add_cut(struct buf *out, const char *text, size_t columns)
{
	scoped_buf clean, cut;
	size_t used;

	buf_init(&clean, TEXT_LINE_MOST);
	buf_init(&cut, TEXT_LINE_MOST);
	printable_add(&clean, text, strlen(text), PRINTABLE_LINE);
	printable_cut(&cut, clean.bytes, columns);
	used = printable_width(cut.bytes);
	buf_adds(out, cut.bytes);
	return used;
}

void text_add_fitted(struct buf *out, const char *text, size_t columns, bool right)
{
	size_t width = text_width(text);

	if (right && width < columns)
		text_add_spaces(out, columns - width);
	width = text_add_cut(out, text, columns);
	if (!right && width < columns)
		text_add_spaces(out, columns - width);
}

void text_add_spaces(struct buf *out, size_t n)
{
	while (n-- > 0)
		buf_addc(out, ' ');
}

const char *text_without(const char *text, const char *name)
{
	size_t n = name != NULL ? strlen(name) : 0;

	return n > 0 && strncmp(text, name, n) == 0 && strncmp(text + n, ": ", 2) == 0 ? text + n + 2 : text;
}

/* The unit in which the number has at most four digits. */
static size_t unit_of(int64_t bytes, double *ret_divisor)
{
	size_t unit = 0;

	for (*ret_divisor = 1; (double)bytes / *ret_divisor >= 999.5 && unit + 1 < sizeof(units) / sizeof(*units);
	     unit++)
		*ret_divisor *= 1024;
	return unit;
}

static int decimals_of(double value, size_t unit)
{
	return unit >= 2 && value < 99.95 ? 1 : 0;
}

char *text_size(char text[TEXT_NUMBER], int64_t bytes)
{
	double divisor;
	size_t unit = unit_of(bytes, &divisor);
	double value = (double)bytes / divisor;

	if (bytes < 0)
		snprintf(text, TEXT_NUMBER, "-");
	else
		snprintf(text, TEXT_NUMBER, "%.*f %s", decimals_of(value, unit), value, units[unit]);
	return text;
}

char *text_size_of(char text[TEXT_NUMBER], int64_t bytes, int64_t total)
{
	double divisor;
	size_t unit = unit_of(total, &divisor);
	double whole = (double)total / divisor;
	int decimals = decimals_of(whole, unit);

	snprintf(text, TEXT_NUMBER, "%.*f/%.*f %s", decimals, (double)bytes / divisor, decimals, whole, units[unit]);
	return text;
}

char *text_rate(char text[TEXT_NUMBER], int64_t bytes_per_s)
{
	double divisor;
	size_t unit = unit_of(bytes_per_s, &divisor);

	if (bytes_per_s < 0)
		snprintf(text, TEXT_NUMBER, "-");
	else
		snprintf(text, TEXT_NUMBER, "%.0f %s/s", (double)bytes_per_s / divisor, units[unit]);
	return text;
}

char *text_duration(char text[TEXT_NUMBER], int64_t ms)
{
	if (ms < 0)
		snprintf(text, TEXT_NUMBER, "-");
	else
		clock_format_duration(text, TEXT_NUMBER, ms);
	return text;
}
