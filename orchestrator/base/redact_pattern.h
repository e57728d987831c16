/*
 * What looks like a secret though nobody told us: password=…, PGPASSWORD=…, passphrase: …, AWS secret keys, the
 * password in a URL, PEM and PGP private keys.
 */
#ifndef BASE_REDACT_PATTERN_H
#define BASE_REDACT_PATTERN_H

#include "base/redact.h"
#include "base/redact_known.h"

/* True when some pattern begins with this byte. */
bool redact_pattern_begins(unsigned char first);

/* Does a pattern begin at text? YES sets s to show its head and to hide what follows. */
enum redact_match redact_pattern_match(struct redact_state *s, const char *text, size_t available, bool final);

/* In a value: does it end before this byte? NO may set s->head to hide the next bytes unseen (an escaped quote). */
enum redact_match redact_pattern_ends(struct redact_state *s, const char *text, size_t available, bool final);

#endif
