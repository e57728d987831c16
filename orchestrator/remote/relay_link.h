/*
 * One libpq connection on its way through a relay: pumps between libpq's socket and the script on the host, each
 * side slowed down to the pace of the other.
 */
#ifndef REMOTE_RELAY_LINK_H
#define REMOTE_RELAY_LINK_H

#include <uv.h>

#include "remote/shell.h"

struct relay_link;

/* What all links of a relay have in common. */
struct relay_way {
	struct transport *transport;
	struct remote host;
	const struct secret *sudo_password;
	char *text;
};

/* Once, last; why is NULL when the server was reached. The link is then closed by whoever made it. */
typedef void relay_link_fn(void *ctx, const struct error *why);

/* The script that joins stdin and stdout to the server's socket; the caller frees it with free(). */
char *relay_link_script(const char *socket_dir, unsigned port);

/* Takes pipe over (it was made with mem_new). way is borrowed until relay_link_close(). */
struct relay_link *relay_link_new(const struct relay_way *way, uv_pipe_t *pipe, relay_link_fn *over, void *ctx);
void relay_link_close(struct relay_link *l);

#endif
