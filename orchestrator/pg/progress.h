/*
 * Follows what pg_basebackup prints on stderr: progress lines that end in CR, password prompts that end in nothing.
 *
 * Feed it the bytes as they come, cut anywhere. A second prompt means that the password was wrong or is asked for
 * again without end: the caller stops the program then.
 */
#ifndef PG_PROGRESS_H
#define PG_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	unsigned prompts; /* "Password: " seen so far */
	bool seen;	  /* a progress line came */
	int64_t done_kb, total_kb;
	int percent; /* 0 to 100; more when the estimate was low is shown as 100 */
	int tablespaces_done, tablespaces;
	bool complete;		/* "base backup completed" */
	bool waits_for_archive; /* the server waits for the end of WAL archiving, maybe for ever */
	size_t used;		/* of line: what has come of the present one */
	char line[256];
};

void progress_init(struct progress *p);
/* True when something in it changed. */
bool progress_feed(struct progress *p, const char *bytes, size_t n);

#endif
