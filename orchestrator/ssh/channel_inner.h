/*
 * What channel.c (one channel) and channels.c (a session's list of them) share.
 */
#ifndef SSH_CHANNEL_INNER_H
#define SSH_CHANNEL_INNER_H

#include "ssh/channel.h"

/* What one step came to. */
enum channel_step { CHANNEL_WAIT, CHANNEL_ON, CHANNEL_LOST };

/* A jump host that has not answered to an open for so long is stuck. */
enum { CHANNEL_STUCK_MS = 3000 };

/* Steps until it has to wait, is done, or the connection is lost. */
enum channel_step channel_step(struct channel *c);
void channel_tell_end(struct channel *c, const struct error *why);
/* sshd closes the channel of a command that we left when the command ends, and not before. */
bool channel_is_left(const struct channel *c);
uint64_t channel_now(const struct channel *c);
void channel_free(struct channel *c);

#endif
