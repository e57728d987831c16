#include "inventory/schedule.h"

#include "scratch.h"

#include "inventory/trust.h"

static struct schedule nightly(void)
{
	return (struct schedule){.name = "nightly",
				 .cron = "30 2 * * *",
				 .zone = "Europe/London",
				 .selection = "environment:staging",
				 .method = "wal-e",
				 .policy = "lag>1GB for 10m",
				 .limits = "jobs 2",
				 .reason = "stale standbys",
				 .missed = SCHEDULE_ONCE};
}

static int64_t add(struct scratch *s)
{
	struct schedule plan = nightly();
	struct error why;
	int64_t id = 0;

	assert_ok(schedule_add(s->store, &plan, &s->by, &id, &why));
	return id;
}

static bool describe(void *ctx, const struct schedule *p)
{
	char *text = ctx;
	size_t n = strlen(text);

	snprintf(text + n, 512 - n, "%s|%s|%s|%s|%s|%s|%s|%s|%d|%d|%lld;", p->name, p->cron, p->zone, p->selection,
		 p->method, p->policy, p->limits, p->reason, p->missed, p->paused, (long long)p->last_due_us);
	return true;
}

static bool describe_fire(void *ctx, const struct schedule_fire *f)
{
	char *text = ctx;
	size_t n = strlen(text);

	snprintf(text + n, 512 - n, "%lld %lld %s %d;", (long long)f->due_us, (long long)f->run, f->outcome, f->missed);
	return true;
}

static void a_schedule_is_found_again(void **state)
{
	struct scratch *s = *state;
	char text[512] = "";
	struct error why;

	add(s);
	assert_ok(schedule_load(s->store, "nightly", describe, text, &why));
	assert_string_equal(text, "nightly|30 2 * * *|Europe/London|environment:staging|wal-e|lag>1GB for 10m|jobs 2|"
				  "stale standbys|1|0|0;");
	assert_int_equal(scratch_count(s, "select count(*) from audit where event = 'schedule.add'"), 1);
	assert_int_equal(scratch_count(s, "select count(*) from schedule where created_by <> '' and created_us > 0"),
			 1);
}

static void a_name_is_used_once(void **state)
{
	struct scratch *s = *state;
	struct schedule plan = nightly();
	struct error why;
	int64_t id;

	add(s);
	assert_false(schedule_add(s->store, &plan, &s->by, &id, &why));
	assert_int_equal(why.code, ERROR_USAGE);
	assert_non_null(strstr(why.text, "nightly"));
}

static void bad_names_and_missing_reasons(void **state)
{
	static const char *const names[] = {"", "-x", ".x", "a b", "a/b", "a;b", "a\nb"};
	struct scratch *s = *state;
	struct schedule plan = nightly();
	struct error why;
	int64_t id;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		plan.name = names[i];
		assert_false(schedule_add(s->store, &plan, &s->by, &id, &why));
		assert_int_equal(why.code, ERROR_USAGE);
	}
	plan = nightly();
	plan.reason = "  ";
	assert_false(schedule_add(s->store, &plan, &s->by, &id, &why));
	assert_int_equal(scratch_count(s, "select count(*) from schedule"), 0);
}

static void paused_resumed_removed(void **state)
{
	struct scratch *s = *state;
	char text[512] = "";
	struct error why;

	add(s);
	assert_ok(schedule_set_paused(s->store, "nightly", true, &s->by, &why));
	assert_int_equal(scratch_count(s, "select paused from schedule"), 1);
	assert_ok(schedule_set_paused(s->store, "nightly", false, &s->by, &why));
	assert_int_equal(scratch_count(s, "select paused from schedule"), 0);
	assert_ok(schedule_remove(s->store, "nightly", &s->by, &why));
	assert_false(schedule_remove(s->store, "nightly", &s->by, &why));
	assert_int_equal(why.code, ERROR_USAGE);
	assert_false(schedule_set_paused(s->store, "nightly", true, &s->by, &why));
	assert_false(schedule_load(s->store, "nightly", describe, text, &why));
	assert_false(schedule_load(s->store, "", describe, text, &why));
	assert_ok(schedule_list(s->store, describe, text, &why));
	assert_string_equal(text, "");
	assert_int_equal(scratch_count(s, "select count(*) from audit where event like 'schedule.%'"), 4);
}

static void each_time_is_taken_up_once(void **state)
{
	struct scratch *s = *state;
	int64_t id = add(s), fire = 0, other;
	char text[512] = "";
	struct error why;

	assert_ok(schedule_fire_begin(s->store, id, 1000, false, &fire, &why));
	assert_false(schedule_fire_begin(s->store, id, 1000, false, &other, &why));
	assert_int_equal(why.code, ERROR_BUSY);
	assert_ok(schedule_fire_end(s->store, fire, 7, "good", &why));
	assert_ok(schedule_fire_begin(s->store, id, 2000, true, &fire, &why));
	assert_ok(schedule_fire_end(s->store, fire, 0, "skipped", &why));
	assert_ok(schedule_fire_list(s->store, id, 0, describe_fire, text, &why));
	assert_string_equal(text, "2000 0 skipped 1;1000 7 good 0;");
	text[0] = '\0';
	assert_ok(schedule_fire_list(s->store, id, 1, describe_fire, text, &why));
	assert_string_equal(text, "2000 0 skipped 1;");
	text[0] = '\0';
	assert_ok(schedule_list(s->store, describe, text, &why));
	assert_non_null(strstr(text, "|2000;"));
}

static bool describe_key(void *ctx, const struct trust_key *k)
{
	char *text = ctx;
	size_t n = strlen(text);

	snprintf(text + n, 512 - n, "%s %s %s %zu %02x;", k->host, k->type, k->fingerprint, k->blob_length, k->blob[0]);
	return true;
}

static void accepted_keys_are_kept_and_audited(void **state)
{
	struct scratch *s = *state;
	const uint8_t blob[] = {0xab, 0x00, 0x01};
	char text[512] = "";
	struct error why;

	assert_ok(trust_add(s->store, "h1", "ssh-ed25519", blob, 3, "SHA256:aaa", &s->by, &why));
	assert_ok(trust_add(s->store, "h1", "ssh-rsa", blob, 2, "SHA256:bbb", &s->by, &why));
	assert_ok(trust_add(s->store, "h2", "ssh-rsa", blob, 1, "SHA256:ccc", &s->by, &why));
	assert_ok(trust_list(s->store, "h1", describe_key, text, &why));
	assert_string_equal(text, "h1 ssh-ed25519 SHA256:aaa 3 ab;h1 ssh-rsa SHA256:bbb 2 ab;");
	assert_ok(trust_add(s->store, "h1", "ssh-rsa", blob, 2, "SHA256:ddd", &s->by, &why));
	assert_int_equal(scratch_count(s, "select count(*) from audit where event = 'trust.add'"
					  " and detail = 'ssh-rsa SHA256:ddd, was SHA256:bbb'"),
			 1);
	assert_ok(trust_remove(s->store, "h1", "ssh-rsa", &s->by, &why));
	assert_false(trust_remove(s->store, "h1", "ssh-rsa", &s->by, &why));
	assert_int_equal(why.code, ERROR_USAGE);
	assert_ok(trust_remove(s->store, "h1", NULL, &s->by, &why));
	text[0] = '\0';
	assert_ok(trust_list(s->store, NULL, describe_key, text, &why));
	assert_string_equal(text, "h2 ssh-rsa SHA256:ccc 1 ab;");
	assert_int_equal(scratch_count(s, "select count(*) from audit where event = 'trust.remove'"), 2);
}

static void the_actor_is_described(void **state)
{
	struct actor a = {.user = "root", .sudo_user = "alice", .from = "10.0.0.7", .tty = "/dev/pts/3"};
	char text[256];

	(void)state;
	assert_string_equal(actor_describe(text, sizeof(text), &a), "alice (sudo) from 10.0.0.7 on pts/3");
	a = (struct actor){.user = "bob", .behalf = "schedule nightly of alice"};
	assert_string_equal(actor_describe(text, sizeof(text), &a), "bob for schedule nightly of alice");
	setenv("SSH_CONNECTION", "192.0.2.1 50000 10.0.0.1 22", 1);
	setenv("SUDO_USER", "carol", 1);
	audit_actor_here(&a);
	assert_string_equal(a.from, "192.0.2.1");
	assert_string_equal(a.sudo_user, "carol");
	assert_int_equal(a.pid, getpid());
	unsetenv("SSH_CONNECTION");
	unsetenv("SUDO_USER");
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		WITH_STORE(a_schedule_is_found_again),	   WITH_STORE(a_name_is_used_once),
		WITH_STORE(bad_names_and_missing_reasons), WITH_STORE(paused_resumed_removed),
		WITH_STORE(each_time_is_taken_up_once),	   WITH_STORE(accepted_keys_are_kept_and_audited),
		cmocka_unit_test(the_actor_is_described),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
