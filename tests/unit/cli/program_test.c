/*
 * The whole program, run as an operator would: what it prints where, how it ends, and that a refusal changes nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "unit/cli/program.h"

static const char fleet[] =
	"version: 1\n"
	"defaults:\n"
	"  ssh: {user: deploy}\n"
	"  postgresql: {version: \"9.3\", cluster: main}\n"
	"sites:\n"
	"  carrenza: {aliases: [6dg]}\n"
	"environments:\n"
	"  staging: {}\n"
	"hosts:\n"
	"  pg-primary-1: {address: 10.99.1.12, site: carrenza, environment: staging}\n"
	"  pg-standby-1: {address: 10.99.1.13, site: carrenza, environment: staging}\n"
	"  pg-standby-2: {address: 10.99.1.14, site: carrenza, environment: staging}\n"
	"pairs:\n"
	"  - {primary: pg-primary-1, standbys: [{host: pg-standby-1, role: live}, {host: pg-standby-2, role: dr}]}\n";

static int begin(void **state)
{
	struct bench *b;

	if (program_begin(state) != 0)
		return -1;
	b = *state;
	write_file(b->yaml, fleet);
	return 0;
}

static json_t *parse(const struct bench *b)
{
	json_error_t why;
	json_t *parsed = json_loadb(b->out.bytes, b->out.used, 0, &why);

	if (parsed == NULL)
		fprintf(stderr, "%s in: %s\n", why.text, b->out.bytes);
	assert_non_null(parsed);
	return parsed;
}

static void help_goes_to_standard_output(void **state)
{
	struct bench *b = *state;

	expect(b, "help", 0);
	assert_non_null(strstr(b->out.bytes, "inventory import"));
	assert_string_equal(b->err.bytes, "");
	expect(b, "inventory import --help", 0);
	assert_non_null(strstr(b->out.bytes, "examples:"));
	expect(b, "inventory --help", 0);
	assert_non_null(strstr(b->out.bytes, "inventory show"));
	expect(b, "help audit", 0);
	expect(b, "-?", 0);
	expect(b, "--version", 0);
	assert_string_equal(b->out.bytes, "pgresync " PGRESYNC_VERSION "\n");
}

static void help_needs_no_store_and_makes_none(void **state)
{
	struct bench *b = *state;
	struct stat st;

	expect(b, "help", 0);
	expect(b, "methods", 0);
	assert_int_not_equal(stat(b->db, &st), 0);
}

static void bad_command_lines_end_with_64(void **state)
{
	struct bench *b = *state;

	expect_refusal(b, "", 64, "no command");
	expect_refusal(b, "inventroy", 64, "did you mean inventory?");
	expect_refusal(b, "help nonsense", 64, "unknown command");
	expect_refusal(b, "runs --limit many", 64, "--limit is a number");
	expect_refusal(b, "runs --limit 0", 64, "--limit is a number");
	expect_refusal(b, "runs --limit 99999999999999999999", 64, "--limit is a number");
	expect_refusal(b, "runs show x", 64, "no run's number");
	expect_refusal(b, "runs show 1x", 64, "no run's number");
	expect_refusal(b, "runs show -- -1", 64, "no run's number");
	expect_refusal(b, "audit --since yesterdayish", 64, "is no time");
	expect_refusal(b, "audit --since 2026-02-01 --until 2026-01-01", 64, "not before");
	expect_refusal(b, "audit export", 64, "--format");
	expect_refusal(b, "audit export --format xml", 64, "csv or json");
	expect_refusal(b, "methods show rsync", 64, "unknown method");
	expect_refusal(b, "runs --color=pink", 64, "auto, always or never");
}

static void missing_store_is_named_and_not_made(void **state)
{
	static const char *const lines[] = {"inventory list", "inventory show x", "runs",	"audit",
					    "audit verify",   "schedule list",	  "hosts list", "inventory export"};
	struct bench *b = *state;
	struct stat st;

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		expect_refusal(b, lines[i], 1, "inventory import");
		assert_int_not_equal(stat(b->db, &st), 0);
	}
}

static void import_shows_the_difference_and_applies_it(void **state)
{
	struct bench *b = *state;
	struct stat st;

	expect(b, "inventory import @/fleet.yml --dry-run", 0);
	assert_non_null(strstr(b->out.bytes, "+ host pg-standby-1\n"));
	assert_int_not_equal(stat(b->db, &st), 0);
	expect(b, "inventory import @/fleet.yml", 0);
	assert_non_null(strstr(b->out.bytes, "+ host pg-standby-1\n"));
	expect(b, "inventory import @/fleet.yml", 0);
	assert_string_equal(b->out.bytes, "");
	expect(b, "inventory list", 0);
	assert_non_null(strstr(b->out.bytes, "standby of pg-primary-1"));
}

static void wrong_file_is_refused_with_its_place(void **state)
{
	struct bench *b = *state;
	struct stat st;

	expect_refusal(b, "inventory import @/missing.yml", 64, "No such file");
	write_file(b->yaml, "version: 1\nhots: {}\n");
	expect_refusal(b, "inventory import @/fleet.yml --dry-run", 78, "fleet.yml:2:1: ");
	assert_int_not_equal(stat(b->db, &st), 0);
}

static void unusable_stores_are_refused(void **state)
{
	struct bench *b = *state;
	struct stat st;

	expect(b, "inventory import @/fleet.yml", 0);
	write_file(b->db, "");
	expect_refusal(b, "inventory list", 1, b->db);
	assert_int_equal(stat(b->db, &st), 0);
	assert_int_equal(st.st_size, 0);
	write_file(b->db,
		   "not a database at all, but long enough to look at twice; padding padding padding padding padding");
	expect_refusal(b, "inventory list", 1, b->db);
	expect_refusal(b, "--db=@/fleet.yml runs", 1, "fleet.yml");
}

static void unknown_host_is_refused_with_near_names(void **state)
{
	struct bench *b = *state;

	expect(b, "inventory import @/fleet.yml", 0);
	expect_refusal(b, "inventory show pg-stanby-1", 64, "did you mean pg-standby-1");
	expect_refusal(b, "methods show wal-e pg-primary-1", 5, "is a primary");
	expect_refusal(b, "runs show 42", 64, "42");
	expect_refusal(b, "schedule show nightly", 64, "nightly");
}

static void export_imports_to_the_same(void **state)
{
	struct bench *b = *state;
	struct stat st;

	expect(b, "inventory import @/fleet.yml", 0);
	expect(b, "inventory export -o @/copy.yml", 0);
	assert_int_equal(stat(b->folder, &st), 0);
	expect(b, "inventory import @/copy.yml", 0);
	assert_string_equal(b->out.bytes, "");
	expect_refusal(b, "inventory export -o @/copy.yml", 1, "not overwritten");
}

static void json_is_one_document(void **state)
{
	static const char *const lines[] = {"inventory list --json",
					    "inventory show pg-standby-1 --json",
					    "inventory check --json",
					    "runs --json",
					    "audit --json",
					    "audit verify --json",
					    "schedule list --json",
					    "hosts list --json",
					    "methods show wal-e --json",
					    "methods --json",
					    "inventory import @/fleet.yml --dry-run --json"};
	struct bench *b = *state;

	expect(b, "inventory import @/fleet.yml", 0);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		expect(b, lines[i], 0);
		json_decref(parse(b));
	}
}

static void audit_holds_what_was_done_and_verifies(void **state)
{
	struct bench *b = *state;
	json_t *records;

	expect(b, "inventory import @/fleet.yml", 0);
	expect(b, "audit --json", 0);
	records = parse(b);
	assert_int_equal(json_array_size(records), 1);
	assert_string_equal(json_string_value(json_object_get(json_array_get(records, 0), "event")),
			    "inventory.import");
	json_decref(records);
	expect(b, "audit verify", 0);
	assert_non_null(strstr(b->out.bytes, "1 records fit"));
	expect(b, "audit export --format json -o @/audit.json", 0);
	expect(b, "audit verify @/audit.json", 0);
	expect(b, "audit export --format csv -o @/audit.csv", 0);
	expect(b, "audit verify @/audit.csv", 0);
	expect(b, "audit --text 13", 0);
	expect(b, "audit --text nosuchword", 0);
	assert_string_equal(b->out.bytes, "");
}

static void schedule_is_added_paused_and_removed(void **state)
{
	struct bench *b = *state;

	expect(b, "inventory import @/fleet.yml", 0);
	expect_refusal(b, "schedule add nightly --reason x", 64, "--cron");
	expect_refusal(b, "schedule add nightly --cron @daily", 64, "--reason");
	expect_refusal(b, "schedule add nightly --cron 61 --reason x", 64, "");
	expect_refusal(b, "schedule add nightly --cron=@daily --reason x --zone Mars/Olympus", 78, "Mars/Olympus");
	expect_refusal(b, "schedule add nightly --cron=@daily --reason x --method rsync", 64, "unknown method");
	expect_refusal(b, "schedule add nightly pg-stanby-1 --cron=@daily --reason x", 64, "did you mean");
	expect_refusal(b, "schedule add nightly --cron=@daily --reason x --policy lag=1", 64, "--policy");
	expect_refusal(b, "schedule add nightly --cron=@daily --reason x --limits most=few", 64, "--limits");
	expect(b, "schedule add nightly pg-standby-1 --cron=@daily --reason keep-fresh --zone Europe/London", 0);
	expect(b, "schedule list", 0);
	assert_non_null(strstr(b->out.bytes, "nightly"));
	expect(b, "schedule pause nightly", 0);
	expect(b, "schedule list", 0);
	assert_non_null(strstr(b->out.bytes, "paused"));
	expect(b, "schedule resume nightly", 0);
	expect(b, "schedule show nightly", 0);
	assert_non_null(strstr(b->out.bytes, "keep-fresh"));
	expect(b, "schedule remove nightly", 0);
	expect_refusal(b, "schedule remove nightly", 64, "nightly");
}

static void settings_name_the_store(void **state)
{
	struct bench *b = *state;
	scoped_mem char *folder = mem_printf("%s/.config", b->folder);
	scoped_mem char *below = mem_printf("%s/pgresync", folder);
	scoped_mem char *file = mem_printf("%s/config.yml", below);
	scoped_mem char *text = mem_printf("db: %s/other/p.db\njobs: 4\n", b->folder);

	unsetenv("PGRESYNC_DB");
	assert_int_equal(mkdir(folder, 0700) + mkdir(below, 0700), 0);
	write_file(file, text);
	expect_refusal(b, "runs", 1, "/other/p.db");
	setenv("PGRESYNC_DB", b->db, 1);
	expect_refusal(b, "runs", 1, b->db);
	expect_refusal(b, "--db @/third.db runs", 1, "/third.db");
	write_file(file, "colour: never\n");
	expect_refusal(b, "runs", 78, "config.yml:1:1: unknown key 'colour'; did you mean 'color'?");
	write_file(file, "jobs: none\n");
	expect_refusal(b, "runs", 78, "config.yml:1:7: 'jobs' wants a number");
	write_file(file, "jobs: [1\n");
	expect_refusal(b, "runs", 78, "config.yml:");
	expect_refusal(b, "--config @/nothere.yml runs", 78, "nothere.yml");
}

static void doctor_says_what_is_missing(void **state)
{
	struct bench *b = *state;
	json_t *findings;

	expect(b, "doctor", 1);
	assert_non_null(strstr(b->out.bytes, "libssh2"));
	assert_non_null(strstr(b->out.bytes, "inventory import"));
	expect(b, "doctor --json", 1);
	findings = parse(b);
	assert_true(json_array_size(findings) > 8);
	json_decref(findings);
	expect(b, "inventory import @/fleet.yml", 0);
	expect(b, "doctor", 0);
}

static void closed_pipe_is_no_error(void **state)
{
	struct bench *b = *state;
	char *argv[] = {(char[]){"pgresync"}, (char[]){"help"}, NULL};
	int ends[2], status;
	pid_t pid;

	(void)b;
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		_exit(program_run(2, argv));
	}
	close(ends[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void full_disk_is_an_error(void **state)
{
	struct bench *b = *state;
	char *argv[] = {(char[]){"pgresync"}, (char[]){"help"}, NULL};
	int status;
	pid_t pid;

	(void)b;
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		int full = open("/dev/full", O_WRONLY), nothing = open("/dev/null", O_WRONLY);

		dup2(full, STDOUT_FILENO);
		dup2(nothing, STDERR_FILENO);
		_exit(program_run(2, argv));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WEXITSTATUS(status), 1);
}

static void bytes_of_the_command_line_cannot_move_the_cursor(void **state)
{
	struct bench *b = *state;

	run(b, "\033[2J\033]0;x\a");
	assert_int_equal(b->status, 64);
	assert_null(strchr(b->err.bytes, '\033'));
	assert_null(strchr(b->err.bytes, '\a'));
}

static void a_pass_that_could_look_at_nothing_is_not_good(void **state)
{
	struct bench *b = *state;

	write_file(b->yaml, "version: 1\n"
			    "defaults: {ssh: {user: nobody, port: 1, allow_loopback: true}}\n"
			    "sites: {here: {}}\n"
			    "environments: {test: {}}\n"
			    "hosts:\n"
			    "  p: {address: 127.0.0.1, site: here, environment: test}\n"
			    "  s: {address: 127.0.0.2, site: here, environment: test}\n"
			    "pairs: [{primary: p, standbys: [{host: s, role: live}]}]\n");
	expect(b, "inventory import @/fleet.yml", 0);
	expect(b, "rebuild-stale", 4);
	assert_non_null(strstr(b->out.bytes, "leave   s  unknown: s does not answer"));
	expect(b, "rebuild-stale --dry-run --exit-code", 4);
}

int main(void)
{
#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, begin, program_end)
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(help_goes_to_standard_output),
		WITH_FOLDER(help_needs_no_store_and_makes_none),
		WITH_FOLDER(bad_command_lines_end_with_64),
		WITH_FOLDER(missing_store_is_named_and_not_made),
		WITH_FOLDER(import_shows_the_difference_and_applies_it),
		WITH_FOLDER(wrong_file_is_refused_with_its_place),
		WITH_FOLDER(unusable_stores_are_refused),
		WITH_FOLDER(unknown_host_is_refused_with_near_names),
		WITH_FOLDER(export_imports_to_the_same),
		WITH_FOLDER(json_is_one_document),
		WITH_FOLDER(audit_holds_what_was_done_and_verifies),
		WITH_FOLDER(schedule_is_added_paused_and_removed),
		WITH_FOLDER(settings_name_the_store),
		WITH_FOLDER(doctor_says_what_is_missing),
		WITH_FOLDER(closed_pipe_is_no_error),
		WITH_FOLDER(full_disk_is_an_error),
		WITH_FOLDER(bytes_of_the_command_line_cannot_move_the_cursor),
		WITH_FOLDER(a_pass_that_could_look_at_nothing_is_not_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
