#include "cli/user_ssh.h"

#include <stdlib.h>
#include <unistd.h>
#include <uv.h>

#include "base/mem.h"

struct asked {
	struct ssh_config_values *values;
	struct error why;
};

/* ssh names its standard files whether they are there or not. */
static void copy_list(char **to, char *const *from)
{
	for (; *from; from++)
		if (access(*from, R_OK) == 0)
			*to++ = mem_strdup(*from);
}

static void answered(void *ctx, const struct ssh_config_reply *reply)
{
	struct asked *a = ctx;
	const struct ssh_config_values *v = reply->values;

	if (reply->why) {
		a->why = *reply->why;
		return;
	}
	a->values = mem_new(struct ssh_config_values);
	a->values->host_name = mem_strdup(v->host_name);
	a->values->user = mem_strdup(v->user);
	a->values->host_key_alias = mem_strdup(v->host_key_alias);
	a->values->identity_agent = mem_strdup(v->identity_agent);
	a->values->proxy_jump = mem_strdup(v->proxy_jump);
	a->values->proxy_command = mem_strdup(v->proxy_command);
	a->values->port = v->port;
	copy_list(a->values->identities, v->identities);
	copy_list(a->values->known_hosts, v->known_hosts);
}

struct ssh_config_values *user_ssh_read(const char *host, struct error *why)
{
	struct asked a = {0};
	uv_loop_t loop;

	if (uv_loop_init(&loop) != 0)
		abort();
	ssh_config_read(&loop, getenv("PGRESYNC_SSH_CONFIG"), host, answered, &a);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	if (!a.values)
		*why = a.why;
	return a.values;
}

void user_ssh_free(struct ssh_config_values *v)
{
	if (!v)
		return;
	free(v->host_name);
	free(v->user);
	free(v->host_key_alias);
	free(v->identity_agent);
	free(v->proxy_jump);
	free(v->proxy_command);
	for (size_t i = 0; i < SSH_CONFIG_FILES; i++) {
		free(v->identities[i]);
		free(v->known_hosts[i]);
	}
	free(v);
}
