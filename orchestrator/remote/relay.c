#include "remote/relay.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/quote.h"
#include "remote/relay_link.h"

enum { CONNINFO_MOST = 1024 };

struct relay {
	struct relay_way way;
	struct transport *transport;
	uv_pipe_t listener;
	struct relay_link *link; /* the connection under way */
	bool waiting;		 /* another one has not been accepted yet */
	bool closed;
	struct error why;
	char dir[80], path[108];
	struct buf conninfo;
};

static void relay_listener_closed(uv_handle_t *handle)
{
	struct relay *r = handle->data;

	unlink(r->path);
	rmdir(r->dir);
	buf_done(&r->conninfo);
	free(r->way.text);
	free(r);
}

static void relay_pipe_closed(uv_handle_t *pipe)
{
	free(pipe);
}

static void relay_accept(struct relay *r);

static void relay_link_over(void *ctx, const struct error *why)
{
	struct relay *r = ctx;

	if (why)
		r->why = *why;
	relay_link_close(r->link);
	r->link = NULL;
	if (r->waiting)
		relay_accept(r);
}

static void relay_accept(struct relay *r)
{
	uv_pipe_t *pipe = mem_new(uv_pipe_t);

	r->waiting = false;
	r->why = (struct error){0};
	uv_pipe_init(r->listener.loop, pipe, 0);
	if (uv_accept((uv_stream_t *)&r->listener, (uv_stream_t *)pipe) < 0) {
		uv_close((uv_handle_t *)pipe, relay_pipe_closed);
		return;
	}
	r->link = relay_link_new(&r->way, pipe, relay_link_over, r);
}

static void relay_asked(uv_stream_t *listener, int status)
{
	struct relay *r = listener->data;

	if (status < 0 || r->closed)
		return;
	/* Not accepted while one is under way: libuv lets the next one wait. */
	r->waiting = true;
	if (!r->link)
		relay_accept(r);
}

static bool relay_directory(struct relay *r, struct error *why)
{
	const char *base = getenv("XDG_RUNTIME_DIR");

	/* A Unix socket's path has 108 bytes; PostgreSQL adds its name to the directory's. */
	if (!base || *base != '/' || strlen(base) > 48 || access(base, W_OK | X_OK) != 0)
		base = "/tmp";
	snprintf(r->dir, sizeof(r->dir), "%s/pgresync-XXXXXX", base);
	if (!mkdtemp(r->dir))
		return error_set(why, ERROR_FAILED, "cannot make a directory for libpq's socket under %s: %m", base);
	snprintf(r->path, sizeof(r->path), "%s/.s.PGSQL.5432", r->dir);
	return true;
}

static bool relay_listen(struct relay *r, struct error *why)
{
	int e;

	if (!relay_directory(r, why))
		return false;
	e = uv_pipe_bind(&r->listener, r->path);
	if (e == 0)
		e = uv_listen((uv_stream_t *)&r->listener, 8, relay_asked);
	if (e < 0)
		return error_set(why, ERROR_FAILED, "cannot listen on %s: %s", r->path, uv_strerror(e));
	buf_adds(&r->conninfo, "host=");
	quote_conninfo(&r->conninfo, r->dir);
	buf_adds(&r->conninfo, " port=5432 user=postgres dbname=postgres connect_timeout=30"
			       " application_name=pgresync");
	return true;
}

struct relay *relay_open(uv_loop_t *loop, const struct relay_spec *spec, struct error *why)
{
	struct relay *r = mem_new(struct relay);

	buf_init(&r->conninfo, CONNINFO_MOST);
	uv_pipe_init(loop, &r->listener, 0);
	r->listener.data = r;
	r->transport = r->way.transport = spec->transport;
	r->way.sudo_password = spec->sudo_password;
	r->way.host.users_ignored = spec->users_ignored;
	snprintf(r->way.host.name, sizeof(r->way.host.name), "%s", spec->name);
	r->way.text = relay_link_script(spec->socket_dir, spec->port);
	if (relay_listen(r, why))
		return r;
	relay_close(r);
	return NULL;
}

const char *relay_conninfo(const struct relay *r)
{
	return r->conninfo.bytes;
}

const struct error *relay_why(const struct relay *r)
{
	return r->why.code == ERROR_NONE ? NULL : &r->why;
}

void relay_close(struct relay *r)
{
	r->closed = true;
	if (r->link)
		relay_link_close(r->link);
	r->link = NULL;
	transport_close(r->transport);
	uv_close((uv_handle_t *)&r->listener, relay_listener_closed);
}
