#include "remote/transport.h"

struct stream *transport_open(struct transport *t, const char *command, const struct stream_events *events, void *ctx)
{
	return t->ops->open(t, command, events, ctx);
}

void transport_close(struct transport *t)
{
	t->ops->close(t);
}

void stream_write(struct stream *s, const void *bytes, size_t n)
{
	s->ops->write(s, bytes, n);
}

void stream_finish(struct stream *s)
{
	s->ops->finish(s);
}

void stream_hold(struct stream *s, bool held)
{
	s->ops->hold(s, held);
}

void stream_close(struct stream *s)
{
	s->ops->close(s);
}
