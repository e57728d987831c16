#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "fleet/cron.h"

#define ZONES "/usr/share/zoneinfo/"

enum { DAY_S = 86400, HOUR_S = 3600, WESTMOST_S = 16 * HOUR_S, EASTMOST_S = 14 * HOUR_S };

/* The calendar repeats its weekdays after 28 years, or 40 where a century takes a leap day away. */
enum { DAYS_AHEAD = 41 * 366 };

static bool is_zone_name(const char *zone)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/";
	size_t n = strlen(zone);

	return n > 0 && n < 64 && strspn(zone, good) == n && zone[0] != '/' && zone[0] != '-' && zone[n - 1] != '/' &&
	       !strstr(zone, "//");
}

bool cron_zone_check(const char *zone, struct error *why)
{
	char path[128], magic[4];
	ssize_t n = -1;
	int fd;

	if (!is_zone_name(zone))
		return error_set(why, ERROR_CONFIG, "a time zone is a name like Europe/London or UTC");
	snprintf(path, sizeof(path), ZONES "%s", zone);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0) {
		n = read(fd, magic, sizeof(magic));
		close(fd);
	}
	if (n != (ssize_t)sizeof(magic) || memcmp(magic, "TZif", 4) != 0)
		return error_set(why, ERROR_CONFIG, "time zone '%s' is not known here (" ZONES ")", zone);
	return true;
}

/* The process's own zone, while another one is set. */
struct zone {
	char *before;
};

static struct zone zone_begin(const char *name)
{
	const char *before = getenv("TZ");
	struct zone z = {mem_strdup(before)};
	char path[128];

	snprintf(path, sizeof(path), ":" ZONES "%s", name);
	setenv("TZ", path, 1);
	tzset();
	return z;
}

static void zone_end(struct zone *z)
{
	if (z->before)
		setenv("TZ", z->before, 1);
	else
		unsetenv("TZ");
	tzset();
	free(z->before);
}

static int64_t offset_at(int64_t instant)
{
	time_t t = (time_t)instant;
	struct tm tm;

	localtime_r(&t, &tm);
	return tm.tm_gmtoff;
}

/* The first instant in (from, to] where the zone's offset is another than before. */
static int64_t find_change(int64_t from, int64_t to, int64_t offset)
{
	while (to - from > 1) {
		int64_t middle = from + (to - from) / 2;

		if (offset_at(middle) == offset)
			from = middle;
		else
			to = middle;
	}
	return to;
}

/* When a wall clock shows this (seconds as if it were UTC). late: the second time, where it shows it twice.
 * What it never shows is the first instant after the gap; *ret_gap says so. */
static int64_t instant_of(int64_t local, bool late, bool *ret_gap)
{
	int64_t before = offset_at(local - WESTMOST_S), after = offset_at(local + EASTMOST_S);
	int64_t a = local - before, b = local - after;
	bool a_good = offset_at(a) == before, b_good = offset_at(b) == after;

	*ret_gap = !a_good && !b_good;
	if (*ret_gap)
		return find_change(b < a ? b : a, b < a ? a : b, before);
	if (a_good && b_good)
		return late == (a > b) ? a : b;
	return a_good ? a : b;
}

struct search {
	const struct cron *cron;
	int64_t after;
	bool late;
};

static bool day_fits(const struct cron *c, int64_t day)
{
	time_t t = (time_t)(day * DAY_S);
	struct tm tm;
	bool day_ok, weekday_ok;

	gmtime_r(&t, &tm);
	if (!(c->months >> (tm.tm_mon + 1) & 1))
		return false;
	day_ok = c->days >> tm.tm_mday & 1;
	weekday_ok = c->weekdays >> tm.tm_wday & 1;
	return c->either_day ? day_ok || weekday_ok : day_ok && weekday_ok;
}

/* Is everything up to this wall time over already?  Instants never run backwards as wall times grow. */
static bool is_over(const struct search *s, int64_t local)
{
	bool gap;

	return instant_of(local, s->late, &gap) <= s->after;
}

static bool search_hour(const struct search *s, int64_t local_hour, int64_t *ret)
{
	for (int minute = 0; minute < 60; minute++) {
		bool gap;
		int64_t t;

		if (!(s->cron->minutes >> minute & 1))
			continue;
		t = instant_of(local_hour + minute * 60, s->late, &gap);
		if (t > s->after && !(gap && s->cron->every_hour)) {
			*ret = t;
			return true;
		}
	}
	return false;
}

static bool search_day(const struct search *s, int64_t day, int64_t *ret)
{
	if (is_over(s, day * DAY_S + DAY_S - 60))
		return false;
	for (int hour = 0; hour < 24; hour++) {
		int64_t local_hour = day * DAY_S + hour * HOUR_S;

		if ((s->cron->hours >> hour & 1) && !is_over(s, local_hour + HOUR_S - 60) &&
		    search_hour(s, local_hour, ret))
			return true;
	}
	return false;
}

static int64_t search_from(const struct search *s)
{
	int64_t first = (s->after + offset_at(s->after)) / DAY_S - 2, found = INT64_MAX;

	for (int64_t day = first; day < first + DAYS_AHEAD; day++)
		if (day_fits(s->cron, day) && search_day(s, day, &found))
			break;
	return found;
}

bool cron_next(const struct cron *cron, const char *zone, int64_t after_us, int64_t *ret_us, struct error *why)
{
	struct search s = {cron, after_us / 1000000 - (after_us % 1000000 < 0), false};
	struct zone z;
	int64_t first, second = INT64_MAX;

	if (!cron_zone_check(zone, why))
		return false;
	z = zone_begin(zone);
	first = search_from(&s);
	s.late = true;
	if (cron->every_hour)
		second = search_from(&s);
	zone_end(&z);
	if (second < first)
		first = second;
	if (first == INT64_MAX)
		return error_set(why, ERROR_CONFIG, "the cron expression has no time within the next forty years");
	*ret_us = first * 1000000;
	return true;
}
