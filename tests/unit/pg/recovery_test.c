#include "pg/recovery.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/redact.h"

#include "unit/pg/server.h"

static const char recovery_tmp[] =
	"standby_mode     = 'on'\n"
	"primary_conninfo = 'host=postgresql-primary-1.backend user=replication password=pw'\n";
static const char wal_fetch[] = "envdir /etc/wal-e/env.d /usr/local/bin/wal-e wal-fetch %f %p";

static void check_value(const char *text, const char *name, const char *expected)
{
	struct buf value;

	buf_init(&value, 1000);
	if (expected) {
		assert_true(recovery_get(text, strlen(text), name, &value));
		assert_string_equal(value.bytes, expected);
	} else {
		assert_false(recovery_get(text, strlen(text), name, &value));
	}
	buf_done(&value);
}

static void values_are_read_as_postgresql_reads_them(void **state)
{
	(void)state;
	check_value(recovery_tmp, "standby_mode", "on");
	check_value("a = 'x'", "a", "x");
	check_value("a 'x'", "a", "x");
	check_value("a=x", "a", "x");
	check_value("  a\t=\t10MB # comment", "a", "10MB");
	check_value("A = 'x'", "a", "x");
	check_value("a = 'it''s'", "a", "it's");
	check_value("a = 'it\\'s \\\\ \\n\\101'", "a", "it's \\ \nA");
	check_value("a = ''", "a", "");
	check_value("a = 'x # y'", "a", "x # y");
	check_value("a = 'one'\r\nb = 2\r\n", "b", "2");
	check_value("a = -1.5", "a", "-1.5");
	check_value("x.y = 1", "x.y", "1");
}

static void the_last_line_wins(void **state)
{
	(void)state;
	check_value("a = 1\nb = 2\na = 3", "a", "3");
	check_value("a = 1\n#a = 2\n", "a", "1");
	check_value("a = 1\nA = 2\n", "a", "2");
}

static void what_is_no_setting_is_not_found(void **state)
{
	(void)state;
	check_value("", "a", NULL);
	check_value("# a = 1", "a", NULL);
	check_value("ab = 1", "a", NULL);
	check_value("a = 'not closed", "a", NULL);
	check_value("a =", "a", NULL);
	check_value("a = 1 2", "a", NULL);
	check_value("= 1", "a", NULL);
	check_value("a = 'x' 'y'", "a", NULL);
}

static void lines_that_postgresql_refuses_are_numbered(void **state)
{
	struct error why;

	(void)state;
	assert_true(recovery_check(recovery_tmp, strlen(recovery_tmp), &why));
	assert_true(recovery_check("\n  \n# x\na = 1", 13, &why));
	assert_false(recovery_check("a = 1\nb = 'x\nc = 2\n", 19, &why));
	assert_int_equal(why.code, ERROR_HOST);
	assert_non_null(strstr(why.text, "line 2 "));
}

static void booleans_are_read_as_postgresql_reads_them(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} known[] = {{"s = on", true},	{"s = 'ON'", true}, {"s = t", true},   {"s = 'yes'", true}, {"s = 1", true},
		     {"s = tru", true}, {"s = off", false}, {"s = o", false},  {"s = 'f'", false},  {"s = 0", false},
		     {"s = no", false}, {"s = ''", false},  {"s = onn", false}};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		assert_int_equal(recovery_get_bool(known[i].text, strlen(known[i].text), "s", true), known[i].is);
	assert_true(recovery_get_bool("", 0, "s", true));
	assert_false(recovery_get_bool("", 0, "s", false));
}

static void check_append(const char *text, const char *expected)
{
	struct buf out;

	buf_init(&out, 10000);
	assert_true(recovery_append(&out, text, strlen(text), 42, "restore_command", wal_fetch));
	assert_string_equal(out.bytes, expected);
	check_value(out.bytes, "restore_command", wal_fetch);
	assert_int_equal(recovery_marked_run(out.bytes, out.used), 42);
	buf_done(&out);
}

#define ADDED                 \
	"# pgresync run 42\n" \
	"restore_command = 'envdir /etc/wal-e/env.d /usr/local/bin/wal-e wal-fetch %f %p'\n"

static void appending_overrides_and_changes_nothing(void **state)
{
	(void)state;
	check_append("", ADDED);
	check_append("a = 1\n", "a = 1\n" ADDED);
	check_append("a = 1", "a = 1\n" ADDED);
	check_append("restore_command = 'cp /x/%f %p'\n", "restore_command = 'cp /x/%f %p'\n" ADDED);
	check_append("# no newline at the end", "# no newline at the end\n" ADDED);
}

static void what_does_not_fit_is_told(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 60);
	assert_false(recovery_append(&out, "a = 1\n", 6, 1, "restore_command", wal_fetch));
	buf_done(&out);
}

static void marks_of_others_are_no_marks(void **state)
{
	static const char *const none[] = {"",
					   "# pgresync run \n",
					   "# pgresync run x\n",
					   "# pgresync run 12x\n",
					   " # pgresync run 3\n",
					   "a = '# pgresync run 3'\n",
					   "# pgresync run 99999999999999999999999\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_int_equal(recovery_marked_run(none[i], strlen(none[i])), 0);
	assert_int_equal(recovery_marked_run("# pgresync run 3\n# pgresync run 8", 33), 8);
}

static void any_value_is_quoted_so_that_it_reads_back(void **state)
{
	unsigned seed = 1;

	(void)state;
	for (int round = 0; round < 5000; round++) {
		char value[40];
		struct buf text;
		size_t n;

		seed = seed * 1664525 + 1013904223;
		n = (seed >> 9) % sizeof(value);
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			value[i] = "'\\\"# \n=ab01\377"[(seed >> 9) % 13];
			if (!value[i])
				value[i] = 'z';
		}
		value[n] = '\0';
		buf_init(&text, 1000);
		assert_true(recovery_append(&text, "x = 1", 5, 7, "a", value));
		check_value(text.bytes, "a", value);
		buf_done(&text);
	}
}

static void a_conninfo_is_taken_apart(void **state)
{
	struct recovery_conninfo c;
	struct error why;

	(void)state;
	assert_true(recovery_parse_conninfo("host=db-1 user=replication password='a b' port=5433 application_name=s1",
					    &c, &why));
	assert_string_equal(c.host, "db-1");
	assert_string_equal(c.user, "replication");
	assert_string_equal(c.application_name, "s1");
	assert_int_equal(c.port, 5433);
	assert_true(c.has_password);
	assert_true(recovery_parse_conninfo("hostaddr=10.3.3.12", &c, &why));
	assert_string_equal(c.host, "");
	assert_string_equal(c.hostaddr, "10.3.3.12");
	assert_int_equal(c.port, 5432);
	assert_false(c.has_password);
	assert_true(recovery_parse_conninfo("postgresql://u:p@h:1/x", &c, &why));
	assert_string_equal(c.host, "h");
	assert_true(c.has_password);
}

static void a_conninfo_that_cannot_be_read_is_not_quoted(void **state)
{
	struct recovery_conninfo c;
	struct error why;
	struct buf out;

	(void)state;
	buf_init(&out, 100);
	assert_false(recovery_parse_conninfo("host=x password=a canaryword", &c, &why));
	assert_null(strstr(why.text, "canaryword"));
	assert_false(recovery_conninfo_shown(&out, "host=x password=a canaryword", &why));
	assert_null(strstr(why.text, "canaryword"));
	buf_done(&out);
}

static void a_conninfo_is_shown_without_its_password(void **state)
{
	struct buf out, redacted;
	struct error why;

	(void)state;
	buf_init(&out, 1000);
	buf_init(&redacted, 1000);
	assert_true(recovery_conninfo_shown(&out, "host='a b' password=canaryword user=r", &why));
	assert_null(strstr(out.bytes, "canaryword"));
	assert_non_null(strstr(out.bytes, "host='a b'"));
	redact_text(&redacted, "see canaryword", 14);
	assert_string_equal(redacted.bytes, "see [redacted]");
	redact_forget();
	buf_done(&out);
	buf_done(&redacted);
}

/* The server itself is asked what it makes of a text that we wrote. */
static void a_real_server_reads_what_we_wrote(void **state)
{
	struct server s;
	struct buf out;
	char path[100];
	FILE *f;

	(void)state;
	if (!server_bin_15())
		skip();
	assert_true(server_make(&s, server_bin_15()));
	buf_init(&out, 10000);
	assert_true(recovery_append(&out, "restore_command = 'old'", 23, 5, "restore_command", "it's \\ \"%f\" é"));
	snprintf(path, sizeof(path), "%s/data/postgresql.auto.conf", s.dir);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(out.bytes, 1, out.used, f), out.used);
	fclose(f);
	assert_true(server_start(&s));
	assert_string_equal(server_sql(&s, "SHOW restore_command"), "it's \\ \"%f\" é");
	server_gone(&s);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read_as_postgresql_reads_them),
		cmocka_unit_test(the_last_line_wins),
		cmocka_unit_test(what_is_no_setting_is_not_found),
		cmocka_unit_test(lines_that_postgresql_refuses_are_numbered),
		cmocka_unit_test(booleans_are_read_as_postgresql_reads_them),
		cmocka_unit_test(appending_overrides_and_changes_nothing),
		cmocka_unit_test(what_does_not_fit_is_told),
		cmocka_unit_test(marks_of_others_are_no_marks),
		cmocka_unit_test(any_value_is_quoted_so_that_it_reads_back),
		cmocka_unit_test(a_conninfo_is_taken_apart),
		cmocka_unit_test(a_conninfo_that_cannot_be_read_is_not_quoted),
		cmocka_unit_test(a_conninfo_is_shown_without_its_password),
		cmocka_unit_test(a_real_server_reads_what_we_wrote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
