/*
 * WAL positions (LSN) and the names of the WAL segments that hold them.
 */
#ifndef PG_LSN_H
#define PG_LSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t lsn_t;

enum { LSN_TEXT = 18, LSN_SEGMENT_NAME = 25 }; /* room for a text with its NUL */

/* Strictly "16/B374D848": one to eight hexadecimal digits on each side and nothing else. */
bool lsn_parse(const char *text, lsn_t *ret);
/* Returns text. */
char *lsn_format(char text[LSN_TEXT], lsn_t lsn);
/* <0, 0, >0 */
int lsn_compare(lsn_t a, lsn_t b);
/* How many bytes a is ahead of b; negative when it is behind. */
int64_t lsn_ahead_bytes(lsn_t a, lsn_t b);

/* PostgreSQL's rule: a power of two from 1 MB to 1 GB; 16 MB before 11. */
bool lsn_segment_size_fits(uint32_t segment_bytes);
/* The segment that holds the byte at lsn, for instance "00000001000000160000002C". Returns name. */
char *lsn_segment_name(char name[LSN_SEGMENT_NAME], uint32_t timeline, lsn_t lsn, uint32_t segment_bytes);
/* Back: the timeline, and where the segment begins. */
bool lsn_parse_segment(const char *name, uint32_t segment_bytes, uint32_t *ret_timeline, lsn_t *ret_begin);

#endif
