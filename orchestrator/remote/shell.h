/*
 * One script at work on a host, through any transport: wrapped (script.h), its sudo dialogue held, its streams cut
 * at our marks (frame.h).
 *
 * A sudo password is sent only after our own prompt was seen on stderr, once; input may be written only after
 * `began`. `ended` is the last event; the shell must still be closed, and may be closed inside any event.
 */
#ifndef REMOTE_SHELL_H
#define REMOTE_SHELL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/secret.h"
#include "remote/remote.h"
#include "remote/transport.h"

struct shell;

struct shell_end {
	const struct error *why; /* NULL: the exit status is known for certain */
	bool sent;		 /* with why: false when nothing was run on the host for certain */
	int status;
};

struct shell_events {
	void (*opened)(void *ctx); /* the script has left for the host */
	void (*began)(void *ctx);  /* the script runs, as the user that was asked for */
	void (*data)(void *ctx, enum stream_from from, const char *bytes, size_t n);
	void (*drained)(void *ctx);
	void (*ended)(void *ctx, const struct shell_end *end);
};

struct shell_spec {
	struct transport *transport; /* borrowed until shell_close() */
	const struct remote *host;   /* name, users_ignored and shell; borrowed until shell_close() */
	const char *text;
	enum remote_user user;
	const struct secret *sudo_password; /* NULL: sudo must not ask; borrowed until shell_close() */
};

/* NULL and *why when the script is too long. events are borrowed until shell_close(). */
struct shell *shell_open(const struct shell_spec *spec, const struct shell_events *events, void *ctx,
			 struct error *why);
void shell_write(struct shell *s, const void *bytes, size_t n);
void shell_finish(struct shell *s);
void shell_hold(struct shell *s, bool held);
/* No event after this; the script may run on. Frees the shell. */
void shell_close(struct shell *s);

#endif
