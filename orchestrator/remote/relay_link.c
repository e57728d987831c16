#include "remote/relay_link.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/quote.h"
#include "loop/timer.h"

enum { LINK_AHEAD = 128 * 1024, RELAY_NO_SERVER = 3, RELAY_NO_PERL = 127 };

struct relay_link {
	const struct relay_way *way;
	uv_pipe_t *pipe;
	struct shell *shell;
	struct timer later; /* an end that must not come from within relay_link_new() */
	relay_link_fn *over;
	void *ctx;
	struct buf said;       /* the relay's stderr */
	size_t to_host;	       /* written to the host and not yet gone */
	size_t to_libpq;       /* the other way */
	unsigned writes, open; /* writes under way; handles not yet closed */
	bool began, libpq_over, ended, closed;
	struct error why;
};

struct link_write {
	uv_write_t request;
	struct relay_link *link;
	size_t n;
	char bytes[];
};

/* Two processes, one for each direction, so that neither waits for the other. */
static const char perl[] =
	"use IO::Socket::UNIX;$|=1;$p=shift;$s=IO::Socket::UNIX->new(Peer=>$p) or do{print STDERR \"$p: $!\\n\";exit 3};"
	"sub cp{my($i,$o)=@_;my($b,$n,$w,$r);while(($n=sysread $i,$b,65536)){for($w=0;$w<$n;$w+=$r){"
	"$r=syswrite $o,$b,$n-$w,$w;return unless defined $r}}}"
	"$SIG{CHLD}=sub{exit 0};defined($k=fork) or die \"fork: $!\\n\";"
	"if(!$k){close STDIN;cp($s,*STDOUT);exit 0}"
	"close STDOUT;cp(*STDIN,$s);shutdown $s,1;sleep 5;kill 9,$k";

char *relay_link_script(const char *socket_dir, unsigned port)
{
	scoped_mem char *path = mem_printf("%s/.s.PGSQL.%u", socket_dir, port);
	scoped_buf text;

	buf_init(&text, 8192);
	buf_adds(&text, "perl -e ");
	quote_sh(&text, perl);
	buf_adds(&text, " -- ");
	quote_sh(&text, path);
	return mem_strdup(text.bytes);
}

static void link_unref(struct relay_link *l)
{
	if (--l->open)
		return;
	buf_done(&l->said);
	free(l->pipe);
	free(l);
}

static void link_pipe_closed(uv_handle_t *handle)
{
	link_unref(handle->data);
}

static void link_timer_closed(void *ctx)
{
	link_unref(ctx);
}

static void link_over(struct relay_link *l, const struct error *why)
{
	if (l->ended || l->closed)
		return;
	l->ended = true;
	l->over(l->ctx, why);
}

static void link_room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	static char room[65536]; /* copied before the next read */

	(void)handle;
	(void)suggested;
	*buf = uv_buf_init(room, sizeof(room));
}

static void link_from_libpq(uv_stream_t *pipe, ssize_t n, const uv_buf_t *buf)
{
	struct relay_link *l = pipe->data;

	if (l->closed || l->ended)
		return;
	if (n < 0) {
		/* libpq has what it wanted. What the relay on the host still says is of no interest. */
		uv_read_stop(pipe);
		link_over(l, NULL);
		return;
	}
	if (n == 0)
		return;
	l->to_host += (size_t)n;
	if (l->to_host > LINK_AHEAD)
		uv_read_stop(pipe);
	shell_write(l->shell, buf->base, (size_t)n);
}

static void link_drained(void *ctx)
{
	struct relay_link *l = ctx;

	l->to_host = 0;
	if (l->began && !l->ended)
		uv_read_start((uv_stream_t *)l->pipe, link_room, link_from_libpq);
}

static void link_opened(void *ctx)
{
	(void)ctx;
}

static void link_began(void *ctx)
{
	struct relay_link *l = ctx;

	l->began = true;
	uv_read_start((uv_stream_t *)l->pipe, link_room, link_from_libpq);
}

static void link_finish(struct relay_link *l)
{
	if (l->libpq_over && l->writes == 0)
		link_over(l, l->why.code == ERROR_NONE ? NULL : &l->why);
}

static void link_written(uv_write_t *request, int status)
{
	struct link_write *w = request->data;
	struct relay_link *l = w->link;

	(void)status; /* libpq has gone: its end of the pipe says so too */
	l->to_libpq -= w->n;
	l->writes--;
	free(w);
	if (l->closed || l->ended)
		return;
	if (l->to_libpq <= LINK_AHEAD && !l->libpq_over)
		shell_hold(l->shell, false);
	link_finish(l);
}

static void link_to_libpq(struct relay_link *l, const char *bytes, size_t n)
{
	struct link_write *w = mem_alloc(sizeof(*w) + n);
	uv_buf_t buf;

	w->link = l;
	w->n = n;
	w->request.data = w;
	memcpy(w->bytes, bytes, n);
	buf = uv_buf_init(w->bytes, (unsigned)n);
	if (uv_write(&w->request, (uv_stream_t *)l->pipe, &buf, 1, link_written) < 0) {
		free(w);
		return;
	}
	l->writes++;
	l->to_libpq += n;
	if (l->to_libpq > LINK_AHEAD)
		shell_hold(l->shell, true);
}

/* A line feed may be held back for a mark (frame.h) until more comes. That stops nobody: when a server waits for its
 * client, the last byte it has sent is a message's end, a status letter or NUL. */
static void link_data(void *ctx, enum stream_from from, const char *bytes, size_t n)
{
	struct relay_link *l = ctx;

	if (from == STREAM_OUT)
		link_to_libpq(l, bytes, n);
	else
		buf_add(&l->said, bytes, n < l->said.most - l->said.used ? n : l->said.most - l->said.used);
}

/* The server's end: libpq gets what is on its way before its connection is cut. */
static void link_ended(void *ctx, const struct shell_end *end)
{
	struct relay_link *l = ctx;
	const char *host = l->way->host.name;

	l->said.bytes[strcspn(l->said.bytes, "\n")] = '\0';
	if (end->why)
		l->why = *end->why;
	else if (end->status == RELAY_NO_SERVER)
		error_set(&l->why, ERROR_HOST, "PostgreSQL on %s is not running: %s", host, l->said.bytes);
	else if (end->status == RELAY_NO_PERL)
		error_set(&l->why, ERROR_HOST, "%s has no perl, which the way to PostgreSQL needs", host);
	else if (end->status != 0)
		error_set(&l->why, ERROR_HOST, "%s: the way to PostgreSQL broke (status %d): %s", host, end->status,
			  l->said.bytes);
	l->libpq_over = true;
	link_finish(l);
}

static const struct shell_events link_events = {
	.opened = link_opened,
	.began = link_began,
	.data = link_data,
	.drained = link_drained,
	.ended = link_ended,
};

static void link_failed(void *ctx)
{
	struct relay_link *l = ctx;

	link_over(l, &l->why);
}

struct relay_link *relay_link_new(const struct relay_way *way, uv_pipe_t *pipe, relay_link_fn *over, void *ctx)
{
	struct relay_link *l = mem_new(struct relay_link);
	struct shell_spec spec = {.transport = way->transport,
				  .host = &way->host,
				  .text = way->text,
				  .user = REMOTE_POSTGRES,
				  .sudo_password = way->sudo_password};

	l->way = way;
	l->pipe = pipe;
	pipe->data = l;
	l->over = over;
	l->ctx = ctx;
	l->open = 2;
	buf_init(&l->said, 400);
	timer_init(&l->later, way->transport->loop, l);
	l->shell = shell_open(&spec, &link_events, l, &l->why);
	if (!l->shell)
		timer_after(&l->later, 0, link_failed);
	return l;
}

void relay_link_close(struct relay_link *l)
{
	l->closed = true;
	if (l->shell)
		shell_close(l->shell);
	timer_close(&l->later, link_timer_closed);
	uv_close((uv_handle_t *)l->pipe, link_pipe_closed);
}
