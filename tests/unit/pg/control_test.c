#include "pg/control.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/pg/server.h"

static const char output_9_3[] = "pg_control version number:            937\n"
				 "Catalog version number:               201306121\n"
				 "Database system identifier:           6767245723943241123\n"
				 "Database cluster state:               in archive recovery\n"
				 "pg_control last modified:             Fri 06 Dec 2019 10:00:00 AM UTC\n"
				 "Latest checkpoint location:           16/B3000028\n"
				 "Prior checkpoint location:            16/B2000028\n"
				 "Latest checkpoint's REDO location:    16/B3000020\n"
				 "Latest checkpoint's REDO WAL file:    0000000200000016000000B3\n"
				 "Latest checkpoint's TimeLineID:       2\n"
				 "Minimum recovery ending location:     16/B374D848\n"
				 "Min recovery ending loc's timeline:   2\n"
				 "Bytes per WAL segment:                16777216\n";

static void the_old_output_is_read(void **state)
{
	struct control c;
	struct error why;

	(void)state;
	assert_true(control_parse(output_9_3, &c, &why));
	assert_true(c.system_identifier == UINT64_C(6767245723943241123));
	assert_int_equal(c.control_version, 937);
	assert_int_equal(c.catalog_version, 201306121);
	assert_int_equal(c.state, CONTROL_IN_ARCHIVE_RECOVERY);
	assert_true(control_is_standby(&c));
	assert_true(c.has_timeline && c.timeline == 2);
	assert_true(c.has_redo && c.redo == UINT64_C(0x16B3000020));
	assert_true(c.has_checkpoint && c.checkpoint == UINT64_C(0x16B3000028));
	assert_true(c.has_min_recovery && c.min_recovery == UINT64_C(0x16B374D848) && c.min_recovery_timeline == 2);
	assert_string_equal(c.redo_wal_file, "0000000200000016000000B3");
	assert_true(c.has_segment_bytes && c.segment_bytes == 16777216);
}

static void every_state_is_known_by_its_name(void **state)
{
	(void)state;
	for (int i = 0; i < CONTROL_STATES; i++) {
		char text[200];
		struct control c;
		struct error why;

		snprintf(text, sizeof(text), "Database system identifier:  5\r\nDatabase cluster state:   %s\r\n",
			 control_state_name((enum control_state)i));
		assert_true(control_parse(text, &c, &why));
		assert_int_equal(c.state, i);
		assert_int_equal(control_is_standby(&c),
				 i == CONTROL_IN_ARCHIVE_RECOVERY || i == CONTROL_SHUTDOWNED_IN_RECOVERY);
		assert_false(c.has_timeline || c.has_redo || c.has_segment_bytes || c.redo_wal_file[0]);
	}
}

static void output_that_lacks_the_main_things_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"pg_controldata: could not open file \"x/global/pg_control\" for reading: No such file or directory\n",
		"Database system identifier: 5\n",
		"Database cluster state: in production\n",
		"Database system identifier: 5\nDatabase cluster state: in Produktion\n",
		"Database system identifier: 0\nDatabase cluster state: in production\n",
		"Database system identifier: -5\nDatabase cluster state: in production\n",
		"Database system identifier: 5x\nDatabase cluster state: in production\n",
		"Database system identifier:\nDatabase cluster state: in production\n",
		"Database cluster state: in production\nDatenbanksystemidentifikation: 5\n",
		("WARNING: Calculated CRC checksum does not match value stored in file.\n"
		 "Database system identifier: 5\nDatabase cluster state: in production\n"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct control c;
		struct error why = {ERROR_NONE, ""};

		assert_false(control_parse(bad[i], &c, &why));
		assert_int_equal(why.code, ERROR_HOST);
	}
}

static void heads_that_cannot_be_are_refused(void **state)
{
	unsigned char good[20] = {1, 2, 3, 4, 5, 6, 7, 8, 0x14, 5, 0, 0, 0x8d, 0xf1, 0x0b, 0x0c, 5, 0, 0, 0}, bytes[20];
	struct control c;
	struct error why;

	(void)state;
	assert_true(control_parse_head(good, 20, &c, &why));
	assert_true(c.system_identifier == UINT64_C(0x0807060504030201));
	assert_int_equal(c.control_version, 1300);
	assert_int_equal(c.catalog_version, 202109325);
	assert_int_equal(c.state, CONTROL_IN_ARCHIVE_RECOVERY);
	assert_false(control_parse_head(good, 19, &c, &why));
	for (int at = 9; at < 20; at++) {
		memcpy(bytes, good, sizeof(bytes));
		bytes[at] ^= 0x80;
		if (at == 12 || at == 13)
			continue; /* still a date */
		assert_false(control_parse_head(bytes, 20, &c, &why));
	}
	memset(bytes, 0, sizeof(bytes));
	assert_false(control_parse_head(bytes, 20, &c, &why));
}

static void hexadecimal_is_read_in_od_s_form(void **state)
{
	struct control c;
	struct error why;

	(void)state;
	assert_true(control_parse_head_hex(" 01 02 03 04 05 06 07 08 14 05 00 00 8d f1 0B 0C\n 05 00 00 00 ff\n", &c,
					   &why));
	assert_true(c.system_identifier == UINT64_C(0x0807060504030201));
	assert_false(control_parse_head_hex("0102", &c, &why));
	assert_false(control_parse_head_hex("od: x: No such file", &c, &why));
	assert_false(control_parse_head_hex("", &c, &why));
}

static struct control control_of(const struct server *s, bool head)
{
	char command[300], output[8192];
	struct control c = {0};
	struct error why = {ERROR_NONE, ""};
	FILE *f;
	size_t n;

	snprintf(command, sizeof(command), "od -An -tx1 -N20 %s/data/global/pg_control", s->dir);
	if (!head)
		snprintf(command, sizeof(command), "LC_ALL=C /usr/lib/postgresql/15/bin/pg_controldata %s/data",
			 s->dir);
	f = popen(command, "r");
	assert_non_null(f);
	n = fread(output, 1, sizeof(output) - 1, f);
	output[n] = '\0';
	pclose(f);
	if (!(head ? control_parse_head_hex(output, &c, &why) : control_parse(output, &c, &why)))
		print_message("%s\n", why.text);
	return c;
}

static void both_ways_agree_on_a_real_cluster(void **state)
{
	struct server s;
	struct control data, head;

	(void)state;
	if (!server_bin_15())
		skip();
	assert_true(server_make(&s, server_bin_15()));
	data = control_of(&s, false);
	head = control_of(&s, true);
	assert_true(data.system_identifier != 0 && data.system_identifier == head.system_identifier);
	assert_int_equal(data.control_version, head.control_version);
	assert_int_equal(data.catalog_version, head.catalog_version);
	assert_int_equal(data.state, CONTROL_SHUTDOWNED);
	assert_int_equal(head.state, CONTROL_SHUTDOWNED);
	assert_true(data.has_timeline && data.timeline == 1 && data.has_redo && data.has_min_recovery);
	assert_true(server_start(&s));
	assert_int_equal(control_of(&s, true).state, CONTROL_IN_PRODUCTION);
	server_stop(&s, SIGINT);
	server_append(&s, "standby.signal", "");
	assert_true(server_start(&s));
	assert_int_equal(control_of(&s, false).state, CONTROL_IN_ARCHIVE_RECOVERY);
	assert_int_equal(control_of(&s, true).state, CONTROL_IN_ARCHIVE_RECOVERY);
	server_stop(&s, SIGINT);
	assert_int_equal(control_of(&s, false).state, CONTROL_SHUTDOWNED_IN_RECOVERY);
	assert_int_equal(control_of(&s, true).state, CONTROL_SHUTDOWNED_IN_RECOVERY);
	server_gone(&s);
}

static void the_head_of_postgresql_10_is_read(void **state)
{
	struct server s;
	struct control c;

	(void)state;
	if (!server_bin_10())
		skip();
	assert_true(server_make(&s, server_bin_10()));
	c = control_of(&s, true);
	assert_int_equal(c.control_version, 1002);
	assert_int_equal(c.state, CONTROL_SHUTDOWNED);
	server_gone(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_old_output_is_read),
		cmocka_unit_test(every_state_is_known_by_its_name),
		cmocka_unit_test(output_that_lacks_the_main_things_is_refused),
		cmocka_unit_test(heads_that_cannot_be_are_refused),
		cmocka_unit_test(hexadecimal_is_read_in_od_s_form),
		cmocka_unit_test(both_ways_agree_on_a_real_cluster),
		cmocka_unit_test(the_head_of_postgresql_10_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
