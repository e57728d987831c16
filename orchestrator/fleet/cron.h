/*
 * Five-field cron expressions in a named time zone.
 *
 * Fields: minute, hour, day of month, month, day of week (0 and 7 are Sunday); lists, ranges, steps, English names
 * of three letters; @hourly @daily @midnight @weekly @monthly @yearly @annually. As in Vixie's cron, when neither of
 * the two day fields begins with '*' a day that fits either of them fits.
 *
 * Where clocks change:
 * - a time that does not exist fires once, at the first instant after the gap;
 * - a time that exists twice fires once, at the first of the two;
 * - an expression whose hour field begins with '*' follows elapsed time instead: it skips what does not exist and
 *   fires in both passes of what exists twice, so that "every quarter of an hour" stays that.
 */
#ifndef FLEET_CRON_H
#define FLEET_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct cron {
	uint64_t minutes; /* bit i: minute i */
	uint32_t hours;	  /* bit i: hour i */
	uint32_t days;	  /* bit i: day i of the month, 1 to 31 */
	uint16_t months;  /* bit i: month i, 1 to 12 */
	uint8_t weekdays; /* bit i: 0 Sunday to 6 Saturday */
	bool every_hour;  /* the hour field begins with '*' */
	bool either_day;  /* day of month OR day of week, else both */
};

/* False and ERROR_USAGE: the text names the column. An expression that never fires (30 February) is refused. */
bool cron_parse(const char *text, struct cron *ret_cron, struct error *why);

/* Is it an IANA zone that this machine knows ("Europe/London", "UTC")? False and ERROR_CONFIG when not. */
bool cron_zone_check(const char *zone, struct error *why);

/* The first fire after this instant (never at it). It sets TZ for the time of the call, so one thread only.
 * False: the zone is unknown. */
bool cron_next(const struct cron *cron, const char *zone, int64_t after_us, int64_t *ret_us, struct error *why);

#endif
