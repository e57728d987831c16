/* Ways through a jump host, against a real sshd. */
#include "session_fixture.h"

static void a_host_is_reached_through_a_jump_host(void **state)
{
	struct sshd_target jump;

	(void)state;
	sshd_target(&sshd, &jump);
	jump.target.name = "jumpbox";
	target.target.jump = &jump.target;
	assert_in(&target.target);
	assert_in(&target.target);
}

static void ten_hosts_share_one_jump_session(void **state)
{
	struct sshd_target jump;
	struct session *s[10];
	struct outcome o[10] = {{0}};
	int accepted = 0, done;
	char *path = mem_printf("%s/log", sshd.dir), *log;

	(void)state;
	write_file(path, "", 0600);
	sshd_target(&sshd, &jump);
	jump.target.name = "jumpbox";
	target.target.jump = &jump.target;
	for (int i = 0; i < 10; i++) {
		s[i] = session_open(context, &target.target, NULL, NULL);
		session_exec(s[i], &(struct session_command){.command = "head -c 1000000 /dev/zero | tr '\\0' x"},
			     outcome_take, &o[i]);
	}
	RUN_UNTIL_WITHIN(&loop, 60, ({
		done = 0;
		for (int i = 0; i < 10; i++)
			done += o[i].answers;
		done == 10;
	}));
	for (int i = 0; i < 10; i++) {
		assert_string_equal(o[i].why.text, "");
		assert_int_equal(o[i].out_size + o[i].out_dropped, 1000000);
		outcome_done(&o[i]);
		session_close(s[i]);
	}
	log = read_file(path);
	for (char *at = log; (at = strstr(at, "Accepted publickey")); at++)
		accepted++;
	assert_int_equal(accepted, 11);
	free(log);
	free(path);
}

static void a_jump_host_that_is_down_is_named(void **state)
{
	struct sshd_target jump;

	(void)state;
	sshd_target(&sshd, &jump);
	jump.target.name = "jumpbox";
	jump.target.port = free_port();
	target.target.jump = &jump.target;
	assert_refused(&target.target, ERROR_UNREACHABLE, "jumpbox");
}

static void a_jump_host_with_an_unknown_key_is_not_passed(void **state)
{
	struct sshd_target jump;

	(void)state;
	sshd_target(&sshd, &jump);
	jump.target.name = "jumpbox";
	jump.known_hosts[0] = NULL;
	target.target.jump = &jump.target;
	assert_refused(&target.target, ERROR_HOST_KEY, "pgresync hosts trust jumpbox");
}

static void a_port_that_is_closed_behind_the_jump_host_is_said(void **state)
{
	struct sshd_target jump;

	(void)state;
	sshd_target(&sshd, &jump);
	jump.target.name = "jumpbox";
	target.target.jump = &jump.target;
	target.target.port = free_port();
	assert_refused(&target.target, ERROR_UNREACHABLE, "jumpbox");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_host_is_reached_through_a_jump_host),
		TEST(ten_hosts_share_one_jump_session),
		TEST(a_jump_host_that_is_down_is_named),
		TEST(a_jump_host_with_an_unknown_key_is_not_passed),
		TEST(a_port_that_is_closed_behind_the_jump_host_is_said),
	};

	return RUN_TESTS(tests);
}
