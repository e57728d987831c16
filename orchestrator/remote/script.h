/*
 * How a script becomes the one string that the host's login shell is given.
 *
 * Every part is quoted exactly once: the login shell hands the script to sh (through sudo) as one argument. Around
 * it stand our marks (frame.h). Set for every script: PATH with the sbin directories, LC_ALL=C, umask 077, cd /.
 */
#ifndef REMOTE_SCRIPT_H
#define REMOTE_SCRIPT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "remote/remote.h"

enum { SCRIPT_MOST = 120 * 1024, SCRIPT_NONCE = 48 }; /* Linux takes 128 KiB in one argument */

struct script {
	const char *text;
	enum remote_user user;
	bool users_ignored; /* no sudo whoever is asked for */
	const char *shell;  /* "" or NULL: /bin/sh */
	const char *mark;   /* of frame.h */
	const char *prompt; /* what sudo asks for a password with; NULL: sudo must not ask */
};

/* What is set for every script, one line of sh without its line feed. */
const char *script_preamble(void);

/* A name that nobody can foresee, "prefix-" and 32 hexadecimal digits; size >= SCRIPT_NONCE. */
void script_nonce(char *text, size_t size, const char *prefix);

/* Appends the string. False when it is too long for a host to take. */
bool script_wrap(struct buf *out, const struct script *s, struct error *why);

#endif
