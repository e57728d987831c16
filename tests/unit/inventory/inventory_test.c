#include "inventory/inventory.h"

#include "scratch.h"

#include "inventory/check.h"
#include "inventory/setting.h"

static struct inventory *load(struct scratch *s)
{
	struct error why = {0};
	struct inventory *i = inventory_load(s->store, &why);

	if (!i)
		fail_msg("%s", why.text);
	return i;
}

static void import(struct scratch *s, const char *text)
{
	struct diff diff;
	struct error why;

	assert_ok(scratch_import(s, text, &diff, &why));
	diff_done(&diff);
}

static struct inventory *load_example(struct scratch *s)
{
	struct diff diff;
	struct error why;

	assert_ok(import_file(s->store, SOURCE_DIR "/inventory/examples/govuk.yml", false, &s->by, &diff, &why));
	diff_done(&diff);
	return load(s);
}

static void an_empty_store_has_nothing(void **state)
{
	struct inventory *i = load(*state);
	const char *nearest[INVENTORY_SUGGESTIONS];

	assert_int_equal(i->host_count + i->pair_count + i->site_count, 0);
	assert_int_equal(i->revision, 0);
	assert_null(inventory_find_host(i, "x"));
	assert_null(inventory_find_host(i, ""));
	assert_int_equal(inventory_suggest(i, "x", nearest), 0);
	inventory_free(i);
}

static void the_example_has_four_pairs(void **state)
{
	struct inventory *i = load_example(*state);
	const struct pair *p = inventory_find_pair(i, "postgresql-standby-2.backend.staging.publishing.service.gov.uk");

	assert_int_equal(i->pair_count, 4);
	assert_int_equal(i->host_count, 8);
	assert_non_null(p);
	assert_string_equal(p->role, "dr");
	assert_string_equal(p->primary->address, "10.2.3.12");
	assert_string_equal(p->standby->address, "10.2.11.13");
	assert_string_equal(p->standby->ssh.jump, "jumpbox.staging.publishing.service.gov.uk");
	assert_string_equal(p->standby->secrets.gpg_passphrase.text, "postgresql-backups/staging/postgresql-primary");
	assert_int_equal(p->standby->secrets.gpg_passphrase.kind, SECRET_PASS);
	assert_string_equal(inventory_find_host(i, "jumpbox.publishing.service.gov.uk")->ssh.jump, "");
	assert_string_equal(inventory_find_site(i, "6DG")->name, "carrenza");
	assert_string_equal(inventory_find_host(i, "postgresql-primary-1.backend.publishing.service.gov.uk")->site,
			    "carrenza");
	inventory_free(i);
}

static void the_pages_values_are_the_defaults(void **state)
{
	struct scratch *s = *state;
	const struct host *h;
	struct inventory *i;

	import(s, scratch_small);
	i = load(s);
	h = inventory_find_host(i, "s1.carrenza");
	assert_string_equal(h->postgresql.version, "9.3");
	assert_int_equal(h->postgresql.version_num, 903);
	assert_string_equal(h->postgresql.data_dir, "/var/lib/postgresql/9.3/main");
	assert_string_equal(h->postgresql.config_dir, "/etc/postgresql/9.3/main");
	assert_string_equal(h->postgresql.log_file, "/var/log/postgresql/postgresql-9.3-main.log");
	assert_int_equal(h->postgresql.port, 5432);
	assert_string_equal(h->postgresql.bin_dir, "");
	assert_string_equal(h->commands.puppet, "govuk_puppet");
	assert_string_equal(h->commands.service_postgresql, "/etc/init.d/postgresql");
	assert_string_equal(h->commands.restart_collectd, "service collectd restart");
	assert_string_equal(h->commands.collectd_status, "service collectd status");
	assert_string_equal(h->commands.resync_script, "pg_resync_slave");
	assert_string_equal(h->commands.gpg, "gpg");
	assert_string_equal(h->wal_e.env_dir, "/etc/wal-e/env.d");
	assert_string_equal(h->wal_e.command, "/usr/local/bin/wal-e");
	assert_int_equal(h->wal_e.gpg_mode, HOST_GPG_INPLACE);
	assert_int_equal(h->sudo, HOST_SUDO_NOPASSWD);
	assert_int_equal(h->ssh.port, 22);
	assert_string_equal(h->ssh.user, "");
	assert_null(h->ssh.identities[0]);
	assert_false(h->ssh.legacy);
	assert_string_equal(h->state_dir, "/var/lib/pgresync");
	assert_int_equal(h->limits.base_backups_per_primary, 1);
	assert_int_equal(h->limits.lag_warning_mb, 256);
	assert_int_equal(h->limits.lag_critical_mb, 512);
	assert_int_equal(h->limits.recovery_stall_s, 600);
	assert_int_equal(h->limits.recovery_total_s, 43200);
	assert_int_equal(h->secrets.gpg_passphrase.kind, SECRET_NOT_SET);
	assert_string_equal(h->secrets.gpg_passphrase.text, "");
	inventory_free(i);
}

static const char scoped[] = "version: 1\n"
			     "defaults: {ssh: {user: d}, wal_e: {gpg_mode: agent}, postgresql: {version: 12}}\n"
			     "sites: {a: {ssh: {user: s, port: 1}}}\n"
			     "environments: {e: {ssh: {user: v, port: 2, legacy: true}}}\n"
			     "hosts:\n"
			     "  h1: {site: a, environment: e, ssh: {user: h, identities: [/x, /y]}}\n"
			     "  h2: {site: a, environment: e, postgresql: {data_dir: /own}, sudo: password,\n"
			     "       secrets: {sudo_password: {file: \"/etc/${host}/${site}\"}}, tags: [z, a]}\n";

static void the_narrowest_scope_wins(void **state)
{
	struct scratch *s = *state;
	const struct host *h;
	struct inventory *i;

	import(s, scoped);
	i = load(s);
	h = inventory_find_host(i, "h1");
	assert_string_equal(h->ssh.user, "h");
	assert_int_equal(h->ssh.port, 2);
	assert_true(h->ssh.legacy);
	assert_int_equal(h->wal_e.gpg_mode, HOST_GPG_AGENT);
	assert_int_equal(h->postgresql.version_num, 1200);
	assert_string_equal(h->postgresql.data_dir, "/var/lib/postgresql/12/main");
	assert_string_equal(h->ssh.identities[1], "/y");
	assert_null(h->ssh.identities[2]);
	assert_string_equal(h->address, "h1");
	h = inventory_find_host(i, "h2");
	assert_string_equal(h->ssh.user, "v");
	assert_string_equal(h->postgresql.data_dir, "/own");
	assert_int_equal(h->sudo, HOST_SUDO_PASSWORD);
	assert_int_equal(h->secrets.sudo_password.kind, SECRET_FILE);
	assert_string_equal(h->secrets.sudo_password.text, "/etc/h2/a");
	assert_true(host_has_tag(h, "z"));
	assert_false(host_has_tag(h, "b"));
	inventory_free(i);
}

struct shown {
	char text[512];
};

static void show(void *ctx, const struct setting *s, const char *value, const char *origin)
{
	struct shown *shown = ctx;
	size_t n = strlen(shown->text);

	if (strncmp(s->name, "ssh.", 4) == 0 && strlen(s->name) < 9)
		snprintf(shown->text + n, sizeof(shown->text) - n, "%s=%s (%s);", s->name, value, origin);
}

static void origins_are_shown(void **state)
{
	struct scratch *s = *state;
	struct shown shown = {""};
	struct error why;

	import(s, scoped);
	assert_ok(setting_show(s->store, "h1", show, &shown, &why));
	assert_string_equal(shown.text, "ssh.user=h (host h1);ssh.port=2 (environment e);ssh.jump= (built in);");
	assert_false(setting_show(s->store, "h9", show, &shown, &why));
}

/* A typing error in the table would be found by nobody else. */
static void standard_values_pass_their_own_checks(void **state)
{
	const char *problem;

	(void)state;
	for (size_t i = 0; i < setting_count; i++) {
		const struct setting *s = &setting_table[i];

		assert_ptr_equal(setting_find(s->name), s);
		if (*s->standard && !strstr(s->standard, "${") && !setting_check(s, s->standard, &problem))
			fail_msg("%s: %s", s->name, problem);
	}
	assert_null(setting_find("ssh"));
}

static void names_are_found_in_any_case_and_short(void **state)
{
	struct inventory *i = load_example(*state);
	const char *full = "postgresql-standby-1.backend.staging.publishing.service.gov.uk";

	assert_string_equal(inventory_find_host(i, full)->name, full);
	assert_string_equal(
		inventory_find_host(i, "PostgreSQL-Standby-1.backend.STAGING.publishing.service.gov.uk")->name, full);
	assert_string_equal(inventory_find_host(i, "postgresql-standby-1.backend.staging")->name, full);
	assert_string_equal(inventory_find_pair(i, "postgresql-standby-1.backend.staging")->name, full);
	/* Both environments have one. */
	assert_null(inventory_find_host(i, "postgresql-standby-1"));
	assert_null(inventory_find_host(i, "postgresql-standby-1.backend"));
	/* The beginning of a label is no label. */
	assert_null(inventory_find_host(i, "postgresql-standby-1.backend.stag"));
	assert_null(inventory_find_pair(i, "postgresql-primary-1.backend.staging"));
	inventory_free(i);
}

static void pairs_of_a_primary(void **state)
{
	struct inventory *i = load_example(*state);
	const struct host *primary = inventory_find_host(i, "postgresql-primary-1.backend.staging");

	assert_non_null(strstr(inventory_find_pair_of(i, primary, 0)->name, "standby-1.backend.staging"));
	assert_non_null(strstr(inventory_find_pair_of(i, primary, 1)->name, "standby-2.backend.staging"));
	assert_null(inventory_find_pair_of(i, primary, 2));
	inventory_free(i);
}

static void the_nearest_names_are_suggested(void **state)
{
	struct inventory *i = load_example(*state);
	const char *nearest[INVENTORY_SUGGESTIONS];

	assert_true(inventory_suggest(i, "postgresql-standyb-1.backend.staging", nearest) >= 1);
	assert_string_equal(nearest[0], "postgresql-standby-1.backend.staging.publishing.service.gov.uk");
	assert_int_equal(inventory_suggest(i, "postgresql-standby-1", nearest), 2);
	assert_string_equal(nearest[0], "postgresql-standby-1.backend.publishing.service.gov.uk");
	assert_true(inventory_suggest(i, "carenza", nearest) >= 1);
	assert_string_equal(nearest[0], "carrenza");
	assert_int_equal(inventory_suggest(i, "zzzzzzzzzzzz", nearest), 0);
	inventory_free(i);
}

static void the_revision_grows_and_the_hash_changes(void **state)
{
	struct scratch *s = *state;
	struct inventory *a, *b;

	import(s, scratch_small);
	a = load(s);
	import(s, scoped);
	b = load(s);
	assert_int_equal(a->revision, 1);
	assert_int_equal(b->revision, 2);
	assert_string_not_equal(a->sha256, b->sha256);
	/* What was loaded stays as it was. */
	assert_string_equal(a->hosts[0].name, "p1.carrenza");
	inventory_free(a);
	inventory_free(b);
}

struct findings {
	char text[4096];
	int count;
};

static void find(void *ctx, const struct check_finding *f)
{
	struct findings *all = ctx;
	size_t n = strlen(all->text);

	all->count++;
	snprintf(all->text + n, sizeof(all->text) - n, "%d %s: %s\n", f->weight, f->subject, f->text);
}

static void check_names_bad_key_files(void **state)
{
	struct scratch *s = *state;
	struct findings all = {"", 0};
	struct inventory *i;
	char *key = mem_printf("%s/key", s->directory);
	char *text = mem_printf("version: 1\nsites: {a: {}}\nenvironments: {e: {}}\nhosts:\n"
				"  h1: {site: a, environment: e, ssh: {identities: [%s, /nonexistent/key]}}\n"
				"  h2: {site: a, environment: e, secrets: {gpg_passphrase: {file: %s}}}\n"
				"pairs: [{primary: h1, standbys: [h2]}]\n",
				key, key);
	FILE *f = fopen(key, "w");

	fclose(f);
	chmod(key, 0644);
	import(s, text);
	i = load(s);
	assert_int_equal(check_inventory(i, find, &all), 3);
	assert_non_null(strstr(all.text, "chmod 600"));
	assert_non_null(strstr(all.text, "/nonexistent/key: No such file"));
	assert_null(strstr(all.text, "gpg_passphrase is not set"));
	chmod(key, 0600);
	memset(&all, 0, sizeof(all));
	assert_int_equal(check_inventory(i, find, &all), 1);
	inventory_free(i);
	free(text);
	free(key);
}

static void check_names_missing_secrets_and_lonely_hosts(void **state)
{
	struct scratch *s = *state;
	struct findings all = {"", 0};
	struct inventory *i = load(s);

	assert_int_equal(check_inventory(i, find, &all), 1);
	assert_non_null(strstr(all.text, "inventory import"));
	inventory_free(i);
	memset(&all, 0, sizeof(all));
	import(s, "version: 1\nsites: {a: {}}\nenvironments: {e: {}}\nhosts:\n"
		  "  h1: {site: a, environment: e}\n  h2: {site: a, environment: e}\n  h3: {site: a, environment: e}\n"
		  "pairs: [{primary: h1, standbys: [h2]}]\n");
	i = load(s);
	assert_int_equal(check_inventory(i, find, &all), 0);
	assert_non_null(strstr(all.text, "h2: secrets.gpg_passphrase is not set"));
	assert_non_null(strstr(all.text, "h3: is in no pair"));
	assert_int_equal(all.count, 2);
	inventory_free(i);
}

static void check_names_pass_entries_that_are_not_there(void **state)
{
	struct scratch *s = *state;
	struct findings all = {"", 0};
	struct inventory *i;
	char *entry = mem_printf("%s/e", s->directory), *file = mem_printf("%s/e/key.gpg", s->directory);

	import(s, "version: 1\nsites: {a: {}}\nenvironments: {e: {}}\nhosts:\n"
		  "  h1: {site: a, environment: e}\n"
		  "  h2: {site: a, environment: e, secrets: {gpg_passphrase: {pass: \"${environment}/key\"}}}\n"
		  "pairs: [{primary: h1, standbys: [h2]}]\n");
	i = load(s);
	setenv("PASSWORD_STORE_DIR", s->directory, 1);
	assert_int_equal(check_inventory(i, find, &all), 1);
	assert_non_null(strstr(all.text, "pass has no entry e/key here"));
	mkdir(entry, 0700);
	fclose(fopen(file, "w"));
	assert_int_equal(check_inventory(i, find, &all), 0);
	unsetenv("PASSWORD_STORE_DIR");
	unlink(file);
	rmdir(entry);
	inventory_free(i);
	free(entry);
	free(file);
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		WITH_STORE(an_empty_store_has_nothing),
		WITH_STORE(the_example_has_four_pairs),
		WITH_STORE(the_pages_values_are_the_defaults),
		WITH_STORE(the_narrowest_scope_wins),
		WITH_STORE(origins_are_shown),
		cmocka_unit_test(standard_values_pass_their_own_checks),
		WITH_STORE(names_are_found_in_any_case_and_short),
		WITH_STORE(pairs_of_a_primary),
		WITH_STORE(the_nearest_names_are_suggested),
		WITH_STORE(the_revision_grows_and_the_hash_changes),
		WITH_STORE(check_names_bad_key_files),
		WITH_STORE(check_names_missing_secrets_and_lonely_hosts),
		WITH_STORE(check_names_pass_entries_that_are_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
