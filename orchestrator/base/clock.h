/*
 * Time: wall clock for records (microseconds since 1970, UTC), monotonic clock for deadlines.
 * Tests set both (clock_fake).
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t clock_wall_us(void);
int64_t clock_monotonic_ms(void);

/* "2026-11-23T02:10:11.123456Z"; size >= 28. Returns text. */
char *clock_format_utc(char *text, size_t size, int64_t wall_us);
/* "2026-11-23 02:10:11" in the local zone; size >= 20. Returns text. */
char *clock_format_local(char *text, size_t size, int64_t wall_us);
/* Reads "2026-11-23", "2026-11-23 02:10[:11]", the T and Z forms (UTC), "now", "today", and "7d", "2h", "30m" ago. */
bool clock_parse(const char *text, int64_t *ret_wall_us);
/* "00:07", "04:12", "1:04:12"; size >= 16. Returns text. */
char *clock_format_duration(char *text, size_t size, int64_t ms);

/* Both clocks stand still at these values from now on; (-1, -1) gives the real ones back. */
void clock_fake(int64_t wall_us, int64_t monotonic_ms);

#endif
