/*
 * All the work of one session: a list of channels, for the session's driver.
 */
#ifndef SSH_CHANNELS_H
#define SSH_CHANNELS_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct session;

/* Somebody waits for something. */
bool channels_want(const struct session *s);
/* One turn of work; false and *why when the connection is lost. */
bool channels_work(struct session *s, struct error *why);
/* Answers those whose time is up; false and *why when that takes the connection with it. */
bool channels_expire(struct session *s, uint64_t now_ms, struct error *why);
/* The earliest deadline; 0 when there is none. */
uint64_t channels_due(const struct session *s);
/* So many channels of commands that were left are still open that a new connection is better than another one;
 * nothing else is under way. */
bool channels_are_worn(const struct session *s);
/* The connection goes: only what is queued stays. */
void channels_forget_left(struct session *s);
/* A tunnel waits so long for the jump host's answer that others should take another way. */
bool channels_are_stuck(const struct session *s);
/* Ends all: with why for the owners, or without a word when it is NULL. */
void channels_end(struct session *s, const struct error *why);

#endif
