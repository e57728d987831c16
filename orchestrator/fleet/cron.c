#include "fleet/cron.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct field {
	const char *name;
	int low, high;
	const char *const *names; /* of low, low + 1, …; NULL: numbers only */
	int n_names;
};

static const char *const month_names[] = {"jan", "feb", "mar", "apr", "may", "jun",
					  "jul", "aug", "sep", "oct", "nov", "dec"};
static const char *const weekday_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

enum { MINUTE, HOUR, DAY, MONTH, WEEKDAY, FIELDS };

static const struct field fields[FIELDS] = {
	[MINUTE] = {"minute", 0, 59, NULL, 0},
	[HOUR] = {"hour", 0, 23, NULL, 0},
	[DAY] = {"day of month", 1, 31, NULL, 0},
	[MONTH] = {"month", 1, 12, month_names, 12},
	[WEEKDAY] = {"day of week", 0, 7, weekday_names, 7},
};

static const struct {
	const char *name, *text;
} shorthands[] = {
	{"@hourly", "0 * * * *"},  {"@daily", "0 0 * * *"},  {"@midnight", "0 0 * * *"}, {"@weekly", "0 0 * * 0"},
	{"@monthly", "0 0 1 * *"}, {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"},
};

/* A reader that knows its column. */
struct reader {
	const char *text, *at;
};

static int column(const struct reader *r)
{
	return (int)(r->at - r->text) + 1;
}

static bool is_end(char c)
{
	return c == '\0' || c == ' ' || c == '\t';
}

/* The word at the reader, for messages: never longer than a line takes. */
static int word_length(const struct reader *r)
{
	int n = 0;

	while (n < 20 && !is_end(r->at[n]) && isprint((unsigned char)r->at[n]))
		n++;
	return n;
}

static bool read_name(struct reader *r, const struct field *f, int *ret)
{
	for (int i = 0; i < f->n_names; i++)
		if (strncasecmp(r->at, f->names[i], 3) == 0 && !isalpha((unsigned char)r->at[3])) {
			*ret = f->low + i;
			r->at += 3;
			return true;
		}
	return false;
}

static bool read_number(struct reader *r, const char *what, int low, int high, int *ret, struct error *why)
{
	int at = column(r), value = 0, digits = 0;

	if (!isdigit((unsigned char)*r->at))
		return error_set(why, ERROR_USAGE, "column %d: a %s is expected, not '%.*s'", at, what, word_length(r),
				 r->at);
	for (; isdigit((unsigned char)*r->at); r->at++, digits++)
		value = value > 9999 ? value : value * 10 + (*r->at - '0');
	if (value < low || value > high || digits > 4)
		return error_set(why, ERROR_USAGE, "column %d: %s must be from %d to %d", at, what, low, high);
	*ret = value;
	return true;
}

static bool read_value(struct reader *r, const struct field *f, int *ret, struct error *why)
{
	return read_name(r, f, ret) || read_number(r, f->name, f->low, f->high, ret, why);
}

static bool read_range(struct reader *r, const struct field *f, int *ret_low, int *ret_high, struct error *why)
{
	int at = column(r);

	if (*r->at == '*') {
		r->at++;
		*ret_low = f->low;
		*ret_high = f == &fields[WEEKDAY] ? 6 : f->high;
		return true;
	}
	if (!read_value(r, f, ret_low, why))
		return false;
	*ret_high = *ret_low;
	if (*r->at == '/')
		return error_set(why, ERROR_USAGE, "column %d: a step needs '*' or a range before it, as in %d-%d/…",
				 at, *ret_low, f->high);
	if (*r->at != '-')
		return true;
	r->at++;
	if (!read_value(r, f, ret_high, why))
		return false;
	if (f == &fields[WEEKDAY] && *ret_high == 0 && *ret_low > 0)
		*ret_high = 7;
	if (*ret_high < *ret_low)
		return error_set(why, ERROR_USAGE, "column %d: the range runs backwards", at);
	return true;
}

static bool read_item(struct reader *r, const struct field *f, uint64_t *bits, struct error *why)
{
	int low, high, step = 1;

	if (!read_range(r, f, &low, &high, why))
		return false;
	if (*r->at == '/') {
		r->at++;
		if (!read_number(r, "step", 1, f->high > 1 ? f->high : 1, &step, why))
			return false;
	}
	for (int i = low; i <= high; i += step)
		*bits |= (uint64_t)1 << (f == &fields[WEEKDAY] && i == 7 ? 0 : i);
	return true;
}

static bool read_field(struct reader *r, const struct field *f, uint64_t *ret_bits, bool *ret_star, struct error *why)
{
	while (*r->at == ' ' || *r->at == '\t')
		r->at++;
	if (*r->at == '\0')
		return error_set(why, ERROR_USAGE, "column %d: the %s is missing", column(r), f->name);
	*ret_star = *r->at == '*';
	*ret_bits = 0;
	for (;;) {
		if (!read_item(r, f, ret_bits, why))
			return false;
		if (*r->at != ',')
			break;
		r->at++;
	}
	if (!is_end(*r->at))
		return error_set(why, ERROR_USAGE, "column %d: '%.*s' was not expected in the %s", column(r),
				 word_length(r), r->at, f->name);
	return true;
}

/* With "both must fit" a date like 30 February never comes; with "either" some weekday always does. */
static bool can_fire(const struct cron *c)
{
	static const int longest[13] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (c->either_day)
		return true;
	for (int month = 1; month <= 12; month++)
		for (int day = 1; day <= longest[month]; day++)
			if ((c->months >> month & 1) && (c->days >> day & 1))
				return true;
	return false;
}

static bool parse_fields(const char *text, struct cron *c, struct error *why)
{
	struct reader r = {text, text};
	uint64_t bits[FIELDS];
	bool star[FIELDS];

	for (int i = 0; i < FIELDS; i++)
		if (!read_field(&r, &fields[i], &bits[i], &star[i], why))
			return false;
	while (*r.at == ' ' || *r.at == '\t')
		r.at++;
	if (*r.at != '\0')
		return error_set(why, ERROR_USAGE, "column %d: '%.*s' is a sixth field; five are expected", column(&r),
				 word_length(&r), r.at);
	*c = (struct cron){
		.minutes = bits[MINUTE],
		.hours = (uint32_t)bits[HOUR],
		.days = (uint32_t)bits[DAY],
		.months = (uint16_t)bits[MONTH],
		.weekdays = (uint8_t)bits[WEEKDAY],
		.every_hour = star[HOUR],
		.either_day = !star[DAY] && !star[WEEKDAY],
	};
	if (!can_fire(c))
		return error_set(why, ERROR_USAGE, "it never fires: no such month has such a day");
	return true;
}

bool cron_parse(const char *text, struct cron *ret_cron, struct error *why)
{
	bool good;

	if (text[0] == '@') {
		for (size_t i = 0; i < sizeof(shorthands) / sizeof(*shorthands); i++)
			if (strcasecmp(text, shorthands[i].name) == 0)
				return parse_fields(shorthands[i].text, ret_cron, why);
		return error_set(
			why, ERROR_USAGE,
			"cron expression: column 1: only @hourly, @daily, @weekly, @monthly and @yearly are known");
	}
	good = parse_fields(text, ret_cron, why);
	if (!good)
		error_in(why, "cron expression");
	return good;
}
