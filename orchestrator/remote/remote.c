#include "remote/remote.h"

struct remote_call *remote_exec(struct remote *r, const struct remote_command *c, remote_reply_fn *replied, void *ctx)
{
	return r->ops->exec(r, c, replied, ctx);
}

void remote_cancel(struct remote *r, struct remote_call *call)
{
	r->ops->cancel(r, call);
}

void remote_close(struct remote *r)
{
	r->ops->close(r);
}
