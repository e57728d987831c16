#include "ssh/ssh_config.h"

#include <stdlib.h>

#include "base/mem.h"
#include "loop/process.h"
#include "ssh/ssh_config_read.h"

enum { WITHIN_MS = 10000, OUTPUT_MOST = 256 * 1024 };

struct ssh_config {
	struct process *process;
	char *host;
	ssh_config_fn *replied;
	void *ctx;
	bool answering;
};

static void config_free(struct ssh_config *c)
{
	free(c->host);
	free(c);
}

static void config_answer(struct ssh_config *c, const struct ssh_config_values *values, const struct error *why)
{
	c->answering = true;
	c->replied(c->ctx, &(struct ssh_config_reply){.why = why, .values = values});
	config_free(c);
}

static void config_ran(void *ctx, const struct process_reply *reply)
{
	struct ssh_config *c = ctx;
	struct ssh_config_values values;
	struct error why;

	c->process = NULL;
	if (reply->why) {
		why = *reply->why;
		error_in(&why, "ssh -G %s", c->host);
		config_answer(c, NULL, &why);
	} else if (reply->status != 0) {
		error_set(&why, ERROR_CONFIG, "ssh -G %s: exit status %d: %.200s", c->host, reply->status, reply->err);
		config_answer(c, NULL, &why);
	} else {
		ssh_config_values_read(&values, c->host, reply->out);
		config_answer(c, &values, NULL);
		ssh_config_values_done(&values);
	}
}

struct ssh_config *ssh_config_read(uv_loop_t *loop, const char *file, const char *host, ssh_config_fn *replied,
				   void *ctx)
{
	struct ssh_config *c = mem_new(struct ssh_config);
	const char *argv[8] = {"ssh", "-G"};
	int n = 2;

	if (file) {
		argv[n++] = "-F";
		argv[n++] = file;
	}
	argv[n++] = "--";
	argv[n] = host;
	c->host = mem_strdup(host);
	c->replied = replied;
	c->ctx = ctx;
	c->process = process_run(
		loop, &(struct process_spec){.argv = argv, .within_ms = WITHIN_MS, .most = OUTPUT_MOST}, config_ran, c);
	return c;
}

void ssh_config_cancel(struct ssh_config *c)
{
	if (c->answering)
		return;
	if (c->process)
		process_cancel(c->process);
	config_free(c);
}
