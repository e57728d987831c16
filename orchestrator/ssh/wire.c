#include "ssh/wire.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ssh/channel.h"

enum { WIRE_PIECE = 32 * 1024, WIRE_IN_MOST = 4 * 1024 * 1024, WIRE_LOOK_MOST = 256 * 1024 };

void wire_init(struct wire *w)
{
	*w = (struct wire){.fd = -1};
	fifo_init(&w->in, WIRE_IN_MOST);
	fifo_init(&w->out, WIRE_OUT_MOST);
}

void wire_done(struct wire *w)
{
	wire_close(w);
	fifo_done(&w->in);
	fifo_done(&w->out);
}

void wire_renew(struct wire *w)
{
	fifo_drop(&w->in, fifo_size(&w->in));
	fifo_drop(&w->out, fifo_size(&w->out));
	w->given = 0;
	w->received = 0;
	w->trusted = w->starved = w->ended = false;
	w->why.code = ERROR_NONE;
}

static void set_option(int fd, int level, int option, int value)
{
	/* Every one of them is an improvement, none is needed. */
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

void wire_open_socket(struct wire *w, int fd)
{
	wire_renew(w);
	w->fd = fd;
	set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, 2);
	set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, 1);
	set_option(fd, IPPROTO_TCP, TCP_KEEPCNT, 3);
	/* This one rules over the three above: dead after so long without an acknowledgement. */
	set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 20000);
}

void wire_open_tunnel(struct wire *w, struct channel *tunnel)
{
	wire_renew(w);
	w->tunnel = tunnel;
}

void wire_close(struct wire *w)
{
	w->ended = true;
	w->tunnel = NULL;
	if (w->fd < 0)
		return;
	shutdown(w->fd, SHUT_RDWR);
	close(w->fd);
	w->fd = -1;
}

void wire_end(struct wire *w, enum error_code code, const char *text)
{
	if (w->why.code == ERROR_NONE)
		error_set(&w->why, code, "%s", text);
	w->ended = true;
}

void wire_begin_turn(struct wire *w)
{
	w->given = 0;
	w->starved = false;
}

/* recv() that is not interrupted, notes the end, and acknowledges at once (the peer's Nagle waits for that). */
static ssize_t socket_recv(struct wire *w, void *bytes, size_t n)
{
	ssize_t got;

	do
		got = recv(w->fd, bytes, n, 0);
	while (got < 0 && errno == EINTR);
	if (got > 0) {
		w->received += (uint64_t)got;
		set_option(w->fd, IPPROTO_TCP, TCP_QUICKACK, 1);
		return got;
	}
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return -EAGAIN;
	wire_end(w, ERROR_UNREACHABLE, got == 0 ? "the host closed the connection" : strerror(errno));
	return 0;
}

static ssize_t wire_recv_now(struct wire *w, void *bytes, size_t n)
{
	char piece[WIRE_PIECE];
	ssize_t got;

	if (fifo_size(&w->in))
		return (ssize_t)fifo_take(&w->in, bytes, n);
	if (w->ended)
		return 0;
	if (w->fd < 0)
		return -EAGAIN;
	if (n >= WIRE_PIECE / 4)
		return socket_recv(w, bytes, n);
	got = socket_recv(w, piece, sizeof(piece));
	if (got <= 0)
		return got;
	fifo_add(&w->in, piece, (size_t)got);
	return (ssize_t)fifo_take(&w->in, bytes, n);
}

ssize_t wire_recv(struct wire *w, void *bytes, size_t n)
{
	ssize_t got;

	if (!w->trusted && w->received > WIRE_EARLY_MOST) {
		wire_end(w, ERROR_UNREACHABLE, "the server sends without end before it has let us in");
		return 0;
	}
	if (w->given >= (w->trusted ? WIRE_TURN : WIRE_TURN_EARLY)) {
		w->starved = true;
		return -EAGAIN;
	}
	got = wire_recv_now(w, bytes, n);
	if (got > 0)
		w->given += (size_t)got;
	return got;
}

ssize_t wire_send(struct wire *w, const void *bytes, size_t n)
{
	if (w->ended)
		return (ssize_t)n; /* to nobody: so that libssh2 can finish what it wants to say */
	if (!fifo_add(&w->out, bytes, n)) {
		wire_end(w, ERROR_UNREACHABLE, "the server asks without reading our answers");
		return -ECONNABORTED;
	}
	return (ssize_t)n;
}

static ssize_t wire_send_now(struct wire *w)
{
	ssize_t sent;

	if (w->tunnel)
		return (ssize_t)channel_write(w->tunnel, fifo_bytes(&w->out), fifo_size(&w->out));
	if (w->fd < 0)
		return 0;
	do
		sent = send(w->fd, fifo_bytes(&w->out), fifo_size(&w->out), MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
		wire_end(w, ERROR_UNREACHABLE, strerror(errno));
	return sent < 0 ? 0 : sent;
}

void wire_flush(struct wire *w)
{
	ssize_t sent = 1;

	while (sent > 0 && !w->ended && fifo_size(&w->out)) {
		sent = wire_send_now(w);
		fifo_drop(&w->out, (size_t)sent);
	}
	fifo_rest(&w->in);
	fifo_rest(&w->out);
}

bool wire_push(struct wire *w, const char *bytes, size_t n)
{
	w->received += n;
	return fifo_add(&w->in, bytes, n);
}

void wire_look(struct wire *w)
{
	char piece[WIRE_PIECE];
	ssize_t got = 1;

	while (got > 0 && w->fd >= 0 && !w->ended) {
		if (fifo_size(&w->in) > WIRE_LOOK_MOST) {
			wire_end(w, ERROR_UNREACHABLE, "the server sends what nobody asked for");
			return;
		}
		got = socket_recv(w, piece, sizeof(piece));
		if (got > 0)
			fifo_add(&w->in, piece, (size_t)got);
	}
}
