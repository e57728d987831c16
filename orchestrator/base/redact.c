#include "base/redact.h"

#include <string.h>

#include "base/mem.h"
#include "base/redact_known.h"
#include "base/redact_pattern.h"

enum { PIECE = 4096 };

static const char mark[] = "[redacted]";

void redact_add(const char *bytes, size_t n)
{
	redact_known_add(bytes, n);
}

void redact_forget(void)
{
	redact_known_forget();
}

static void put(struct buf *out, const char *bytes, size_t n)
{
	if (n > out->most - out->used)
		n = out->most - out->used;
	buf_add(out, bytes, n);
}

/* Moves s->mode on for the byte at text; MORE when it cannot be told yet. */
static enum redact_match set_mode(struct redact_state *s, const char *text, size_t available, bool final)
{
	enum redact_match ends;

	if (s->head > 0)
		return REDACT_YES;
	if (s->mode == REDACT_HEAD)
		s->mode = s->after_head;
	if (s->mode != REDACT_TEXT) {
		ends = redact_pattern_ends(s, text, available, final);
		if (ends != REDACT_YES)
			return ends;
		s->mode = REDACT_TEXT;
	}
	return redact_pattern_begins((unsigned char)*text) ? redact_pattern_match(s, text, available, final) :
							     REDACT_NO;
}

/* Is the byte at text to be hidden? False when that depends on bytes to come. */
static bool decide(struct redact_state *s, const char *text, size_t available, bool final, bool *ret_hide)
{
	size_t length = 0;
	enum redact_match known = redact_known_match(text, available, final, &length);

	if (known == REDACT_MORE || set_mode(s, text, available, final) == REDACT_MORE)
		return false;
	if (length > s->covered)
		s->covered = length;
	*ret_hide = s->covered > 0 || s->mode == REDACT_VALUE || s->mode == REDACT_PEM;
	if (s->head > 0)
		s->head--;
	if (s->covered > 0)
		s->covered--;
	return true;
}

/* Nothing can begin or end at this byte, and nothing is going on: the common case. */
static bool is_dull(const struct redact_state *s, char c)
{
	return s->mode == REDACT_TEXT && s->covered == 0 && !s->hiding && !redact_known_begins((unsigned char)c) &&
	       !redact_pattern_begins((unsigned char)c);
}

/* Takes as many bytes as can be decided and returns how many. */
static size_t advance(struct redact_state *s, struct buf *out, const char *text, size_t n, bool final)
{
	size_t shown_from = 0, i;

	for (i = 0; i < n; i++) {
		bool hide;

		if (is_dull(s, text[i]))
			continue;
		if (!decide(s, text + i, n - i, final, &hide))
			break;
		if (hide && !s->hiding) {
			put(out, text + shown_from, i - shown_from);
			buf_adds(out, mark);
		}
		if (!hide && s->hiding)
			shown_from = i;
		s->hiding = hide;
	}
	if (!s->hiding)
		put(out, text + shown_from, i - shown_from);
	return i;
}

void redact_text(struct buf *out, const char *text, size_t n)
{
	struct redact_state s = {0};

	advance(&s, out, text, n, true);
}

void redact_stream_init(struct redact_stream *s)
{
	size_t most = REDACT_KNOWN_MOST + PIECE;

	memset(s, 0, sizeof(*s));
	buf_init(&s->carry, most);
	/* All of it at once: growing would leave copies of what may be a secret in freed memory. */
	s->carry.bytes = mem_grow(s->carry.bytes, most + 1, 1);
	s->carry.room = most + 1;
}

void redact_stream_add(struct redact_stream *s, struct buf *out, const char *text, size_t n)
{
	while (n > 0) {
		size_t piece = n < PIECE ? n : PIECE;

		buf_add(&s->carry, text, piece);
		buf_drop(&s->carry, advance(&s->state, out, s->carry.bytes, s->carry.used, false));
		text += piece;
		n -= piece;
	}
}

void redact_stream_end(struct redact_stream *s, struct buf *out)
{
	advance(&s->state, out, s->carry.bytes, s->carry.used, true);
	buf_wipe(&s->carry);
	buf_done(&s->carry);
}
