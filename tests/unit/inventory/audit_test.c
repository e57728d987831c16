#include "inventory/audit.h"

#include "audit_fill.h"

#include "base/redact.h"
#include "inventory/audit_canonical.h"
#include "inventory/audit_verify.h"
#include "inventory/digest.h"

static bool count_one(void *ctx, const struct audit_record *r)
{
	(void)r;
	++*(int *)ctx;
	return true;
}

static int count(struct scratch *s, const struct audit_filter *f)
{
	struct error why;
	int n = 0;

	assert_ok(audit_query(s->store, f, count_one, &n, &why));
	return n;
}

/* The check must name this record as the first that does not fit. */
static void expect_bad(struct scratch *s, int64_t seq)
{
	struct audit_verdict verdict;
	struct error why = {0};

	assert_false(audit_verify(s->store, &verdict, &why));
	if (verdict.bad_seq != seq)
		fail_msg("names record %lld, not %lld: %s", (long long)verdict.bad_seq, (long long)seq, why.text);
	assert_int_equal(verdict.head_seq, seq - 1);
	assert_int_equal(why.code, ERROR_STORE);
	assert_non_null(strstr(why.text, verdict.problem));
}

#define NO_TRIGGERS                                                                                   \
	"drop trigger audit_no_update; drop trigger audit_no_delete; drop trigger audit_only_append;" \
	"drop trigger journal_no_update; drop trigger journal_no_delete; drop trigger journal_only_append;"

static void tamper(struct scratch *s, const char *sql)
{
	assert_string_equal(scratch_raw(s, NO_TRIGGERS), "");
	assert_string_equal(scratch_raw(s, sql), "");
}

static void a_fresh_history_fits(void **state)
{
	struct scratch *s = *state;
	struct audit_verdict verdict;
	struct error why;

	assert_ok(audit_verify(s->store, &verdict, &why));
	assert_int_equal(verdict.records, RECORDS);
	assert_int_equal(verdict.head_seq, RECORDS);
	assert_int_equal(verdict.bad_seq, 0);
	assert_int_equal(strlen(verdict.head_hash), 64);
}

static void an_empty_history_fits(void **state)
{
	struct scratch *s = *state;
	struct audit_verdict verdict;
	struct error why;

	assert_ok(audit_verify(s->store, &verdict, &why));
	assert_int_equal(verdict.records, 0);
}

static void update_and_delete_are_refused(void **state)
{
	static const char *const attempts[] = {
		"update audit set reason = 'x' where seq = 3",
		"delete from audit where seq = 3",
		"insert or replace into audit select * from audit where seq = 3",
		"update journal set command = 'x' where id = 2",
		"delete from journal where id = 2",
		"insert or replace into journal select * from journal where id = 2",
	};
	struct scratch *s = *state;

	for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++)
		assert_non_null(strstr(scratch_raw(s, attempts[i]), "append-only"));
	a_fresh_history_fits(state);
}

/* Every column of a record: an edit shows, and it is that record which is named. */
static void an_edit_of_any_column_shows(void **state)
{
	static const char *const numbers[] = {"wall_us",     "pid",	    "run",	     "attempt",
					      "exit_status", "duration_ms", "output_dropped"};
	static const char *const texts[] = {"user",	    "sudo_user", "tty",	    "from_address", "controller",
					    "behalf",	    "event",	 "host",    "row",	    "kind",
					    "outcome",	    "reason",	 "command", "detail",	    "output_sha256",
					    "entry_sha256", "prev_hash", "hash"};
	struct scratch *s = *state;
	char sql[256];

	tamper(s, "create table kept as select * from audit where seq = 5");
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]) + sizeof(texts) / sizeof(texts[0]); i++) {
		size_t n = sizeof(numbers) / sizeof(numbers[0]);

		snprintf(sql, sizeof(sql),
			 i < n ? "update audit set %s = %s + 1 where seq = 5" :
				 "update audit set %s = %s || 'x' where seq = 5",
			 i < n ? numbers[i] : texts[i - n], i < n ? numbers[i] : texts[i - n]);
		assert_string_equal(scratch_raw(s, sql), "");
		expect_bad(s, 5);
		assert_string_equal(
			scratch_raw(s, "delete from audit where seq = 5; insert into audit select * from kept"), "");
	}
	assert_string_equal(scratch_raw(s, "update audit set canonical = x'01' where seq = 5"), "");
	expect_bad(s, 5);
	assert_string_equal(scratch_raw(s, "delete from audit where seq = 5; insert into audit select * from kept"),
			    "");
	a_fresh_history_fits(state);
}

static void an_edit_of_the_journal_shows(void **state)
{
	static const char *const edits[] = {
		"output = x'00'", "command = 'rm'", "saved = ''",	  "outcome = 'failed'", "error = 'x'",
		"host = 'other'", "row = 9",	    "row_name = 'other'", "wall_us = 1",	"phase = 'begun'",
	};
	struct scratch *s = *state;
	char sql[256];

	tamper(s, "create table kept as select * from journal where id = 3");
	for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		snprintf(sql, sizeof(sql), "update journal set %s where id = 3", edits[i]);
		assert_string_equal(scratch_raw(s, sql), "");
		expect_bad(s, 5); /* the third row is vouched for by record 5 */
		assert_string_equal(
			scratch_raw(s, "delete from journal where id = 3; insert into journal select * from kept"), "");
	}
	a_fresh_history_fits(state);
}

static void a_removed_record_shows(void **state)
{
	tamper(*state, "delete from audit where seq = 4");
	expect_bad(*state, 4);
}

static void a_removed_first_record_shows(void **state)
{
	tamper(*state, "delete from audit where seq = 1");
	expect_bad(*state, 1);
}

static void a_cut_off_tail_shows(void **state)
{
	tamper(*state, "delete from audit where seq > 8");
	expect_bad(*state, 9);
}

/* Record 10 has no journal entry that would miss it. */
static void a_removed_last_record_shows(void **state)
{
	tamper(*state, "delete from audit where seq = 10");
	expect_bad(*state, 10);
}

static bool forge(void *ctx, const struct audit_record *r)
{
	struct scratch *s = ctx;
	struct audit_record forged = *r;
	struct buf canonical;
	char hash[DIGEST_HEX], *sql, *hex = mem_alloc(8192);

	forged.reason = "another reason";
	buf_init(&canonical, 4000);
	audit_canonical(&canonical, &forged);
	digest_sha256(canonical.bytes, canonical.used, hash);
	for (size_t i = 0; i < canonical.used; i++)
		snprintf(hex + 2 * i, 3, "%02x", (unsigned char)canonical.bytes[i]);
	sql = mem_printf("update audit set reason = 'another reason', hash = '%s', canonical = x'%s' where seq = %lld",
			 hash, hex, (long long)r->seq);
	tamper(s, sql);
	free(sql);
	free(hex);
	buf_done(&canonical);
	return false;
}

/* Whoever makes a record anew, hash and all, is found by the record after it. */
static void a_forged_record_shows_in_the_next(void **state)
{
	struct scratch *s = *state;
	struct audit_filter f = {.run = 4};
	struct error why;

	assert_ok(audit_query(s->store, &f, forge, s, &why));
	expect_bad(s, 5);
}

static void a_cut_off_tail_shows_after_more_records(void **state)
{
	struct scratch *s = *state;
	struct audit_record r = {.by = s->by, .event = "test"};
	struct error why;

	tamper(s, "delete from audit where seq > 8");
	assert_ok(audit_append(s->store, &r, &why));
	expect_bad(s, 9);
}

static void a_wholly_removed_history_shows(void **state)
{
	tamper(*state, "delete from audit");
	expect_bad(*state, 1);
}

static void two_swapped_records_show(void **state)
{
	tamper(*state, "update audit set seq = 100 where seq = 4; update audit set seq = 4 where seq = 7;"
		       "update audit set seq = 7 where seq = 100;");
	expect_bad(*state, 4);
}

static void an_inserted_record_shows(void **state)
{
	tamper(*state,
	       "update audit set seq = seq + 100 where seq > 5; update audit set seq = seq - 99 where seq > 100;"
	       "insert into audit select 6, wall_us, user, sudo_user, tty, from_address, controller, behalf, pid,"
	       " event, run, host, row, kind, attempt, outcome, exit_status, duration_ms, reason, command,"
	       " detail, output_sha256, output_dropped, entry_sha256, 0, prev_hash, 'x' || hash, canonical"
	       " from audit where seq = 1");
	expect_bad(*state, 6);
}

static void a_removed_journal_entry_shows(void **state)
{
	tamper(*state, "delete from journal where id = 1");
	expect_bad(*state, 2);
}

static void an_added_journal_entry_shows(void **state)
{
	tamper(*state,
	       "insert into journal select 99, wall_us, run, of_run, host, row, row_name, kind, attempt, phase,"
	       " outcome, exit_status, duration_ms, command, output, output_dropped, output_sha256, saved, error"
	       " from journal where id = 1");
	expect_bad(*state, RECORDS + 1);
}

static void finds_by_host_run_actor_and_time(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(count(s, &(struct audit_filter){.host = "db-1.carrenza"}), 4);
	assert_int_equal(count(s, &(struct audit_filter){.host = "db-9"}), 0);
	assert_int_equal(count(s, &(struct audit_filter){.run = 5}), 1);
	assert_int_equal(count(s, &(struct audit_filter){.actor = s->by.user}), RECORDS);
	assert_int_equal(count(s, &(struct audit_filter){.actor = "mallory"}), 0);
	assert_int_equal(count(s, &(struct audit_filter){.since_us = INT64_MAX}), 0);
	assert_int_equal(count(s, &(struct audit_filter){.until_us = 1}), 0);
	assert_int_equal(count(s, &(struct audit_filter){.after_seq = 8}), 2);
}

static void finds_words_in_every_text(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(count(s, &(struct audit_filter){.text = "puppet_off"}), 6);
	assert_int_equal(count(s, &(struct audit_filter){.text = "govuk_puppet --disable"}), 6);
	assert_int_equal(count(s, &(struct audit_filter){.text = "OUTPUT 3"}), 1);
	assert_int_equal(count(s, &(struct audit_filter){.text = "quot*"}), RECORDS);
	assert_int_equal(count(s, &(struct audit_filter){.text = "quot"}), 0);
	assert_int_equal(count(s, &(struct audit_filter){.text = "db-1.carrenza quoted"}), 4);
}

/* What people type is no query language. */
static void odd_words_are_no_error(void **state)
{
	static const char *const odd[] = {"\"",	 "*", "AND", "a OR", "(", ")",	     "NEAR(", "-x",    "^",
					  "x:y", "'", "%",   "\\",   "{", "col : x", "\"\"",  "** **", ";drop table"};

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		count(*state, &(struct audit_filter){.text = odd[i]});
}

static bool remember_seq(void *ctx, const struct audit_record *r)
{
	int64_t *last = ctx;

	assert_true(r->seq > *last);
	*last = r->seq;
	return true;
}

static void a_limit_keeps_the_newest_in_order(void **state)
{
	struct scratch *s = *state;
	struct audit_filter f = {.limit = 3};
	struct error why;
	int64_t last = 0;

	assert_int_equal(count(s, &f), 3);
	assert_ok(audit_query(s->store, &f, remember_seq, &last, &why));
	assert_int_equal(last, RECORDS);
}

static bool stop_at_once(void *ctx, const struct audit_record *r)
{
	count_one(ctx, r);
	return false;
}

static void a_query_may_be_stopped(void **state)
{
	struct scratch *s = *state;
	struct audit_filter f = {0};
	struct error why;
	int n = 0;

	assert_ok(audit_query(s->store, &f, stop_at_once, &n, &why));
	assert_int_equal(n, 1);
}

static void a_missing_index_is_made_again(void **state)
{
	struct scratch *s = *state;
	struct error why;

	store_close(s->store);
	assert_string_equal(scratch_raw(s, "drop table audit_words"), "");
	s->store = store_open(s->path, STORE_READ, &why);
	assert_int_equal(count(s, &(struct audit_filter){.text = "puppet_off"}), 6);
	store_close(s->store);
	s->store = store_open(s->path, STORE_WRITE, &why);
	assert_int_equal(scratch_count(s, "select count(*) from sqlite_schema where name = 'audit_words'"), 1);
	assert_int_equal(count(s, &(struct audit_filter){.text = "puppet_off"}), 6);
	a_fresh_history_fits(state);
}

static bool check_clean(void *ctx, const struct audit_record *r)
{
	(void)ctx;
	assert_null(strstr(r->reason, "hunter2hunter2"));
	assert_null(strstr(r->detail, "hunter2hunter2"));
	assert_null(strstr(r->command, "hunter2hunter2"));
	assert_non_null(strstr(r->detail, "\xef\xbf\xbd"));
	return true;
}

static void secrets_and_broken_text_do_not_get_in(void **state)
{
	struct scratch *s = *state;
	struct error why;
	struct audit_filter f = {.run = 77};
	struct audit_record r = {.by = s->by,
				 .event = "test",
				 .run = 77,
				 .reason = "is hunter2hunter2",
				 .detail = "bad \xff byte, hunter2hunter2",
				 .command = "x hunter2hunter2"};

	redact_add("hunter2hunter2", 14);
	assert_ok(audit_append(s->store, &r, &why));
	redact_forget();
	assert_int_equal(count(s, &f), 1);
	assert_ok(audit_query(s->store, &f, check_clean, NULL, &why));
}

int main(void)
{
#define FRESH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
#define FILLED(test) cmocka_unit_test_setup_teardown(test, filled, scratch_teardown)
	const struct CMUnitTest tests[] = {
		FILLED(a_fresh_history_fits),
		FRESH(an_empty_history_fits),
		FILLED(update_and_delete_are_refused),
		FILLED(an_edit_of_any_column_shows),
		FILLED(an_edit_of_the_journal_shows),
		FILLED(a_removed_record_shows),
		FILLED(a_removed_first_record_shows),
		FILLED(a_cut_off_tail_shows),
		FILLED(a_removed_last_record_shows),
		FILLED(a_forged_record_shows_in_the_next),
		FILLED(a_cut_off_tail_shows_after_more_records),
		FILLED(a_wholly_removed_history_shows),
		FILLED(two_swapped_records_show),
		FILLED(an_inserted_record_shows),
		FILLED(a_removed_journal_entry_shows),
		FILLED(an_added_journal_entry_shows),
		FILLED(finds_by_host_run_actor_and_time),
		FILLED(finds_words_in_every_text),
		FILLED(odd_words_are_no_error),
		FILLED(a_limit_keeps_the_newest_in_order),
		FILLED(a_query_may_be_stopped),
		FILLED(a_missing_index_is_made_again),
		FRESH(secrets_and_broken_text_do_not_get_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
