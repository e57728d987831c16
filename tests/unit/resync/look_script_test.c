#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/redact.h"
#include "fake/fake_pair.h"
#include "resync/look.h"
#include "resync/look_script.h"

enum { OUTPUT_MOST = 256 * 1024 };

/* A data directory in a temporary place, and what the script says about it. */
struct place {
	struct host host;
	char root[64], data[96], config[96], log[96];
	struct look_side side;
	char *output;
};

static void write_file(const char *dir, const char *name, const void *bytes, size_t n)
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void write_text(const char *dir, const char *name, const char *text)
{
	write_file(dir, name, text, strlen(text));
}

static void make_dir(const char *dir, const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static int run(const char *const *argv, char **ret_output)
{
	struct buf out;
	char chunk[4096];
	int ends[2], status;
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], 1);
		close(ends[0]);
		close(ends[1]);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(ends[1]);
	buf_init(&out, OUTPUT_MOST);
	while ((n = read(ends[0], chunk, sizeof(chunk))) > 0)
		assert_true(buf_add(&out, chunk, (size_t)n));
	close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (ret_output)
		*ret_output = buf_steal(&out);
	buf_done(&out);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static int begin(void **state)
{
	struct place *p = mem_new(struct place);
	struct fake_pair pair;

	snprintf(p->root, sizeof(p->root), "%s", "/tmp/pgresync-look-XXXXXX");
	assert_non_null(mkdtemp(p->root));
	snprintf(p->data, sizeof(p->data), "%s/a 'b' main", p->root);
	snprintf(p->config, sizeof(p->config), "%s/config", p->root);
	snprintf(p->log, sizeof(p->log), "%s/server.log", p->root);
	assert_int_equal(mkdir(p->data, 0700), 0);
	assert_int_equal(mkdir(p->config, 0700), 0);
	fake_pair_init(&pair);
	p->host = pair.standby;
	p->host.postgresql.data_dir = p->data;
	p->host.postgresql.config_dir = p->config;
	p->host.postgresql.log_file = p->log;
	p->host.postgresql.version = "no-such-version";
	*state = p;
	return 0;
}

static int end(void **state)
{
	struct place *p = *state;

	run((const char *const[]){"rm", "-rf", "--", p->root, NULL}, NULL);
	free(p->output);
	free(p);
	return 0;
}

static void look_by(struct place *p, const char *shell)
{
	struct error why;
	char *script = look_script(&p->host, &why);

	assert_non_null(script);
	free(p->output);
	assert_int_equal(run((const char *const[]){shell, "-c", script, NULL}, &p->output), 0);
	free(script);
	p->side = (struct look_side){0};
	look_script_read(&p->side, p->host.postgresql.version_num, p->output, strlen(p->output));
}

static void look(struct place *p)
{
	look_by(p, "sh");
}

static void an_empty_place_is_no_error(void **state)
{
	struct place *p = *state;

	look(p);
	assert_true(p->side.data_dir_there);
	assert_false(p->side.marker_there || p->side.has_control || p->side.recovery_tmp_there);
	assert_false(p->side.sync_there || p->side.todelete_there);
	assert_string_equal(p->side.oldest_segment, "");
	assert_string_equal(p->side.conninfo_host, "");
	assert_string_equal(p->side.last_fatal, "");
	p->host.postgresql.data_dir = "/nowhere/at/all";
	look(p);
	assert_false(p->side.data_dir_there);
}

static void the_machine_is_named(void **state)
{
	struct place *p = *state;

	look(p);
	assert_int_not_equal(strlen(p->side.boot_id), 0);
	assert_int_not_equal(strlen(p->side.hostname), 0);
	assert_true(p->side.clock_us > 1500000000LL * 1000000);
	assert_true(p->side.data_free_bytes > 0 && p->side.data_used_bytes >= 0);
}

static void leftovers_are_seen(void **state)
{
	struct place *p = *state;
	char path[200];

	write_text(p->data, "recovery.tmp", "x");
	snprintf(path, sizeof(path), "%s.sync", p->data);
	make_dir("", path + 1);
	look(p);
	assert_true(p->side.recovery_tmp_there && p->side.sync_there && !p->side.todelete_there);
	snprintf(path, sizeof(path), "%s.todelete", p->data);
	make_dir("", path + 1);
	look(p);
	assert_true(p->side.todelete_there);
}

static void check_marker(struct place *p, const char *conf, bool expected)
{
	write_text(p->data, "recovery.conf", conf);
	look(p);
	if (p->side.marker_there != expected)
		fail_msg("'%s': %d", conf, p->side.marker_there);
}

static void recovery_conf_is_the_marker_until_11(void **state)
{
	struct place *p = *state;

	check_marker(p, "standby_mode     = 'on'\n", true);
	check_marker(p, "standby_mode='TRUE'", true);
	check_marker(p, "  Standby_Mode yes\n", true);
	check_marker(p, "standby_mode = 1\n", true);
	check_marker(p, "standby_mode = 'off'\n", false);
	check_marker(p, "standby_mode = on\nstandby_mode = off\n", false);
	check_marker(p, "#standby_mode = on\n", false);
	check_marker(p, "standby_mode = o\n", false);
	check_marker(p, "standby_mode =\n", false);
	check_marker(p, "restore_command = 'x'\n", false);
	write_text(p->data, "standby.signal", "");
	look(p);
	assert_false(p->side.marker_there);
}

static void standby_signal_is_the_marker_from_12(void **state)
{
	struct place *p = *state;

	p->host.postgresql.version_num = 1200;
	write_text(p->data, "recovery.conf", "standby_mode = on\n");
	look(p);
	assert_false(p->side.marker_there);
	write_text(p->data, "standby.signal", "");
	look(p);
	assert_true(p->side.marker_there);
}

static void check_conninfo(struct place *p, const char *conf, const char *host, const char *address)
{
	write_text(p->data, "recovery.conf", conf);
	look(p);
	assert_null(strstr(p->output, "SECRET"));
	if (strcmp(p->side.conninfo_host, host) != 0)
		fail_msg("%s: host '%s', expected '%s'", conf, p->side.conninfo_host, host);
	if (address && (p->side.n_conninfo_addresses < 1 || strcmp(p->side.conninfo_addresses[0], address) != 0))
		fail_msg("%s: %d addresses", conf, p->side.n_conninfo_addresses);
	if (!address && p->side.n_conninfo_addresses != 0)
		fail_msg("%s: has an address", conf);
}

static void the_host_of_primary_conninfo_is_read_and_no_password(void **state)
{
	struct place *p = *state;

	check_conninfo(p, "primary_conninfo = 'host=192.0.2.7 user=replication password=SECRET'\n", "192.0.2.7",
		       "192.0.2.7");
	check_conninfo(p, "primary_conninfo = 'password=SECRET user=r host=192.0.2.7'", "192.0.2.7", "192.0.2.7");
	check_conninfo(p, "primary_conninfo = 'host = 192.0.2.7 password = ''SECRET host=SECRET'' port=5433'\n",
		       "192.0.2.7", "192.0.2.7");
	check_conninfo(p, "primary_conninfo = 'password=''a\\\\''SECRET host=x'' host=192.0.2.7'\n", "192.0.2.7",
		       "192.0.2.7");
	check_conninfo(p, "primary_conninfo 'host=192.0.2.7 passfile=SECRET'\n", "192.0.2.7", "192.0.2.7");
	check_conninfo(p, "PRIMARY_CONNINFO='hostaddr=192.0.2.8 host=localhost password=SECRET'\n", "localhost",
		       "192.0.2.8");
	check_conninfo(p, "primary_conninfo='hostaddr=192.0.2.8 password=SECRET'\n", "192.0.2.8", "192.0.2.8");
	check_conninfo(p,
		       "primary_conninfo='host=a password=SECRET'\nprimary_conninfo='host=192.0.2.9 password=SECRET'\n",
		       "192.0.2.9", "192.0.2.9");
	check_conninfo(p, "#primary_conninfo='host=192.0.2.9 password=SECRET'\n", "", NULL);
	check_conninfo(p, "primary_conninfo='user=x password=SECRET'\n", "", NULL);
	check_conninfo(p, "primary_conninfo='host=/var/run/postgresql password=SECRET'\n", "/var/run/postgresql", NULL);
	check_conninfo(p, "primary_conninfo='host=-x password=SECRET'\n", "-x", NULL);
	check_conninfo(p, "primary_conninfo='host=$(id) password=SECRET'\n", "$(id)", NULL);
	check_conninfo(p, "primary_conninfo='host=* password=SECRET'\n", "*", NULL);
	check_conninfo(p, "primary_conninfo='postgresql://u:SECRET@192.0.2.7:5433/db?password=SECRET'\n", "192.0.2.7",
		       "192.0.2.7");
	check_conninfo(p, "primary_conninfo='postgres://u:SEC/SECRET@192.0.2.7'\n", "", NULL);
	check_conninfo(p, "primary_conninfo='postgres://u:SECRET@[2001:db8::1]:5432/'\n", "2001:db8::1", "2001:db8::1");
}

static void from_12_the_configuration_is_read_and_the_last_file_wins(void **state)
{
	struct place *p = *state;

	p->host.postgresql.version_num = 1500;
	write_text(p->data, "recovery.conf", "primary_conninfo='host=192.0.2.1 password=SECRET'\n");
	write_text(p->config, "postgresql.conf", "primary_conninfo = 'host=192.0.2.2 password=SECRET'\n");
	look(p);
	assert_string_equal(p->side.conninfo_host, "192.0.2.2");
	make_dir(p->config, "conf.d");
	write_text(p->config, "conf.d/10.conf", "primary_conninfo = 'host=192.0.2.3 password=SECRET' # x\n");
	look(p);
	assert_string_equal(p->side.conninfo_host, "192.0.2.3");
	write_text(p->data, "postgresql.auto.conf", "primary_conninfo = 'user=x host=192.0.2.4 password=SECRET'\n");
	look(p);
	assert_string_equal(p->side.conninfo_host, "192.0.2.4");
	assert_null(strstr(p->output, "SECRET"));
}

static void segments_are_ordered_by_position(void **state)
{
	struct place *p = *state;

	make_dir(p->data, "pg_xlog");
	write_text(p->data, "pg_xlog/000000020000000000000009", "");
	write_text(p->data, "pg_xlog/000000010000000000000008", "");
	write_text(p->data, "pg_xlog/000000020000000100000001", "");
	write_text(p->data, "pg_xlog/00000002.history", "");
	write_text(p->data, "pg_xlog/000000010000000000000001.partial", "");
	write_text(p->data, "pg_xlog/000000010000000000000000$(id)", "");
	look(p);
	assert_string_equal(p->side.oldest_segment, "000000010000000000000008");
	assert_string_equal(p->side.newest_segment, "000000020000000100000001");
}

static void put(unsigned char *at, uint64_t value, int n)
{
	for (int i = 0; i < n; i++)
		at[i] = (unsigned char)(value >> (8 * i));
}

static void check_control_file(struct place *p, uint32_t version, int redo_at)
{
	unsigned char bytes[128] = {0};

	put(bytes, 7642011472967116994u, 8);
	put(bytes + 8, version, 4);
	put(bytes + 12, 201707211, 4);
	put(bytes + 16, CONTROL_IN_ARCHIVE_RECOVERY, 4);
	put(bytes + redo_at, 0x1500718, 8);
	put(bytes + redo_at + 8, 3, 4);
	write_file(p->data, "global/pg_control", bytes, sizeof(bytes));
	look(p);
	assert_true(p->side.has_control);
	assert_true(p->side.control.system_identifier == 7642011472967116994u);
	assert_int_equal(p->side.control.state, CONTROL_IN_ARCHIVE_RECOVERY);
	assert_true(p->side.control.has_timeline && p->side.control.has_redo);
	assert_int_equal(p->side.control.timeline, 3);
	assert_true(p->side.control.redo == 0x1500718);
}

static void the_control_file_is_read_without_pg_controldata(void **state)
{
	struct place *p = *state;

	make_dir(p->data, "global");
	check_control_file(p, 937, 48);
	check_control_file(p, 1002, 48);
	check_control_file(p, 1100, 40);
	check_control_file(p, 1300, 40);
	write_text(p->data, "global/pg_control", "short");
	look(p);
	assert_false(p->side.has_control);
}

/* A pg_controldata that says this. */
static void write_tool(struct place *p, const char *says)
{
	char text[1000], path[200];

	snprintf(text, sizeof(text), "#!/bin/sh\ncat <<'END'\n%sEND\n", says);
	write_text(p->root, "pg_controldata", text);
	snprintf(path, sizeof(path), "%s/pg_controldata", p->root);
	assert_int_equal(chmod(path, 0700), 0);
	p->host.postgresql.bin_dir = p->root;
}

#define TOOL_SAYS                                                       \
	"pg_control version number:            942\n"                   \
	"Catalog version number:               201510051\n"             \
	"Database system identifier:           7642011472967116994\n"   \
	"Database cluster state:               shut down in recovery\n" \
	"Latest checkpoint location:           0/30000028\n"            \
	"Latest checkpoint's REDO location:    0/30000020\n"            \
	"Latest checkpoint's TimeLineID:       2\n"                     \
	"Minimum recovery ending location:     0/30000098\n"            \
	"Min recovery ending loc's timeline:   2\n"                     \
	"Bytes per WAL segment:                16777216\n"

static void pg_controldata_is_asked_first(void **state)
{
	struct place *p = *state;

	write_tool(p, TOOL_SAYS);
	look(p);
	assert_true(p->side.has_control);
	assert_int_equal(p->side.control.state, CONTROL_SHUTDOWNED_IN_RECOVERY);
	assert_int_equal(p->side.control.timeline, 2);
	assert_true(p->side.control.min_recovery == 0x30000098);
}

static void pg_controldata_of_another_version_is_not_believed(void **state)
{
	struct place *p = *state;

	make_dir(p->data, "global");
	check_control_file(p, 1002, 48);
	write_tool(p, "WARNING: Calculated CRC checksum does not match value stored in file.\n" TOOL_SAYS);
	look(p);
	assert_true(p->side.has_control);
	assert_int_equal(p->side.control.state, CONTROL_IN_ARCHIVE_RECOVERY);
	assert_int_equal(p->side.control.timeline, 3);
}

static void the_newest_word_about_replication_is_kept(void **state)
{
	struct place *p = *state;

	write_text("", p->log + 1,
		   "2019 UTC FATAL:  could not connect to the primary server: timeout\n"
		   "2019 UTC LOG:  started streaming WAL from primary at 0/3000000 on timeline 1\n"
		   "2019 UTC FATAL:  could not receive data from WAL stream: ERROR:  requested WAL segment "
		   "000000010000000000000003 has already been removed\n"
		   "2019 UTC FATAL:  password authentication failed for user \"collectd\"\n"
		   "2019 UTC ERROR:  canceling statement due to conflict with recovery\n");
	look(p);
	if (!strstr(p->side.last_fatal, "has already been removed"))
		fail_msg("last_fatal: '%s'", p->side.last_fatal);
}

static void log_lines_are_redacted_and_printable(void **state)
{
	struct place *p = *state;

	redact_add("canary-7f3a", 11);
	write_text("", p->log + 1, "FATAL:  could not connect to the primary server: canary-7f3a \x1b[2J \xff\n");
	look(p);
	redact_forget();
	assert_non_null(strstr(p->side.last_fatal, "[redacted]"));
	assert_null(strstr(p->side.last_fatal, "canary"));
	assert_null(strchr(p->side.last_fatal, 0x1b));
}

static void every_shell_says_the_same(void **state)
{
	static const char *const shells[] = {"dash", "bash"};
	struct place *p = *state;

	write_text(p->data, "recovery.conf", "standby_mode=on\nprimary_conninfo='host=192.0.2.7'\n");
	for (int i = 0; i < 2; i++) {
		look_by(p, shells[i]);
		assert_true(p->side.marker_there);
		assert_string_equal(p->side.conninfo_host, "192.0.2.7");
	}
}

/* A broken or hostile host may print anything. */
static void anything_may_come_back(void **state)
{
	struct look_side side = {0};
	struct buf out;
	unsigned seed = 7;

	(void)state;
	buf_init(&out, 1 << 20);
	for (int i = 0; i < 200; i++)
		buf_addf(&out, "addresses=10.0.0.%d\nprocess=postgres: wal sender %d\n", i, i);
	buf_adds(&out, "oldest=../../etc/passwd\nnewest=00000001000000000000002\nclock=-5\nfree=99999999999999999999\n"
		       "used=x\nmachine_id=0123456789012345678901234567890123456789012345678901234567890123456789\n"
		       "conninfo_address=; rm -rf /\nunknown=1\n=\nno equals sign\ncontrol_head=zz\nboot_id=");
	for (int i = 0; i < 20000; i++) {
		seed = seed * 1103515245u + 12345u;
		buf_addc(&out, (char)(seed >> 16));
	}
	look_script_read(&side, 1000, out.bytes, out.used);
	buf_done(&out);
	assert_int_equal(side.n_addresses, LOOK_ADDRESSES);
	assert_int_equal(side.n_sender_processes, LOOK_SENDERS);
	assert_string_equal(side.oldest_segment, "");
	assert_string_equal(side.newest_segment, "");
	assert_string_equal(side.machine_id, "");
	assert_int_equal(side.n_conninfo_addresses, 0);
	assert_int_equal(side.clock_us, 0);
	assert_true(side.data_free_bytes == -1 && side.data_used_bytes == -1);
	assert_false(side.has_control);
}

#define IN_PLACE(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(an_empty_place_is_no_error),
		IN_PLACE(the_machine_is_named),
		IN_PLACE(leftovers_are_seen),
		IN_PLACE(recovery_conf_is_the_marker_until_11),
		IN_PLACE(standby_signal_is_the_marker_from_12),
		IN_PLACE(the_host_of_primary_conninfo_is_read_and_no_password),
		IN_PLACE(from_12_the_configuration_is_read_and_the_last_file_wins),
		IN_PLACE(segments_are_ordered_by_position),
		IN_PLACE(the_control_file_is_read_without_pg_controldata),
		IN_PLACE(pg_controldata_is_asked_first),
		IN_PLACE(pg_controldata_of_another_version_is_not_believed),
		IN_PLACE(the_newest_word_about_replication_is_kept),
		IN_PLACE(log_lines_are_redacted_and_printable),
		IN_PLACE(every_shell_says_the_same),
		cmocka_unit_test(anything_may_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
