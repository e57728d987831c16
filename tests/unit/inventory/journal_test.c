#include "inventory/journal.h"

#include "scratch.h"

#include "base/redact.h"
#include "inventory/audit_verify.h"
#include "inventory/held.h"

static struct journal_entry entry(const char *row, enum journal_kind kind, enum journal_phase phase,
				  enum journal_outcome outcome)
{
	return (struct journal_entry){.run = 1,
				      .host = "db-1",
				      .row = 2,
				      .row_name = row,
				      .kind = kind,
				      .attempt = 1,
				      .phase = phase,
				      .outcome = outcome,
				      .exit_status = JOURNAL_NO_STATUS,
				      .duration_ms = -1};
}

static void note(struct scratch *s, const struct journal_entry *e)
{
	struct error why;

	assert_ok(journal_write(s->store, &s->by, e, &why));
}

static void note_row(struct scratch *s, const char *row, enum journal_kind kind, enum journal_outcome outcome)
{
	struct journal_entry e = entry(row, kind, outcome == JOURNAL_NONE ? JOURNAL_BEGUN : JOURNAL_ENDED, outcome);

	note(s, &e);
}

/* "host hold, host hold …", newest first. */
static char *held(struct scratch *s, int64_t run, const char *host)
{
	struct held_list list;
	struct error why;
	struct buf text;
	char *words;

	buf_init(&text, 4096);
	assert_ok(journal_held(s->store, run, host, &list, &why));
	for (size_t i = 0; i < list.count; i++)
		buf_addf(&text, "%s%s %s", i ? ", " : "", list.held[i].host, list.held[i].hold);
	held_list_done(&list);
	words = buf_steal(&text);
	buf_done(&text);
	return words;
}

static void expect_held(struct scratch *s, int64_t run, const char *words)
{
	char *now = held(s, run, "");

	assert_string_equal(now, words);
	free(now);
}

static void held_from_the_moment_it_is_begun(void **state)
{
	struct scratch *s = *state;

	expect_held(s, 1, "");
	note_row(s, "puppet_off", JOURNAL_TAKE, JOURNAL_NONE);
	expect_held(s, 1, "db-1 puppet_off");
	note_row(s, "puppet_off", JOURNAL_TAKE, JOURNAL_OK);
	note_row(s, "gpg_key_open", JOURNAL_TAKE, JOURNAL_NONE);
	note_row(s, "restart", JOURNAL_DO, JOURNAL_NONE);
	expect_held(s, 1, "db-1 gpg_key_open, db-1 puppet_off");
}

static void given_back_only_by_a_give_that_ended_well(void **state)
{
	static const enum journal_outcome bad[] = {JOURNAL_NONE, JOURNAL_FAILED,  JOURNAL_NOT_YET, JOURNAL_CANCELLED,
						   JOURNAL_LOST, JOURNAL_UNKNOWN, JOURNAL_REFUSED};
	struct scratch *s = *state;

	note_row(s, "puppet_off", JOURNAL_TAKE, JOURNAL_NONE);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		note_row(s, "puppet_off", JOURNAL_GIVE, bad[i]);
		expect_held(s, 1, "db-1 puppet_off");
	}
	note_row(s, "other", JOURNAL_GIVE, JOURNAL_OK);
	expect_held(s, 1, "db-1 puppet_off");
	note_row(s, "puppet_off", JOURNAL_GIVE, JOURNAL_OK);
	expect_held(s, 1, "");
}

static void a_take_that_failed_is_held_and_a_refused_one_not(void **state)
{
	struct scratch *s = *state;

	note_row(s, "a", JOURNAL_TAKE, JOURNAL_NONE);
	note_row(s, "a", JOURNAL_TAKE, JOURNAL_FAILED);
	note_row(s, "b", JOURNAL_TAKE, JOURNAL_NONE);
	note_row(s, "b", JOURNAL_TAKE, JOURNAL_REFUSED);
	expect_held(s, 1, "db-1 a");
	/* A second attempt that is refused says nothing about the first. */
	note_row(s, "a", JOURNAL_TAKE, JOURNAL_NONE);
	note_row(s, "a", JOURNAL_TAKE, JOURNAL_REFUSED);
	expect_held(s, 1, "db-1 a");
}

static void taken_again_is_held_again(void **state)
{
	struct scratch *s = *state;

	note_row(s, "a", JOURNAL_TAKE, JOURNAL_NONE);
	note_row(s, "a", JOURNAL_GIVE, JOURNAL_OK);
	note_row(s, "a", JOURNAL_TAKE, JOURNAL_NONE);
	expect_held(s, 1, "db-1 a");
}

static void another_run_may_give_back(void **state)
{
	struct scratch *s = *state;
	struct journal_entry give = entry("a", JOURNAL_GIVE, JOURNAL_ENDED, JOURNAL_OK);

	note_row(s, "a", JOURNAL_TAKE, JOURNAL_NONE);
	give.run = 9;
	note(s, &give);
	expect_held(s, 1, "db-1 a");
	give.of_run = 1;
	note(s, &give);
	expect_held(s, 1, "");
}

static void owed_lists_all_runs_and_hosts(void **state)
{
	struct scratch *s = *state;
	struct journal_entry e = entry("a", JOURNAL_TAKE, JOURNAL_BEGUN, JOURNAL_NONE);
	struct held_list list;
	struct error why;

	note(s, &e);
	e.run = 2;
	e.host = "db-2";
	note(s, &e);
	assert_ok(owed_list(s->store, &list, &why));
	assert_int_equal(list.count, 2);
	assert_int_equal(list.held[0].run, 2);
	assert_string_equal(list.held[1].host, "db-1");
	held_list_done(&list);
	expect_held(s, 2, "db-2 a");
}

static void what_was_saved_is_found_again(void **state)
{
	struct scratch *s = *state;
	struct journal_entry e = entry("a", JOURNAL_TAKE, JOURNAL_BEGUN, JOURNAL_NONE);
	struct held_list list;
	struct error why;
	char *value;

	e.saved = "nonce=12\npath=/x";
	note(s, &e);
	e.phase = JOURNAL_ENDED;
	e.outcome = JOURNAL_FAILED;
	e.saved = "path=/y=z";
	e.error = "no such file";
	note(s, &e);
	assert_ok(journal_held(s->store, 1, "db-1", &list, &why));
	assert_int_equal(list.count, 1);
	value = saved_value(list.held[0].saved, "nonce");
	assert_string_equal(value, "12");
	free(value);
	value = saved_value(list.held[0].saved, "path");
	assert_string_equal(value, "/y=z");
	free(value);
	assert_null(saved_value(list.held[0].saved, "pat"));
	assert_null(saved_value(NULL, "x"));
	assert_int_equal(list.held[0].taken, JOURNAL_FAILED);
	assert_string_equal(list.held[0].last_error, "no such file");
	assert_int_equal(list.held[0].row, 2);
	held_list_done(&list);
}

struct seen {
	int count;
	char output[JOURNAL_OUTPUT_MOST + 1];
	struct journal_entry entry;
};

static bool remember(void *ctx, const struct journal_entry *e)
{
	struct seen *seen = ctx;

	seen->count++;
	seen->entry = *e;
	memcpy(seen->output, e->output, e->output_length);
	return true;
}

static void long_output_keeps_head_and_tail(void **state)
{
	struct scratch *s = *state;
	struct journal_entry e = entry("a", JOURNAL_DO, JOURNAL_ENDED, JOURNAL_OK);
	size_t length = 200000;
	char *output = mem_alloc(length);
	struct seen *seen = mem_new(struct seen);
	struct error why;

	memset(output, 'x', length);
	memcpy(output, "HEAD", 4);
	memcpy(output + length - 4, "TAIL", 4);
	e.output = output;
	e.output_length = length;
	e.output_dropped = 5;
	note(s, &e);
	assert_ok(journal_rows(s->store, 1, "db-1", remember, seen, &why));
	assert_int_equal(seen->count, 1);
	assert_true(seen->entry.output_length <= JOURNAL_OUTPUT_MOST);
	assert_memory_equal(seen->output, "HEAD", 4);
	assert_memory_equal(seen->output + seen->entry.output_length - 4, "TAIL", 4);
	assert_non_null(strstr(seen->output, "bytes left out"));
	assert_int_equal(seen->entry.output_dropped, 5 + (int64_t)length - 2 * (JOURNAL_OUTPUT_MOST / 2 - 64));
	free(seen);
	free(output);
}

static void secrets_do_not_get_in(void **state)
{
	struct scratch *s = *state;
	struct journal_entry e = entry("a", JOURNAL_DO, JOURNAL_ENDED, JOURNAL_OK);
	struct journal *j;
	uv_loop_t loop;
	struct error why;
	FILE *f;
	static char bytes[4 << 20];
	size_t n;

	redact_add("canary-secret-1", 15);
	e.command = "cmd canary-secret-1";
	e.output = "out canary-secret-1";
	e.output_length = 19;
	e.error = "err canary-secret-1";
	e.saved = "k=canary-secret-1";
	uv_loop_init(&loop);
	j = journal_new(s->store, &loop, &s->by);
	journal_note(j, &e, NULL, NULL);
	assert_ok(journal_note_now(j, &e, &why));
	journal_close(j);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	redact_forget();
	for (int i = 0; i < 2; i++) {
		char *path = mem_printf("%s%s", s->path, i ? "-wal" : "");

		f = fopen(path, "r");
		n = f ? fread(bytes, 1, sizeof(bytes), f) : 0;
		assert_null(memmem(bytes, n, "canary-secret-1", 15));
		assert_true(i == 0 || memmem(bytes, n, "[redacted]", 10) != NULL);
		fclose(f);
		free(path);
	}
}

/* The loop: what is told, and in which order. */
struct story {
	struct scratch *scratch;
	struct journal *journal;
	char told[64];
	int commits_at_first; /* how many rows were durable when the first function was called */
	bool again;
	struct error failed;
};

static void add_told(struct story *t, char c)
{
	size_t n = strlen(t->told);

	if (n == 0)
		t->commits_at_first = (int)scratch_count(t->scratch, "select count(*) from journal");
	t->told[n] = c;
}

static void told_a(void *ctx, const struct error *failed)
{
	struct story *t = ctx;

	if (failed)
		t->failed = *failed;
	add_told(t, failed ? 'x' : 'a');
}

static void told_b(void *ctx, const struct error *failed)
{
	struct story *t = ctx;
	struct journal_entry e = entry("again", JOURNAL_DO, JOURNAL_BEGUN, JOURNAL_NONE);

	add_told(t, failed ? 'y' : 'b');
	if (t->again) {
		t->again = false;
		journal_note(t->journal, &e, told_a, t);
		add_told(t, '.');
	}
}

static void run_story(struct scratch *s, struct story *t, void (*work)(struct story *t))
{
	uv_loop_t loop;

	memset(t, 0, sizeof(*t));
	t->scratch = s;
	uv_loop_init(&loop);
	t->journal = journal_new(s->store, &loop, &s->by);
	work(t);
	uv_run(&loop, UV_RUN_DEFAULT);
	journal_close(t->journal);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void note_three(struct story *t)
{
	struct journal_entry e = entry("a", JOURNAL_DO, JOURNAL_BEGUN, JOURNAL_NONE);

	journal_note(t->journal, &e, told_a, t);
	journal_note(t->journal, &e, told_b, t);
	journal_note(t->journal, &e, told_a, t);
	assert_string_equal(t->told, "");
	assert_int_equal(scratch_count(t->scratch, "select count(*) from journal"), 0);
}

static void notes_of_a_turn_are_one_transaction(void **state)
{
	struct story t;

	run_story(*state, &t, note_three);
	assert_string_equal(t.told, "aba");
	assert_int_equal(t.commits_at_first, 3);
}

static void note_from_within(struct story *t)
{
	struct journal_entry e = entry("a", JOURNAL_DO, JOURNAL_BEGUN, JOURNAL_NONE);

	t->again = true;
	journal_note(t->journal, &e, told_b, t);
}

static void a_note_made_while_telling_comes_later(void **state)
{
	struct story t;

	run_story(*state, &t, note_from_within);
	assert_string_equal(t.told, "b.a");
	assert_int_equal(scratch_count(*state, "select count(*) from journal"), 2);
}

static void note_and_forget(struct story *t)
{
	struct journal_entry e = entry("a", JOURNAL_DO, JOURNAL_BEGUN, JOURNAL_NONE);

	journal_note(t->journal, &e, told_a, t);
	journal_forget(t->journal, t);
}

static void a_forgotten_note_is_written_and_not_told(void **state)
{
	struct story t;

	run_story(*state, &t, note_and_forget);
	assert_string_equal(t.told, "");
	assert_int_equal(scratch_count(*state, "select count(*) from journal"), 1);
}

static void note_now(struct story *t)
{
	struct journal_entry e = entry("a", JOURNAL_DO, JOURNAL_BEGUN, JOURNAL_NONE);
	struct error why;

	journal_note(t->journal, &e, told_a, t);
	assert_ok(journal_note_now(t->journal, &e, &why));
	assert_string_equal(t->told, "");
	assert_int_equal(scratch_count(t->scratch, "select count(*) from journal"), 2);
}

static void note_now_takes_along_what_waits(void **state)
{
	struct story t;

	run_story(*state, &t, note_now);
	assert_string_equal(t.told, "a");
	assert_int_equal(scratch_count(*state, "select count(*) from journal"), 2);
}

static void a_commit_that_fails_is_told(void **state)
{
	struct scratch *s = *state;
	struct error why;
	struct store *other = store_open(s->path, STORE_WRITE, &why);
	struct story t;

	store_set_patience_ms(s->store, 10);
	assert_ok(store_begin(other, &why));
	run_story(s, &t, note_three);
	assert_string_equal(t.told, "xyx");
	assert_int_equal(t.failed.code, ERROR_BUSY);
	store_rollback(other);
	store_close(other);
	assert_int_equal(scratch_count(s, "select count(*) from journal"), 0);
}

static void closing_writes_and_tells(void **state)
{
	struct scratch *s = *state;
	struct story t = {.scratch = s};
	uv_loop_t loop;

	uv_loop_init(&loop);
	t.journal = journal_new(s->store, &loop, &s->by);
	note_three(&t);
	journal_close(t.journal);
	assert_string_equal(t.told, "aba");
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void an_idle_journal_does_not_keep_the_loop(void **state)
{
	struct scratch *s = *state;
	uv_loop_t loop;
	struct journal *j;

	uv_loop_init(&loop);
	j = journal_new(s->store, &loop, &s->by);
	assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
	journal_close(j);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void every_entry_is_an_audit_record(void **state)
{
	struct scratch *s = *state;
	struct audit_verdict verdict;
	struct error why;

	note_row(s, "a", JOURNAL_TAKE, JOURNAL_NONE);
	note_row(s, "a", JOURNAL_TAKE, JOURNAL_OK);
	assert_ok(audit_verify(s->store, &verdict, &why));
	assert_int_equal(verdict.records, 2);
	assert_int_equal(scratch_count(s, "select count(*) from audit where event = 'row.ended' and outcome = 'ok'"),
			 1);
}

static void hundreds_of_notes_are_a_few_commits(void **state)
{
	struct scratch *s = *state;
	struct journal_entry e = entry("a", JOURNAL_DO, JOURNAL_BEGUN, JOURNAL_NONE);
	uv_loop_t loop;
	struct journal *j;
	uint64_t begin = uv_hrtime();

	uv_loop_init(&loop);
	j = journal_new(s->store, &loop, &s->by);
	for (int i = 0; i < 2000; i++)
		journal_note(j, &e, NULL, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	journal_close(j);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	print_message("2000 notes in %llu ms\n", (unsigned long long)(uv_hrtime() - begin) / 1000000);
	assert_int_equal(scratch_count(s, "select count(*) from journal"), 2000);
}

int main(void)
{
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		WITH_STORE(held_from_the_moment_it_is_begun),
		WITH_STORE(given_back_only_by_a_give_that_ended_well),
		WITH_STORE(a_take_that_failed_is_held_and_a_refused_one_not),
		WITH_STORE(taken_again_is_held_again),
		WITH_STORE(another_run_may_give_back),
		WITH_STORE(owed_lists_all_runs_and_hosts),
		WITH_STORE(what_was_saved_is_found_again),
		WITH_STORE(long_output_keeps_head_and_tail),
		WITH_STORE(secrets_do_not_get_in),
		WITH_STORE(notes_of_a_turn_are_one_transaction),
		WITH_STORE(a_note_made_while_telling_comes_later),
		WITH_STORE(a_forgotten_note_is_written_and_not_told),
		WITH_STORE(note_now_takes_along_what_waits),
		WITH_STORE(a_commit_that_fails_is_told),
		WITH_STORE(closing_writes_and_tells),
		WITH_STORE(an_idle_journal_does_not_keep_the_loop),
		WITH_STORE(every_entry_is_an_audit_record),
		WITH_STORE(hundreds_of_notes_are_a_few_commits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
