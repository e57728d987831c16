/*
 * Our own marks in a stream: where the command's output begins and where it ends, with its exit status.
 *
 * SSH's exit status is not to be believed (libssh2 says 0 after a lost connection), and the login shell may print
 * before our command does. So the script prints "\nMARK begin\n" first and "\nMARK STATUS\n" last, on stdout and
 * on stderr; MARK is random per call. What comes before is noise, what comes after is dropped.
 */
#ifndef REMOTE_FRAME_H
#define REMOTE_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum { FRAME_MARK = 48, FRAME_NOISE = 4096 };

typedef void frame_fn(void *ctx, const char *bytes, size_t n);

struct frame {
	char mark[FRAME_MARK + 3]; /* "\nMARK " */
	size_t mark_size;
	char held[FRAME_MARK + 16]; /* what may turn out to be a mark */
	size_t held_size;
	struct buf noise; /* the last FRAME_NOISE bytes before the beginning */
	bool began, done;
	int status; /* once done */
	frame_fn *body;
	void *ctx;
};

void frame_init(struct frame *f, const char *mark, frame_fn *body, void *ctx);
void frame_done(struct frame *f);
/* Hands on the command's own bytes to body, in pieces. */
void frame_add(struct frame *f, const char *bytes, size_t n);
/* The stream has ended: what was held back for a mark is output after all. */
void frame_flush(struct frame *f);

#endif
