/* The rations of the bytes below a session, and the caps of its memory. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "ssh/pace.h"
#include "ssh/vault.h"
#include "ssh/wire.h"

static int peer;

static int set_up(void **state)
{
	static struct wire w;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds) < 0)
		return -1;
	peer = fds[1];
	wire_init(&w);
	wire_open_socket(&w, fds[0]);
	*state = &w;
	return 0;
}

static int tear_down(void **state)
{
	wire_done(*state);
	close(peer);
	return 0;
}

static void fill(void)
{
	static const char zeros[65536];

	while (write(peer, zeros, sizeof(zeros)) > 0)
		;
}

/* Reads until the wire says no; returns how much came. */
static size_t read_all(struct wire *w, size_t piece, ssize_t *ret_last)
{
	static char bytes[65536];
	size_t total = 0;

	while ((*ret_last = wire_recv(w, bytes, piece)) > 0) {
		total += (size_t)*ret_last;
		fill();
	}
	return total;
}

static void one_turn_gives_no_more_than_its_ration(void **state)
{
	struct wire *w = *state;
	ssize_t last;

	fill();
	w->trusted = true;
	for (int i = 0; i < 3; i++) {
		size_t got;

		wire_begin_turn(w);
		got = read_all(w, 16384, &last);
		assert_int_equal(last, -EAGAIN);
		assert_true(w->starved);
		assert_in_range(got, WIRE_TURN, WIRE_TURN + 65536);
	}
}

static void one_byte_reads_are_rationed_too(void **state)
{
	struct wire *w = *state;
	ssize_t last;

	fill();
	assert_in_range(read_all(w, 1, &last), WIRE_TURN_EARLY, WIRE_TURN_EARLY + 1);
	assert_int_equal(last, -EAGAIN);
}

static void before_authentication_there_is_an_end(void **state)
{
	struct wire *w = *state;
	size_t total = 0;
	ssize_t last = 1;

	fill();
	for (int turn = 0; turn < 1000 && last != 0; turn++) {
		wire_begin_turn(w);
		total += read_all(w, 16384, &last);
	}
	assert_int_equal(last, 0);
	assert_true(w->ended);
	assert_int_equal(w->why.code, ERROR_UNREACHABLE);
	assert_in_range(total, WIRE_EARLY_MOST / 2, WIRE_EARLY_MOST + 65536);
}

static void what_is_sent_is_taken_whole_and_kept(void **state)
{
	struct wire *w = *state;
	static char bytes[1 << 20];
	size_t got = 0;
	ssize_t n;

	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(wire_send(w, bytes, sizeof(bytes)), sizeof(bytes));
	while (got < sizeof(bytes)) {
		wire_flush(w);
		n = read(peer, bytes, sizeof(bytes));
		assert_true(n > 0);
		got += (size_t)n;
	}
	assert_int_equal(fifo_size(&w->out), 0);
}

static void a_peer_that_never_reads_is_given_up(void **state)
{
	struct wire *w = *state;
	static char bytes[1 << 20];
	ssize_t n = 1;

	for (int i = 0; i < 20 && n > 0; i++)
		n = wire_send(w, bytes, sizeof(bytes));
	assert_int_equal(n, -ECONNABORTED);
	assert_true(w->ended);
}

static void a_closed_wire_ends_calls_at_once(void **state)
{
	struct wire *w = *state;
	char byte;

	wire_close(w);
	assert_int_equal(wire_recv(w, &byte, 1), 0);
	assert_int_equal(wire_send(w, &byte, 1), 1);
}

static void a_vault_counts_caps_and_gives_all_back(void **state)
{
	struct vault v;
	char *p, *q;

	(void)state;
	vault_init(&v, 1000, 3);
	p = vault_alloc(&v, 400);
	q = vault_alloc(&v, 400);
	assert_non_null(p);
	assert_non_null(q);
	assert_null(vault_alloc(&v, 400));
	assert_true(v.full);
	vault_free(&v, q);
	memcpy(p, "kept", 5);
	p = vault_realloc(&v, p, 500);
	assert_string_equal(p, "kept");
	assert_int_equal(v.bytes, 500);
	assert_non_null(vault_alloc(&v, 1));
	assert_non_null(vault_alloc(&v, 1));
	assert_null(vault_alloc(&v, 1));
	vault_done(&v); /* the leak sanitizer proves it */
	assert_int_equal(v.count, 0);
	assert_int_equal(v.bytes, 0);
}

static int granted;

static void count_granted(void *ctx)
{
	(void)ctx;
	granted++;
}

static void handshakes_are_paced_in_all_per_host_and_per_jump_host(void **state)
{
	struct pace p;
	struct pace_turn t[8];
	int jump;

	(void)state;
	pace_init(&p, &(struct ssh_limits){.in_all = 4, .per_host = 2, .per_jump = 1});
	for (int i = 0; i < 8; i++)
		t[i] = (struct pace_turn){.address = "a", .port = 22, .granted = count_granted};
	t[3].address = "b";
	t[4].address = "c";
	t[4].jump = &jump;
	t[5].address = "d";
	t[5].jump = &jump;
	t[6].port = 23;
	assert_true(pace_take(&p, &t[0]));
	assert_true(pace_take(&p, &t[1]));
	assert_false(pace_take(&p, &t[2])); /* the third to one host */
	assert_true(pace_take(&p, &t[3]));
	assert_true(pace_take(&p, &t[4]));
	pace_give(&p, &t[3]);
	assert_false(pace_take(&p, &t[5])); /* the second behind one jump host */
	assert_true(pace_take(&p, &t[6]));
	assert_false(pace_take(&p, &t[3])); /* the fifth in all */
	granted = 0;
	pace_give(&p, &t[4]);
	assert_int_equal(granted, 1);
	assert_true(t[5].held);
	assert_false(t[2].held);
	pace_give(&p, &t[2]);
	pace_give(&p, &t[0]);
	assert_false(t[2].held);
	assert_true(t[3].held);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_turn_gives_no_more_than_its_ration),
		TEST(one_byte_reads_are_rationed_too),
		TEST(before_authentication_there_is_an_end),
		TEST(what_is_sent_is_taken_whole_and_kept),
		TEST(a_peer_that_never_reads_is_given_up),
		TEST(a_closed_wire_ends_calls_at_once),
		cmocka_unit_test(a_vault_counts_caps_and_gives_all_back),
		cmocka_unit_test(handshakes_are_paced_in_all_per_host_and_per_jump_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
