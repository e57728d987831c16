#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fleet/stale.h"

enum { COOL_DOWN_S = 6 * 3600, MOST = 100000 };

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit byte_units[] = {
	{"", 1},	 {"B", 1},	 {"k", 1 << 10},  {"kB", 1 << 10},	   {"M", 1 << 20},
	{"MB", 1 << 20}, {"G", 1 << 30}, {"GB", 1 << 30}, {"T", (int64_t)1 << 40}, {"TB", (int64_t)1 << 40},
	{NULL, 0},
};

static const struct unit time_units[] = {
	{"", 1}, {"s", 1}, {"m", 60}, {"min", 60}, {"h", 3600}, {"d", 86400}, {NULL, 0},
};

static const struct unit plain_units[] = {{"", 1}, {NULL, 0}};

static bool read_amount(const char *name, const char *value, const struct unit *units, int64_t *ret, struct error *why)
{
	char *end = NULL;
	long long n = isdigit((unsigned char)value[0]) ? strtoll(value, &end, 10) : -1;

	for (; n >= 0 && units->name; units++)
		if (strcasecmp(end, units->name) == 0 && n <= INT64_MAX / 4 / units->factor) {
			*ret = n * units->factor;
			return true;
		}
	return error_set(why, ERROR_USAGE, "%s=%.40s: a number is expected, such as 3, 512MB or 30m", name, value);
}

static bool read_yes(const char *name, const char *value, bool *ret, struct error *why)
{
	*ret = strcmp(value, "yes") == 0;
	if (*ret || strcmp(value, "no") == 0)
		return true;
	return error_set(why, ERROR_USAGE, "%s is yes or no, not '%.40s'", name, value);
}

void stale_policy_init(struct stale_policy *p)
{
	*p = (struct stale_policy){.cool_down_s = COOL_DOWN_S};
}

bool stale_policy_set(struct stale_policy *p, const char *name, const char *value, struct error *why)
{
	const struct {
		const char *name;
		const struct unit *units;
		int64_t *field;
	} numbers[] = {
		{"lag-bytes", byte_units, &p->lag_bytes}, {"lag-seconds", time_units, &p->lag_seconds},
		{"for", time_units, &p->for_seconds},	  {"cool-down", time_units, &p->cool_down_s},
		{"most", plain_units, &p->most},	  {"jobs", plain_units, &p->jobs},
	};

	if (strcmp(name, "down") == 0)
		return read_yes(name, value, &p->down, why);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		if (strcmp(numbers[i].name, name) != 0)
			continue;
		if (!read_amount(name, value, numbers[i].units, numbers[i].field, why))
			return false;
		if (numbers[i].units == plain_units && *numbers[i].field > MOST)
			return error_set(why, ERROR_USAGE, "%s=%.40s is too many", name, value);
		return true;
	}
	return error_set(why, ERROR_USAGE,
			 "'%.40s' is no word of a policy: lag-bytes, lag-seconds, for, cool-down, most, jobs, down",
			 name);
}

/* The next word into word; false at the end or when it is too long. */
static bool next_word(const char **at, char word[64])
{
	size_t n;

	*at += strspn(*at, " \t");
	n = strcspn(*at, " \t");
	if (n == 0 || n >= 64)
		return false;
	memcpy(word, *at, n);
	word[n] = '\0';
	*at += n;
	return true;
}

bool stale_policy_read(struct stale_policy *p, const char *words, struct error *why)
{
	const char *at = words;
	char word[64], value[64];

	while (next_word(&at, word)) {
		char *name = strncmp(word, "--", 2) == 0 ? word + 2 : word, *equals = strchr(name, '=');

		if (equals)
			*equals++ = '\0';
		else if (next_word(&at, value))
			equals = value;
		else
			return error_set(why, ERROR_USAGE, "policy: %s needs a value: %s=…", name, name);
		if (!stale_policy_set(p, name, equals, why))
			return error_in(why, "policy");
	}
	if (*at)
		return error_set(why, ERROR_USAGE, "policy: '%.40s…' is too long for a word", at);
	return true;
}

/* "90 s", "30 min", "6 h" */
static void add_time(char *text, size_t size, const char *before, int64_t seconds)
{
	size_t n = strlen(text);

	if (seconds % 3600 == 0 && seconds > 0)
		snprintf(text + n, size - n, "%s%lld h", before, (long long)(seconds / 3600));
	else if (seconds % 60 == 0 && seconds > 0)
		snprintf(text + n, size - n, "%s%lld min", before, (long long)(seconds / 60));
	else
		snprintf(text + n, size - n, "%s%lld s", before, (long long)seconds);
}

char *stale_policy_describe(char *text, size_t size, const struct stale_policy *p)
{
	snprintf(text, size, "%s", p->down ? "stale, also when down" : "stale");
	if (p->lag_bytes) {
		size_t n = strlen(text);

		snprintf(text + n, size - n, ", or lag above %lld MB", (long long)(p->lag_bytes >> 20));
	}
	if (p->lag_seconds)
		add_time(text, size, ", or lag above ", p->lag_seconds);
	if (p->for_seconds && (p->lag_bytes || p->lag_seconds))
		add_time(text, size, " for ", p->for_seconds);
	add_time(text, size, "; cool-down ", p->cool_down_s);
	return text;
}
