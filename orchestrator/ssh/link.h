/*
 * The libssh2 session of one of our sessions, which owns it: with our memory, our wire and our algorithms.
 */
#ifndef SSH_LINK_H
#define SSH_LINK_H

#include <stdbool.h>

#include "base/error.h"

struct session;

/* False and *why when libssh2 refuses. */
bool link_make(struct session *s, struct error *why);
/* Lifts the caps that hold before authentication. */
void link_trust(struct session *s);
void link_free(struct session *s);
/* What went wrong in the last call: the wire's end, a cap, or libssh2's own words. */
void link_explain(struct session *s, enum error_code code, struct error *why);

#endif
