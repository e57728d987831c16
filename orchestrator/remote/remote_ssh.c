#include "remote/remote_ssh.h"

#include "remote/runner.h"
#include "remote/transport_ssh.h"
#include "ssh/target.h"

struct remote *remote_ssh_new(const struct remote_ssh_spec *spec)
{
	struct runner_spec runner = {.name = spec->name ? spec->name : spec->target->name,
				     .transport =
					     transport_ssh_new(spec->context, spec->target, spec->changed, spec->ctx),
				     .sudo_password = spec->sudo_password};

	return runner_new(&runner);
}
