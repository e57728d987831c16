#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t fake_wall_us = -1, fake_monotonic_ms = -1;

int64_t clock_wall_us(void)
{
	struct timespec t;

	if (fake_wall_us >= 0)
		return fake_wall_us;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t clock_monotonic_ms(void)
{
	struct timespec t;

	if (fake_monotonic_ms >= 0)
		return fake_monotonic_ms;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void clock_fake(int64_t wall_us, int64_t monotonic_ms)
{
	fake_wall_us = wall_us;
	fake_monotonic_ms = monotonic_ms;
}

static time_t seconds_of(int64_t wall_us, int64_t *ret_us)
{
	int64_t s = wall_us / 1000000, us = wall_us % 1000000;

	if (us < 0) {
		us += 1000000;
		s--;
	}
	*ret_us = us;
	return (time_t)s;
}

char *clock_format_utc(char *text, size_t size, int64_t wall_us)
{
	int64_t us;
	time_t s = seconds_of(wall_us, &us);
	struct tm tm;
	char head[32];

	gmtime_r(&s, &tm);
	strftime(head, sizeof(head), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, size, "%s.%06dZ", head, (int)us);
	return text;
}

char *clock_format_local(char *text, size_t size, int64_t wall_us)
{
	int64_t us;
	time_t s = seconds_of(wall_us, &us);
	struct tm tm;

	localtime_r(&s, &tm);
	if (strftime(text, size, "%Y-%m-%d %H:%M:%S", &tm) == 0 && size)
		text[0] = '\0';
	return text;
}

static bool parse_ago(const char *text, int64_t *ret_wall_us)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}, {'w', 604800}};
	char *end;
	long n = strtol(text, &end, 10);

	if (end == text || n < 0 || n > 100000 || !end[0] || end[1])
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (units[i].unit == *end) {
			*ret_wall_us = clock_wall_us() - n * units[i].seconds * 1000000;
			return true;
		}
	return false;
}

static bool parse_calendar(const char *text, int64_t *ret_wall_us)
{
	static const char *const formats[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"};

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		struct tm tm = {.tm_isdst = -1};
		const char *rest = strptime(text, formats[i], &tm);
		bool utc;

		if (!rest)
			continue;
		if (*rest == '.') {
			rest++;
			rest += strspn(rest, "0123456789");
		}
		utc = strcmp(rest, "Z") == 0;
		if (*rest && !utc)
			continue;
		*ret_wall_us = (int64_t)(utc ? timegm(&tm) : mktime(&tm)) * 1000000;
		return true;
	}
	return false;
}

bool clock_parse(const char *text, int64_t *ret_wall_us)
{
	if (strcmp(text, "now") == 0) {
		*ret_wall_us = clock_wall_us();
		return true;
	}
	if (strcmp(text, "today") == 0) {
		int64_t us;
		time_t s = seconds_of(clock_wall_us(), &us);
		struct tm tm;

		localtime_r(&s, &tm);
		tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
		tm.tm_isdst = -1;
		*ret_wall_us = (int64_t)mktime(&tm) * 1000000;
		return true;
	}
	return parse_calendar(text, ret_wall_us) || parse_ago(text, ret_wall_us);
}

char *clock_format_duration(char *text, size_t size, int64_t ms)
{
	int64_t s = ms / 1000;

	if (s >= 3600)
		snprintf(text, size, "%d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
	else
		snprintf(text, size, "%02d:%02d", (int)(s / 60), (int)(s % 60));
	return text;
}
