/*
 * Reads one poll of a recovering standby: its replay LSN through libpq, its server log from an offset, and WAL-E's own
 * signs of hanging. Text is a hint; the truth is that replay moves and that the primary says it streams.
 */
#ifndef RESYNC_RECOVERY_WATCH_H
#define RESYNC_RECOVERY_WATCH_H

#include "resync/method.h"

/* Prints the log's new lines, each behind a '|', from ${log_offset} of inode ${log_inode} on; survives both ways of
 * rotation: renamed (the rest is read from the file of that inode), or copied and truncated (read from the start). */
#define LOG_TAIL_SCRIPT                                                                                     \
	"l=${log_file}; i=${log_inode}; o=${log_offset}\n"                                                  \
	"part() { tail -c +$(($2 + 1)) \"$1\" 2>/dev/null | head -c \"$3\"; }\n"                            \
	"now=$(stat -c %i \"$l\" 2>/dev/null || echo 0); size=$(stat -c %s \"$l\" 2>/dev/null || echo 0)\n" \
	"{\n"                                                                                               \
	"if [ \"$now\" != \"$i\" ]; then\n"                                                                 \
	"	old=$(find \"$(dirname \"$l\")\" -maxdepth 1 -inum \"$i\" 2>/dev/null | head -n 1)\n"             \
	"	[ -z \"$old\" ] || part \"$old\" \"$o\" 65536\n"                                                  \
	"	o=0\n"                                                                                            \
	"fi\n"                                                                                              \
	"[ \"$size\" -ge \"$o\" ] || o=0\n"                                                                 \
	"[ $((size - o)) -le 65536 ] || o=$((size - 65536))\n"                                              \
	"part \"$l\" \"$o\" $((size - o))\n"                                                                \
	"} | sed 's/^/|/'\n"                                                                                \
	"echo; echo \"pgresync:log_inode=$now\"; echo \"pgresync:log_offset=$size\"\n"

action_read_fn recovery_watch_read;

/* The definition of done, three samples in a row: the primary streams to this standby, replay has passed the goal, lag
 * is below the warning threshold, the systems are one, no new FATAL. */
action_read_fn recovery_watch_prove;

#endif
