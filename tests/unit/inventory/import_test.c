#include "inventory/import.h"

#include "scratch.h"

#include "inventory/export.h"
#include "inventory/inventory.h"
#include "inventory/journal.h"

static int64_t audits(struct scratch *s)
{
	return scratch_count(s, "select count(*) from audit") + scratch_count(s, "select revision from inventory");
}

static void windows_line_ends_are_fine(void **state)
{
	struct scratch *s = *state;
	struct diff diff;
	struct error why;

	assert_ok(scratch_import(s, "version: 1\r\nsites:\r\n  a: {}\r\n", &diff, &why));
	assert_int_equal(diff.count, 1);
	diff_done(&diff);
}

static bool has_line(const struct diff *d, const char *line)
{
	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->lines[i], line) == 0)
			return true;
	return false;
}

static void the_difference_names_what_changes(void **state)
{
	struct scratch *s = *state;
	char *text;
	struct diff diff;
	struct error why;

	assert_ok(scratch_import(s, scratch_small, &diff, &why));
	assert_true(has_line(&diff, "+ host s1.carrenza"));
	assert_true(has_line(&diff, "+ pair s1.carrenza of p1.carrenza"));
	assert_true(has_line(&diff, "+ site carrenza"));
	assert_int_equal(diff.hosts, 2);
	assert_int_equal(diff.pairs, 1);
	diff_done(&diff);

	text = mem_printf("version: 1\ndefaults: {postgresql: {version: \"9.5\"}}\nsites: {carrenza: {}}\n"
			  "environments: {staging: {}}\nhosts:\n"
			  "  p1.carrenza: {address: 10.0.0.9, site: carrenza, environment: staging, tags: [a, b]}\n");
	assert_ok(scratch_import(s, text, &diff, &why));
	assert_true(has_line(&diff, "- host s1.carrenza"));
	assert_true(has_line(&diff, "- pair s1.carrenza of p1.carrenza"));
	assert_true(has_line(&diff, "~ host p1.carrenza: address: 10.0.0.1 -> 10.0.0.9"));
	assert_true(has_line(&diff, "~ host p1.carrenza: tags: (not set) -> a, b"));
	assert_true(has_line(&diff, "~ defaults: postgresql.version: (not set) -> 9.5"));
	assert_true(has_line(&diff, "~ site carrenza: aliases: 6dg -> (not set)"));
	assert_int_equal(diff.count, 6);
	diff_done(&diff);
	free(text);
	assert_int_equal(scratch_count(s, "select count(*) from host"), 1);
}

static void a_dry_run_writes_nothing(void **state)
{
	struct scratch *s = *state;
	struct diff diff;
	struct error why;
	int64_t before = audits(s);

	assert_ok(import_text(s->store, "fleet.yml", scratch_small, strlen(scratch_small), true, &s->by, &diff, &why));
	assert_int_equal(diff.count, 5);
	diff_done(&diff);
	assert_int_equal(audits(s), before);
	assert_int_equal(scratch_count(s, "select count(*) from host"), 0);
}

static void the_same_again_changes_nothing(void **state)
{
	struct scratch *s = *state;
	struct diff diff;
	struct error why;
	int64_t revision;

	assert_ok(scratch_import(s, scratch_small, &diff, &why));
	diff_done(&diff);
	assert_ok(scratch_import(s, scratch_small, &diff, &why));
	assert_int_equal(diff.count, 0);
	diff_done(&diff);
	assert_ok(inventory_revision(s->store, &revision, &why));
	assert_int_equal(revision, 1);
	assert_int_equal(scratch_count(s, "select count(*) from audit where event = 'inventory.import'"), 1);
}

static void what_is_owed_keeps_its_host(void **state)
{
	struct scratch *s = *state;
	struct journal_entry e = {.run = 3, .host = "s1.carrenza", .row_name = "puppet_off", .kind = JOURNAL_TAKE};
	struct diff diff;
	struct error why;

	assert_ok(scratch_import(s, scratch_small, &diff, &why));
	diff_done(&diff);
	assert_ok(journal_write(s->store, &s->by, &e, &why));
	assert_false(scratch_import(s, "version: 1\n", &diff, &why));
	assert_int_equal(why.code, ERROR_BUSY);
	assert_non_null(strstr(why.text, "run 3 still holds puppet_off"));
	assert_int_equal(scratch_count(s, "select count(*) from host"), 2);
}

/* Import, export, import into another store: the same. */
static void check_round_trip(struct scratch *s, const char *path)
{
	char *other_path = mem_printf("%s/other.db", s->directory);
	struct error why = {0};
	struct store *other = store_open(other_path, STORE_CREATE, &why);
	struct inventory *a, *b;
	struct diff diff;
	struct buf text;

	buf_init(&text, 1 << 20);
	assert_ok(import_file(s->store, path, false, &s->by, &diff, &why));
	diff_done(&diff);
	assert_ok(export_yaml(s->store, &text, &why));
	assert_ok(import_text(other, "export.yml", text.bytes, text.used, false, &s->by, &diff, &why));
	diff_done(&diff);
	a = inventory_load(s->store, &why);
	b = inventory_load(other, &why);
	assert_string_equal(a->sha256, b->sha256);
	inventory_free(a);
	inventory_free(b);
	buf_done(&text);
	store_close(other);
	free(other_path);
}

static void the_example_comes_through(void **state)
{
	check_round_trip(*state, SOURCE_DIR "/inventory/examples/govuk.yml");
}

static void every_setting_comes_through(void **state)
{
	struct scratch *s = *state;
	char *path = mem_printf("%s/all.yml", s->directory);
	FILE *f = fopen(path, "w");

	fputs("version: 1\n"
	      "defaults:\n"
	      "  sudo: password\n"
	      "  state_dir: /srv/pgresync\n"
	      "  ssh: {user: n, port: 1022, legacy: false, identities: [/a/id, /b], known_hosts: [], identity_agent: /run/a}\n"
	      "  postgresql: {version: 9.6, cluster: m.x, data_dir: /d, config_dir: /c, log_file: /l, port: 5433,\n"
	      "    socket_dir: /s, bin_dir: /b}\n"
	      "  commands: {puppet: no, service_postgresql: service postgresql, restart_collectd: \"a b c\",\n"
	      "    collectd_status: x, resync_script: /s, gpg: gpg1, envdir: /usr/bin/envdir}\n"
	      "  wal_e: {env_dir: /e, command: w, gpg_mode: overlay, gnupg_home: /g}\n"
	      "  limits: {base_backups_per_primary: 2, lag_warning_mb: 1, lag_critical_mb: 2, recovery_stall_s: 3,\n"
	      "    recovery_total_s: 4}\n"
	      "  secrets: {gpg_passphrase: {pass: \"a/${site}/${host}\"}, standby_password: {file: \"/x/${environment}\"},\n"
	      "    sudo_password: {credential: sudo}}\n"
	      "sites: {yes: {aliases: [\"1\", \"null\"], ssh: {jump: j1}}}\n"
	      "environments: {e: {limits: {recovery_total_s: 5}}}\n"
	      "hosts:\n"
	      "  j1: {address: 10.0.0.1, site: yes, environment: e, ssh: {jump: none}}\n"
	      "  true: {site: \"null\", environment: e, tags: [b, a]}\n"
	      "pairs: [{primary: j1, standbys: [\"true\"]}]\n",
	      f);
	fclose(f);
	check_round_trip(s, path);
	assert_int_equal(scratch_count(s, "select count(*) from setting where scope = 'defaults'"), 35);
	free(path);
}

static void many_hosts_are_quick(void **state)
{
	enum { MANY = 20000 };
	struct scratch *s = *state;
	struct buf text;
	struct diff diff;
	struct error why;
	struct inventory *i;

	buf_init(&text, 8 << 20);
	buf_adds(&text, "version: 1\nsites: {a: {aliases: [b]}}\nenvironments: {e: {}}\nhosts:\n");
	for (int n = 0; n < MANY; n++)
		buf_addf(&text, "  h%d.x: {address: 10.%d.%d.%d, site: b, environment: e}\n", n, n / 62500 + 1,
			 n / 250 % 250, n % 250 + 1);
	buf_adds(&text, "pairs:\n");
	for (int n = 1; n < MANY; n += 2)
		buf_addf(&text, "  - {primary: h%d.x, standbys: [h%d.x]}\n", n - 1, n);
	assert_ok(import_text(s->store, "many.yml", text.bytes, text.used, false, &s->by, &diff, &why));
	assert_int_equal(diff.hosts, MANY);
	diff_done(&diff);
	i = inventory_load(s->store, &why);
	assert_int_equal(i->pair_count, MANY / 2);
	inventory_free(i);
	buf_clear(&text);
	assert_ok(export_yaml(s->store, &text, &why));
	buf_done(&text);
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		WITH_STORE(windows_line_ends_are_fine),	 WITH_STORE(the_difference_names_what_changes),
		WITH_STORE(a_dry_run_writes_nothing),	 WITH_STORE(the_same_again_changes_nothing),
		WITH_STORE(what_is_owed_keeps_its_host), WITH_STORE(the_example_comes_through),
		WITH_STORE(every_setting_comes_through), WITH_STORE(many_hosts_are_quick),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
