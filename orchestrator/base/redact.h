/*
 * Blacks out secrets in whatever goes to a store, a log or a screen.
 *
 * It knows the exact bytes of every secret that this process has held (also base64, URL-, shell- and
 * conninfo-quoted) and the usual patterns (password=…, PGPASSWORD=…, PEM private keys, AWS secret keys).
 * A stream may cut a secret anywhere: redact_stream carries enough of the tail over to the next piece.
 */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include <stddef.h>

#include "base/buf.h"

/* Remembers a secret for the life of the process (in locked memory); shorter than 4 bytes is not remembered. */
void redact_add(const char *bytes, size_t n);
/* Forgets and overwrites all; for tests and the end of the process. */
void redact_forget(void);

/* Appends the text to out with every secret replaced by "[redacted]". Caps are out's own. */
void redact_text(struct buf *out, const char *text, size_t n);

/* What stands between the bytes seen and the bytes to come. */
struct redact_state {
	enum redact_mode { REDACT_TEXT, REDACT_HEAD, REDACT_VALUE, REDACT_PEM } mode;
	enum redact_mode after_head; /* what begins when the head (name and "=") has been shown */
	size_t head;		     /* bytes of the head still to show */
	size_t covered;		     /* bytes of a known secret still to hide */
	char delimiter[3];	     /* what ends the value: "" for a space, else a quote, maybe escaped */
	bool hiding;		     /* the mark for what is being hidden stands in the output already */
};

struct redact_stream {
	struct buf carry; /* wiped at the end: it may hold part of a secret */
	struct redact_state state;
};
void redact_stream_init(struct redact_stream *s);
/* Appends to out what can be decided; keeps the rest (at most some kilobytes). */
void redact_stream_add(struct redact_stream *s, struct buf *out, const char *text, size_t n);
/* Appends the rest and gives back the memory; the result is the same as redact_text() of the whole. */
void redact_stream_end(struct redact_stream *s, struct buf *out);

#endif
