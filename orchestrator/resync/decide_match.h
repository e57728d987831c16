/*
 * Small questions about a look that several judgements share.
 */
#ifndef RESYNC_DECIDE_MATCH_H
#define RESYNC_DECIDE_MATCH_H

#include <stdbool.h>
#include <stdint.h>

struct host;
struct look;
struct look_side;

/* Is `name` the host's name, or its first labels? */
bool decide_names_host(const char *name, const char *host_name);
/* Is it one of the side's own addresses, or the one in the inventory? Loopback never is. */
bool decide_is_address_of(const char *address, const struct look_side *side, const struct host *host);
/* Does the standby's primary_conninfo name this primary? */
bool decide_conninfo_fits(const struct look *look);

/* From the server, or else from the control file; false: unknown. */
bool decide_system_identifier(const struct look_side *side, uint64_t *ret);
/* The highest timeline that the side has been on. */
bool decide_timeline(const struct look_side *side, uint32_t *ret);

/* <0, 0, >0 by position only: segment numbers grow on across timelines. */
int decide_compare_segments(const char *a, const char *b);
/* Is the segment that the standby needs next gone from the primary? *ret_known: both are known. */
bool decide_segment_gone(const struct look *look, bool *ret_known, char ret_needed[32]);

#endif
