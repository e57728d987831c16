/*
 * One change of one host as one line of text, or as one JSON event.
 */
#ifndef UI_PROGRESS_LINES_H
#define UI_PROGRESS_LINES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "ui/progress_model.h"

/* What has changed between two states of a host. */
enum progress_change {
	PROGRESS_SAME,
	PROGRESS_MOVED, /* figures or the last line only */
	PROGRESS_NEXT_ROW,
	PROGRESS_NEXT_STATE /* or another reason to wait */
};
enum progress_change progress_compare(const struct progress_host *before, const struct progress_host *after);

/* "04:12 pg-standby-2 5/9 base-backup 63% 58.1/92.0GB 31MB/s eta 01:40" and a line feed; `at_ms` since the start. */
void progress_line_text(struct buf *out, const struct progress_host *h, int64_t at_ms);

/* One JSON object and a line feed. */
void progress_line_event(struct buf *out, const struct progress_host *h, int64_t run, int64_t seq, int64_t wall_us);
void progress_line_said(struct buf *out, const char *line, int64_t run, int64_t seq, int64_t wall_us);

#endif
