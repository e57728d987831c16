/* What ssh -G prints, expanded; and a real ssh -G. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/mem.h"
#include "ssh/ssh_config_read.h"

static void values_are_read_and_expanded(void **state)
{
	struct ssh_config_values v;

	(void)state;
	setenv("HOME", "/home/op", 1);
	setenv("AGENT_DIR", "/run/agent", 1);
	ssh_config_values_read(&v, "db-1",
			       "host db-1\nuser deploy\nhostname 10.1.2.3\nport 2222\nidentityfile ~/.ssh/%r_%h\n"
			       "identityfile /keys/%%/%n-%p\nidentityagent ${AGENT_DIR}/s\nproxyjump jump\n"
			       "proxycommand none\nuserknownhostsfile ~/.ssh/known_hosts \"/a b/hosts\"\n"
			       "globalknownhostsfile /etc/ssh/ssh_known_hosts\nhostkeyalias alias\n");
	assert_string_equal(v.user, "deploy");
	assert_string_equal(v.host_name, "10.1.2.3");
	assert_int_equal(v.port, 2222);
	assert_string_equal(v.identities[0], "/home/op/.ssh/deploy_10.1.2.3");
	assert_string_equal(v.identities[1], "/keys/%/db-1-2222");
	assert_null(v.identities[2]);
	assert_string_equal(v.identity_agent, "/run/agent/s");
	assert_string_equal(v.proxy_jump, "jump");
	assert_null(v.proxy_command);
	assert_string_equal(v.known_hosts[0], "/home/op/.ssh/known_hosts");
	assert_string_equal(v.known_hosts[1], "/a b/hosts");
	assert_string_equal(v.known_hosts[2], "/etc/ssh/ssh_known_hosts");
	assert_string_equal(v.host_key_alias, "alias");
	ssh_config_values_done(&v);
}

static void the_environments_agent_is_used_unless_it_is_off(void **state)
{
	struct ssh_config_values v;

	(void)state;
	setenv("SSH_AUTH_SOCK", "/tmp/agent", 1);
	ssh_config_values_read(&v, "h", "user x\n");
	assert_string_equal(v.identity_agent, "/tmp/agent");
	ssh_config_values_done(&v);
	ssh_config_values_read(&v, "h", "identityagent SSH_AUTH_SOCK\n");
	assert_string_equal(v.identity_agent, "/tmp/agent");
	ssh_config_values_done(&v);
	ssh_config_values_read(&v, "h", "identityagent none\n");
	assert_null(v.identity_agent);
	ssh_config_values_done(&v);
}

static void more_files_than_fit_are_left_out(void **state)
{
	struct ssh_config_values v;
	char text[2048] = "";

	(void)state;
	for (int i = 0; i < 40; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "identityfile /k%d\n", i);
	ssh_config_values_read(&v, "h", text);
	assert_string_equal(v.identities[SSH_CONFIG_FILES - 1], "/k15");
	assert_null(v.identities[SSH_CONFIG_FILES]);
	ssh_config_values_done(&v);
}

struct got {
	int replies;
	struct error why;
	char user[64], host_name[64];
	unsigned port;
};

static void take(void *ctx, const struct ssh_config_reply *r)
{
	struct got *g = ctx;

	g->replies++;
	if (r->why) {
		g->why = *r->why;
		return;
	}
	snprintf(g->user, sizeof(g->user), "%s", r->values->user);
	snprintf(g->host_name, sizeof(g->host_name), "%s", r->values->host_name);
	g->port = r->values->port;
}

static void a_real_configuration_is_asked(void **state)
{
	char path[] = "/tmp/pgresync-ssh-config-XXXXXX";
	static const char text[] = "Host db-*\n  User deploy\n  Port 2200\n  HostName %h.example.com\n";
	int fd = mkstemp(path);
	struct got g = {0};
	uv_loop_t loop;

	(void)state;
	assert_int_equal(write(fd, text, sizeof(text) - 1), sizeof(text) - 1);
	close(fd);
	uv_loop_init(&loop);
	ssh_config_read(&loop, path, "db-7", take, &g);
	assert_int_equal(g.replies, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(g.replies, 1);
	assert_string_equal(g.why.text, "");
	assert_string_equal(g.user, "deploy");
	assert_string_equal(g.host_name, "db-7.example.com");
	assert_int_equal(g.port, 2200);
	ssh_config_cancel(ssh_config_read(&loop, path, "db-7", take, &g));
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(g.replies, 1);
	unlink(path);
	ssh_config_read(&loop, path, "db-7", take, &g);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(g.why.code, ERROR_CONFIG);
	assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read_and_expanded),
		cmocka_unit_test(the_environments_agent_is_used_unless_it_is_off),
		cmocka_unit_test(more_files_than_fit_are_left_out),
		cmocka_unit_test(a_real_configuration_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
