/* Known hosts files: what matches, what does not, what a bad line does, and what a search costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "ssh/host_keys.h"
#include "ssh/known_hosts.h"
#include "ssh/known_hosts_cache.h"
#include "ssh/target.h"

#define ED "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
#define ED2 "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP8BAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"

struct found {
	int n;
	enum known_mark mark;
	unsigned line;
};

static void count(void *ctx, const struct known_key *key)
{
	struct found *f = ctx;

	f->n++;
	f->mark = key->mark;
	f->line = key->line;
}

static struct found find(const char *text, const char *host, unsigned port)
{
	struct known_hosts *k = known_hosts_parse("file", text, strlen(text));
	struct found f = {0};

	known_hosts_find(k, host, port, count, &f);
	known_hosts_free(k);
	return f;
}

static void names_match_as_openssh_matches_them(void **state)
{
	static const struct {
		const char *names, *host;
		unsigned port;
		int n;
	} cases[] = {
		{"db-1", "db-1", 22, 1},
		{"db-1", "db-2", 22, 0},
		{"db-1", "db-10", 22, 0},
		{"DB-1.Example", "db-1.example", 22, 1},
		{"db-1", "DB-1", 22, 1},
		{"a,db-1,b", "db-1", 22, 1},
		{"a,,db-1", "db-1", 22, 1},
		{"db-1", "db-1", 2222, 0},
		{"[db-1]:2222", "db-1", 2222, 1},
		{"[db-1]:2222", "db-1", 22, 0},
		{"[db-1]:2222", "db-1", 2223, 0},
		{"[db-1]:*", "db-1", 2222, 1},
		{"[10.0.0.*]:2222", "10.0.0.7", 2222, 1},
		{"*.example.com", "x.example.com", 22, 1},
		{"*.example.com", "example.com", 22, 0},
		{"*", "anything", 22, 1},
		{"db-?", "db-1", 22, 1},
		{"db-?", "db-", 22, 0},
		{"db-?", "db-12", 22, 0},
		{"*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 22, 0},
		{"*.example.com,!bad.example.com", "bad.example.com", 22, 0},
		{"*.example.com,!bad.example.com", "good.example.com", 22, 1},
		{"!bad.example.com,*.example.com", "bad.example.com", 22, 0},
		{"!db-1", "db-1", 22, 0},
		{"!db-1", "db-2", 22, 0},
		{"::1", "::1", 22, 1},
		{"[fe80::1]:2222", "fe80::1", 2222, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char *text = mem_printf("%s " ED "\n", cases[i].names);
		struct found f = find(text, cases[i].host, cases[i].port);

		if (f.n != cases[i].n)
			fail_msg("%s for %s port %u: %d", cases[i].names, cases[i].host, cases[i].port, f.n);
		free(text);
	}
}

static void marks_and_line_numbers_are_kept(void **state)
{
	struct found f;

	(void)state;
	f = find("# a comment\n\n   \n@revoked db-1 " ED "\n", "db-1", 22);
	assert_int_equal(f.n, 1);
	assert_int_equal(f.mark, KNOWN_REVOKED);
	assert_int_equal(f.line, 4);
	f = find("@cert-authority *.example.com " ED " ca\n", "x.example.com", 22);
	assert_int_equal(f.mark, KNOWN_AUTHORITY);
}

static void odd_line_ends_are_read(void **state)
{
	(void)state;
	assert_int_equal(find("db-1 " ED "\r\ndb-2 " ED "\r\n", "db-2", 22).n, 1);
	assert_int_equal(find("db-1 " ED "\r\n", "db-1", 22).n, 1);
	assert_int_equal(find("db-1 " ED, "db-1", 22).n, 1);
	assert_int_equal(find("  db-1\t" ED " a comment of several words\n", "db-1", 22).n, 1);
	assert_int_equal(find("", "db-1", 22).n, 0);
}

static void a_bad_line_is_a_warning_and_no_more(void **state)
{
	static const char *const bad[] = {
		"nonsense",
		"db-1",
		"db-1 ssh-ed25519",
		"db-1 ssh-ed25519 ???",
		"db-1 ssh-ed25519 AAAA",
		"db-1 ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f",
		"@unknown db-1 " ED,
		"@revoked",
		"|1|short|short " ED,
		"|1|nobar " ED,
		"|2|AAAA|AAAA " ED,
		"| " ED,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char *text = mem_printf("good " ED "\n%s\nlast " ED "\n", bad[i]);
		struct known_hosts *k = known_hosts_parse("file", text, strlen(text));
		struct found f = {0};
		unsigned line;

		if (known_hosts_bad_lines(k, &line) != 1)
			fail_msg("not seen as bad: %s", bad[i]);
		assert_int_equal(line, 2);
		known_hosts_find(k, "last", 22, count, &f);
		assert_int_equal(f.n, 1);
		known_hosts_free(k);
		free(text);
	}
}

static void a_very_long_line_is_read(void **state)
{
	struct buf text;

	(void)state;
	buf_init(&text, 1 << 20);
	for (int i = 0; i < 20000; i++)
		buf_addf(&text, "host-%d,", i);
	buf_adds(&text, "db-1 " ED "\n");
	assert_int_equal(find(text.bytes, "db-1", 22).n, 1);
	buf_done(&text);
}

/* Made with ssh-keygen -H. */
static char *hashed_file(const char *plain)
{
	char path[] = "/tmp/pgresync-known-XXXXXX", command[200], *text = mem_alloc(4u << 20);
	int fd = mkstemp(path);
	FILE *f;

	assert_int_equal(write(fd, plain, strlen(plain)), (ssize_t)strlen(plain));
	close(fd);
	snprintf(command, sizeof(command), "ssh-keygen -q -H -f %s >/dev/null 2>&1 && cat %s; rm -f %s %s.old", path,
		 path, path, path);
	f = popen(command, "r");
	text[fread(text, 1, (4u << 20) - 1, f)] = '\0';
	pclose(f);
	return text;
}

static void hashed_names_are_found(void **state)
{
	char *text = hashed_file("db-1 " ED "\n[db-2]:2222 " ED "\n");

	(void)state;
	assert_int_equal(strncmp(text, "|1|", 3), 0);
	assert_int_equal(find(text, "db-1", 22).n, 1);
	assert_int_equal(find(text, "DB-1", 22).n, 1);
	assert_int_equal(find(text, "db-1", 2222).n, 0);
	assert_int_equal(find(text, "db-2", 2222).n, 1);
	assert_int_equal(find(text, "db-3", 22).n, 0);
	free(text);
}

static void a_search_in_five_thousand_hashed_lines_is_quick(void **state)
{
	struct buf plain;
	struct known_hosts *k;
	struct timespec from, to;
	struct found f = {0};
	char *text;
	double ms;

	(void)state;
	buf_init(&plain, 4 << 20);
	for (int i = 0; i < 5000; i++)
		buf_addf(&plain, "db-%d.example.com " ED "\n", i);
	text = hashed_file(plain.bytes);
	k = known_hosts_parse("file", text, strlen(text));
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (int i = 0; i < 20; i++)
		known_hosts_find(k, "db-4999.example.com", 22, count, &f);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	ms = ((double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6) / 20;
	print_message("one search in 5,000 hashed lines: %.2f ms\n", ms);
	assert_int_equal(f.n, 20);
	/* With sanitizers; 1 ms and less without, and far more when every step is watched. */
	assert_true(ms < (getenv("PGRESYNC_TEST_SLOW") ? 500 : 20));
	known_hosts_free(k);
	free(text);
	buf_done(&plain);
}

/* --- the verdict --- */

static enum host_key_verdict judge(const char *text, struct error *why)
{
	char path[] = "/tmp/pgresync-known-XXXXXX";
	const char *files[] = {"/nonexistent", path, NULL};
	struct ssh_target t = {.name = "staging-db-1", .address = "10.0.0.1", .known_hosts = files};
	struct known_hosts_cache *cache = known_hosts_cache_new();
	struct host_keys keys = {0};
	const struct host_key *key;
	enum host_key_verdict verdict;
	unsigned char blob[51] = "\0\0\0\x0bssh-ed25519\0\0\0\x20";
	int fd = mkstemp(path);

	for (unsigned i = 0; i < 32; i++)
		blob[19 + i] = (unsigned char)i;
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	host_keys_find(&keys, cache, &t);
	verdict = host_keys_verdict(&keys, blob, sizeof(blob), &key);
	assert_int_equal(host_keys_judge(&keys, &t, blob, sizeof(blob), why), verdict == HOST_KEY_KNOWN);
	host_keys_done(&keys);
	known_hosts_cache_free(cache);
	unlink(path);
	return verdict;
}

static void the_verdict_follows_the_file(void **state)
{
	static const struct {
		const char *text;
		enum host_key_verdict verdict;
		const char *said;
	} cases[] = {
		{"", HOST_KEY_UNKNOWN, "pgresync hosts trust staging-db-1"},
		{"10.0.0.1 " ED "\n", HOST_KEY_KNOWN, ""},
		{"staging-db-1 " ED "\n", HOST_KEY_KNOWN, ""},
		{"10.0.0.1 " ED2 "\n", HOST_KEY_CHANGED, "CHANGED"},
		{"10.0.0.1 " ED2 "\n10.0.0.1 " ED "\n", HOST_KEY_KNOWN, ""},
		{"10.0.0.1 " ED "\n@revoked * " ED "\n", HOST_KEY_REVOKED, "revoked"},
		{"@revoked * " ED "\n10.0.0.1 " ED "\n", HOST_KEY_REVOKED, "revoked"},
		{"@revoked * " ED2 "\n10.0.0.1 " ED "\n", HOST_KEY_KNOWN, ""},
		{"@cert-authority * " ED "\n", HOST_KEY_AUTHORITY, "certificate authority"},
		{"@cert-authority * " ED2 "\n10.0.0.1 " ED "\n", HOST_KEY_KNOWN, ""},
		{"10.0.0.1 ssh-dss AAAAB3NzaC1kc3MAAAAA\n", HOST_KEY_UNKNOWN, "another type"},
		{"other " ED "\n", HOST_KEY_UNKNOWN, "SHA256:"},
	};
	struct error why;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		why.text[0] = '\0';
		if (judge(cases[i].text, &why) != cases[i].verdict || !strstr(why.text, cases[i].said))
			fail_msg("case %zu: %s", i, why.text);
		if (cases[i].verdict != HOST_KEY_KNOWN)
			assert_int_equal(why.code, ERROR_HOST_KEY);
	}
}

static void a_changed_file_is_read_again(void **state)
{
	char path[] = "/tmp/pgresync-known-XXXXXX";
	struct known_hosts_cache *cache = known_hosts_cache_new();
	struct found f = {0};
	int fd = mkstemp(path);

	(void)state;
	known_hosts_find(known_hosts_cache_get(cache, path), "db-1", 22, count, &f);
	assert_int_equal(f.n, 0);
	assert_int_equal(write(fd, "db-1 " ED "\n", strlen("db-1 " ED "\n")), strlen("db-1 " ED "\n"));
	close(fd);
	known_hosts_find(known_hosts_cache_get(cache, path), "db-1", 22, count, &f);
	assert_int_equal(f.n, 1);
	unlink(path);
	assert_null(known_hosts_cache_get(cache, path));
	known_hosts_cache_free(cache);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_match_as_openssh_matches_them),
		cmocka_unit_test(marks_and_line_numbers_are_kept),
		cmocka_unit_test(odd_line_ends_are_read),
		cmocka_unit_test(a_bad_line_is_a_warning_and_no_more),
		cmocka_unit_test(a_very_long_line_is_read),
		cmocka_unit_test(hashed_names_are_found),
		cmocka_unit_test(a_search_in_five_thousand_hashed_lines_is_quick),
		cmocka_unit_test(the_verdict_follows_the_file),
		cmocka_unit_test(a_changed_file_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
