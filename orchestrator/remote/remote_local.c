#include "remote/remote_local.h"

#include "remote/runner.h"
#include "remote/transport_local.h"

struct remote *remote_local_new(uv_loop_t *loop, const char *name, const char *shell)
{
	struct runner_spec spec = {
		.name = name, .transport = transport_local_new(loop, shell), .users_ignored = true, .shell = shell};

	return runner_new(&spec);
}
