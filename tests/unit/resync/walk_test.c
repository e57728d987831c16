/*
 * The engine against a scripted host: which actions are asked, in which order, for every method, failure point and way
 * of failing; golden files say so in one readable line each. PGRESYNC_GOLDEN=write makes them anew.
 */
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/secret.h"
#include "fake/fake_pair.h"
#include "fake/fake_reach.h"
#include "fake/shell.h"
#include "inventory/held.h"
#include "inventory/journal.h"
#include "inventory/run.h"
#include "inventory/store.h"
#include "resync/walk.h"

struct scene {
	char dir[32], path[64];
	uv_loop_t loop;
	struct fake_reach *fake;
	struct store *store;
	struct journal *journal;
	struct fake_pair pair;
	struct actor by;
	int64_t run;
	struct walk_result result;
	char why[512];
	bool ended;
	struct walk *walk;
	int cancel_at; /* news of this many begun actions; 0: never */
	int begun;
	struct buf names;
	size_t spoilt; /* the action that fails, and how */
	int how, status;
	const char *out;
};

/* What tells an action's script from all others. */
static const struct {
	const char *name, *pattern, *out;
} actions[] = {
	{"check-puppet", "*agent_catalog_run.lock*", ""},
	{"check-leftovers", "*earlier pg_resync_slave was interrupted*", ""},
	{"check-tools", "*is not on this host*", ""},
	{"check-archive", "*which this standby needs next, is not in the archive*", ""},
	{"check-recovery-tmp", "*names no primary*", ""},
	{"disable-puppet", "*was not made*", "lock"},
	{"note-goal", "l=*log_inode=*stat -c %s*", "pgresync:log_inode=7\npgresync:log_offset=100\n"},
	{"open-key", "*no passphrase came*", ""},
	{"trial-decryption", "*pgresync-trial-*", ""},
	{"append-restore-command", "*restore_command appended; the original*", ""},
	{"restart-back", "*the server was not touched*", ""},
	{"restart", "*v=restart*", "pgresync:log_inode=7\npgresync:log_offset=200\n"},
	{"tail-log", "*part()*", "|\npgresync:log_inode=7\npgresync:log_offset=300\n"},
	{"revert-settings", "*was changed by somebody else meanwhile; the original is*", ""},
	{"await-prefetchers", "*ended with $s*", ""},
	{"protect-key", "*decryption without the passphrase fails*", ""},
	{"restart-collectd", "*service collectd restart*", ""},
	{"puppet-may-come-back", "*since it would start a second primary*", ""},
	{"enable-puppet", "*is still there*agent_disabled.lock*", ""},
	{"keep-recovery-tmp", "*kept in*", ""},
	{"resync-script", "*the script is not run*", ""},
	{"settle", "*neither recovery.conf nor backup_label*", ""},
	{"tidy", "rm -rf*", ""},
};

enum { N_ACTIONS = sizeof(actions) / sizeof(*actions) };

static const char look_standby[] =
	"machine_id=bbbb\nboot_id=b1\nhostname=standby-1\naddresses=10.2.3.13\ndata_dir=yes\nstandby_mode=on\nrecovery_tmp=yes\n"
	"control=Database system identifier: 7000000000000000001\ncontrol=Database cluster state: in archive recovery\n"
	"control=Latest checkpoint's TimeLineID: 1\nconninfo_host=primary-1\nconninfo_address=10.2.3.12\nused=1000\nfree=90000000\n";
static const char look_primary[] =
	"machine_id=aaaa\nboot_id=a1\nhostname=primary-1\naddresses=10.2.3.12\ndata_dir=yes\n"
	"control=Database system identifier: 7000000000000000001\ncontrol=Database cluster state: in production\n"
	"control=Latest checkpoint's TimeLineID: 1\noldest=00000001000000000000002C\nnewest=000000010000000000000033\n";

enum failing { FAIL_NEVER, FAIL_STATUS, FAIL_TIMEOUT, FAIL_CONNECTION };

static size_t action_of(const char *text)
{
	size_t i = 0;

	while (i < N_ACTIONS && fnmatch(actions[i].pattern, text, 0) != 0)
		i++;
	return i;
}

static void answer(void *ctx, const char *host, const struct remote_command *c, struct fake_answer *ret)
{
	struct scene *s = ctx;
	size_t at = action_of(c->text);

	(void)host;
	if (at == N_ACTIONS)
		fail_msg("no action is known for: %.200s", c->text);
	ret->out = actions[at].out;
	if (at != s->spoilt || s->how == FAIL_NEVER)
		return;
	ret->status = s->status;
	ret->out = s->out ? s->out : "";
	if (s->how == FAIL_TIMEOUT)
		ret->code = ERROR_HOST;
	if (s->how == FAIL_CONNECTION)
		ret->code = ERROR_AUTH;
	ret->err = s->how == FAIL_STATUS ? "it went wrong" : "no answer";
}

static void script_hosts(struct scene *s)
{
	s->spoilt = N_ACTIONS;
	fake_call(s->fake, "standby-1.*", "*", answer, s);
	fake_reply(s->fake, "standby-1.*", "*/etc/machine-id*", 0, look_standby);
	fake_reply(s->fake, "primary-1.*", "*/etc/machine-id*", 0, look_primary);
	fake_facts(s->fake, "standby-1.*", &s->pair.look.standby.facts);
	fake_facts(s->fake, "primary-1.*", &s->pair.look.primary.facts);
}

static struct scene *scene_new(void)
{
	struct scene *s = calloc(1, sizeof(*s));
	struct run_target target;
	struct run_spec spec = {.kind = "resync", .method = "wal-e", .reason = "test", .limits = "", .by = &s->by};
	struct error why;

	snprintf(s->dir, sizeof(s->dir), "/tmp/pgrw-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/store.db", s->dir);
	uv_loop_init(&s->loop);
	audit_actor_here(&s->by);
	fake_pair_init(&s->pair);
	s->store = store_open(s->path, STORE_CREATE, &why);
	if (!s->store)
		fail_msg("%s", why.text);
	target = (struct run_target){s->pair.standby.name, s->pair.primary.name, "wal-e"};
	assert_true(run_begin(s->store, &spec, &target, 1, &s->run, &why));
	s->journal = journal_new(s->store, &s->loop, &s->by);
	s->fake = fake_reach_new(&s->loop);
	buf_init(&s->names, 65536);
	script_hosts(s);
	return s;
}

static void scene_free(struct scene *s)
{
	journal_close(s->journal);
	fake_reach_get(s->fake)->ops->close(fake_reach_get(s->fake));
	uv_run(&s->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&s->loop), 0);
	fake_reach_free(s->fake);
	store_close(s->store);
	shell_do("rm -rf %s", s->dir);
	buf_done(&s->names);
	free(s);
}

static void news(void *ctx, const struct walk_news *n)
{
	struct scene *s = ctx;

	if (n->begun && ++s->begun == s->cancel_at)
		walk_cancel(s->walk);
}

static void ended(void *ctx, const struct walk_result *result)
{
	struct scene *s = ctx;

	assert_false(s->ended);
	s->ended = true;
	s->result = *result;
	snprintf(s->why, sizeof(s->why), "%s", result->why.text);
}

static void walk(struct scene *s, const char *method, const struct held_list *held, bool dry_run)
{
	struct error why;
	struct secret *secret = secret_new("canary-7731", 11, &why);
	struct walk_spec spec = {.reach = fake_reach_get(s->fake),
				 .journal = s->journal,
				 .pair = &s->pair.pair,
				 .method = method_find(method),
				 .run = s->run,
				 .host_run = 1,
				 .tag = "1-abc",
				 .reason = "test",
				 .gpg_passphrase = secret,
				 .standby_password = secret,
				 .dry_run = dry_run,
				 .scripted = true,
				 .held = held};

	s->ended = false;
	s->walk = walk_begin(&spec, news, ended, s);
	for (int turns = 0; !s->ended && turns < 20000; turns++)
		uv_run(&s->loop, UV_RUN_ONCE);
	assert_true(s->ended);
	uv_run(&s->loop, UV_RUN_NOWAIT); /* the journal writes at the end of a turn */
	uv_run(&s->loop, UV_RUN_NOWAIT);
	secret_free(secret);
}

/* The names of the commands that reached the standby, looks and repeated polls left out. */
static const char *calls(struct scene *s)
{
	const char *last = "";

	buf_clear(&s->names);
	for (size_t i = 0; i < fake_log_count(s->fake); i++) {
		const struct fake_logged *l = fake_log_at(s->fake, i);
		size_t at = l->facts || strstr(l->text, "/etc/machine-id") ? N_ACTIONS : action_of(l->text);
		const char *name = at < N_ACTIONS ? actions[at].name : NULL;

		if (name && strcmp(name, last) != 0)
			buf_addf(&s->names, " %s", name);
		if (name)
			last = name;
	}
	return s->names.bytes;
}

static const char *end_name(enum walk_end end)
{
	static const char *const names[] = {"good", "failed", "refused", "unreachable", "cancelled", "owed"};

	return names[end];
}

static void spoil(struct scene *s, size_t action, enum failing how)
{
	s->spoilt = action;
	s->how = (int)how;
	s->status = how == FAIL_STATUS;
}

static void compare(const char *name, const struct buf *made)
{
	char path[256];
	const char *mode = getenv("PGRESYNC_GOLDEN");
	scoped_mem char *golden = mem_alloc(1 << 20);
	FILE *f;

	snprintf(path, sizeof(path), "%s/tests/golden/resync/%s.txt", SOURCE_DIR, name);
	if (mode && strcmp(mode, "write") == 0) {
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(made->bytes, f);
		fclose(f);
	}
	f = fopen(path, "r");
	assert_non_null(f);
	golden[fread(golden, 1, (1 << 20) - 1, f)] = '\0';
	fclose(f);
	assert_string_equal(made->bytes, golden);
}

/* Everything that is held is given back, whatever fails and however: or it is said to be owed. */
static void check_held(struct scene *s, const char *what)
{
	struct held_list held;
	struct error why;

	assert_true(journal_held(s->store, s->run, s->pair.standby.name, &held, &why));
	if ((held.count > 0) != (s->result.end == WALK_OWED))
		fail_msg("%s: %zu held (%s), but it ended %s: %s", what, held.count,
			 held.count ? held.held[0].hold : "", end_name(s->result.end), s->why);
	held_list_done(&held);
}

static void golden_of(const char *method)
{
	static const char *const hows[] = {"", "status", "timeout", "connection"};
	struct buf made;

	buf_init(&made, 1 << 20);
	for (int how = FAIL_NEVER; how <= FAIL_CONNECTION; how++)
		for (size_t a = 0; a < (how == FAIL_NEVER ? 1 : N_ACTIONS); a++) {
			struct scene *s = scene_new();

			if (how != FAIL_NEVER)
				spoil(s, a, (enum failing)how);
			walk(s, method, NULL, false);
			if (how == FAIL_NEVER)
				buf_addf(&made, "(none) %s%s\n", end_name(s->result.end), calls(s));
			else if (strstr(calls(s), actions[a].name))
				buf_addf(&made, "%s:%s %s%s\n", actions[a].name, hows[how], end_name(s->result.end),
					 calls(s));
			check_held(s, actions[a].name);
			scene_free(s);
		}
	compare(method, &made);
	buf_done(&made);
}

static void test_wal_e_golden(void **state)
{
	(void)state;
	golden_of("wal-e");
}

static void test_pg_resync_slave_golden(void **state)
{
	(void)state;
	golden_of("pg_resync_slave");
}

static void test_cancel_at_every_action_gives_everything_back(void **state)
{
	static const char *const names[] = {"wal-e", "pg_resync_slave"};

	(void)state;
	for (size_t m = 0; m < 2; m++)
		for (int at = 1; at < 28; at++) {
			struct scene *s = scene_new();

			s->cancel_at = at;
			walk(s, names[m], NULL, false);
			if (s->result.end != WALK_CANCELLED && s->result.end != WALK_GOOD)
				fail_msg("%s at %d: %s %s", names[m], at, end_name(s->result.end), s->why);
			check_held(s, "cancel");
			scene_free(s);
		}
}

static void test_dry_run_asks_only_checks(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	walk(s, "wal-e", NULL, true);
	assert_int_equal(s->result.end, WALK_GOOD);
	assert_string_equal(calls(s), " check-puppet check-leftovers check-tools check-archive");
	scene_free(s);
}

static void test_recovery_gives_back_what_the_journal_holds(void **state)
{
	struct held held[] = {{.run = 1,
			       .hold = mem_strdup("restore_command appended"),
			       .saved = mem_strdup("log_inode=5\nlog_offset=9\n")},
			      {.run = 1, .hold = mem_strdup("GPG key open"), .saved = mem_strdup("")},
			      {.run = 1, .hold = mem_strdup("puppet off"), .saved = mem_strdup("")}};
	struct held_list list = {held, 3};
	struct scene *s = scene_new();

	(void)state;
	walk(s, "wal-e", &list, false);
	assert_int_equal(s->result.end, WALK_GOOD);
	assert_string_equal(
		calls(s),
		" revert-settings restart-back await-prefetchers protect-key puppet-may-come-back enable-puppet tidy");
	scene_free(s);
	for (size_t i = 0; i < 3; i++) {
		free(held[i].hold);
		free(held[i].saved);
	}
}

static void test_somebody_elses_puppet_lock_is_not_given_back(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	spoil(s, action_of("was not made"), FAIL_STATUS);
	s->status = 20;
	s->out = "default: 20191206-101010 :: mine\n";
	walk(s, "wal-e", NULL, false);
	assert_int_equal(s->result.end, WALK_REFUSED);
	assert_non_null(strstr(s->why, "somebody else has puppet off"));
	assert_null(strstr(calls(s), "enable-puppet"));
	check_held(s, "refused take");
	scene_free(s);
}

static void test_tables_are_well_formed(void **state)
{
	(void)state;
	for (size_t i = 0; methods[i]; i++)
		if (method_fault(methods[i]->rows))
			fail_msg("%s: %s", methods[i]->name, method_fault(methods[i]->rows));
}

static void test_malformed_tables_are_found(void **state)
{
	static const struct action a = {.name = "a"};
	static const struct hold h = {.name = "h", .take = &a, .give = {&a}},
				 g = {.name = "g", .take = &a, .give = {&a}};
	static const struct row never_given[] = {TAKE(h), DO(a), END},
				twice[] = {TAKE(h), TAKE(h), GIVE(h), GIVE(h), END},
				oldest_first[] = {TAKE(h), TAKE(g), GIVE(h), GIVE(g), END},
				not_taken[] = {GIVE(h), END};

	(void)state;
	assert_non_null(method_fault(never_given));
	assert_non_null(method_fault(twice));
	assert_non_null(method_fault(oldest_first));
	assert_non_null(method_fault(not_taken));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables_are_well_formed),
		cmocka_unit_test(test_malformed_tables_are_found),
		cmocka_unit_test(test_wal_e_golden),
		cmocka_unit_test(test_pg_resync_slave_golden),
		cmocka_unit_test(test_cancel_at_every_action_gives_everything_back),
		cmocka_unit_test(test_dry_run_asks_only_checks),
		cmocka_unit_test(test_recovery_gives_back_what_the_journal_holds),
		cmocka_unit_test(test_somebody_elses_puppet_lock_is_not_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
