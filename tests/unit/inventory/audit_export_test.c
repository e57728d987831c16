#include "inventory/audit_verify.h"

#include "audit_fill.h"

static char *export(struct scratch *s, enum audit_format format)
{
	char *path = mem_printf("%s/export", s->directory);
	FILE *out = fopen(path, "w");
	struct error why;

	assert_ok(audit_export(s->store, NULL, format, out, &why));
	fclose(out);
	return path;
}

static char *slurp(const char *path)
{
	char *text = mem_alloc(1 << 20);
	FILE *f = fopen(path, "r");

	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	return text;
}

static void spill(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	fputs(text, f);
	fclose(f);
}

static void exports_can_be_verified(void **state)
{
	static const enum audit_format formats[] = {AUDIT_CSV, AUDIT_JSON};
	struct scratch *s = *state;
	struct audit_verdict verdict;
	struct journal_entry e = {.run = 1,
				  .host = "h",
				  .row_name = "r",
				  .output = "\0\xff'binary",
				  .output_length = 9,
				  .phase = JOURNAL_ENDED,
				  .outcome = JOURNAL_OK};
	struct audit_record r = {.by = s->by, .event = "test", .reason = "'=1+1 \"x\",\r\n-2"};
	struct error why;

	assert_ok(journal_write(s->store, &s->by, &e, &why));
	assert_ok(audit_append(s->store, &r, &why));
	for (int i = 0; i < 2; i++) {
		char *path = export(s, formats[i]);

		assert_ok(audit_verify_export(path, &verdict, &why));
		assert_int_equal(verdict.records, RECORDS + 2);
		free(path);
	}
}

/* Each byte of the records, changed one after the other, must show (but for white space between JSON's tokens). */
static void a_changed_export_shows(void **state)
{
	static const enum audit_format formats[] = {AUDIT_CSV, AUDIT_JSON};
	struct scratch *s = *state;
	struct audit_verdict verdict;
	struct error why;

	for (int i = 0; i < 2; i++) {
		char *path = export(s, formats[i]), *text = slurp(path);
		size_t length = strlen(text), begin = i == 0 ? strcspn(text, "\n") + 1 : 2;

		for (size_t at = begin; at < length; at += 11) {
			char old = text[at];

			if (old == '\n' || old == '\r')
				continue;
			text[at] = old == '7' ? '8' : '7';
			spill(path, text);
			if (audit_verify_export(path, &verdict, &why))
				fail_msg("a change at byte %zu (%.20s) does not show", at, text + at);
			text[at] = old;
		}
		free(text);
		free(path);
	}
}

static void a_missing_line_of_an_export_shows(void **state)
{
	struct scratch *s = *state;
	char *path = export(s, AUDIT_JSON), *text = slurp(path), *line, *end;
	struct audit_verdict verdict;
	struct error why;

	line = strstr(text, "{\"seq\":4,");
	end = strstr(text, "{\"seq\":5,");
	memmove(line, end, strlen(end) + 1);
	spill(path, text);
	assert_false(audit_verify_export(path, &verdict, &why));
	assert_int_equal(verdict.bad_seq, 4);
	free(text);
	free(path);
}

static void a_cut_off_export_shows(void **state)
{
	static const enum audit_format formats[] = {AUDIT_CSV, AUDIT_JSON};
	struct scratch *s = *state;
	struct audit_verdict verdict;
	struct error why;

	for (int i = 0; i < 2; i++) {
		char *path = export(s, formats[i]), *text = slurp(path);

		text[strlen(text) - 200] = '\0';
		spill(path, text);
		assert_false(audit_verify_export(path, &verdict, &why));
		free(text);
		free(path);
	}
}

static void other_files_are_no_exports(void **state)
{
	static const char *const texts[] = {"", "hello", "seq,x\r\n1,2\r\n", "[1, 2", "{\"seq\": 1}", "[{\"seq\":1}]"};
	struct scratch *s = *state;
	char *path = mem_printf("%s/other", s->directory);
	struct audit_verdict verdict;
	struct error why;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		spill(path, texts[i]);
		assert_false(audit_verify_export(path, &verdict, &why));
		assert_non_null(strstr(why.text, path));
	}
	assert_false(audit_verify_export("/nonexistent", &verdict, &why));
	free(path);
}

static void csv_cells_are_no_formulas(void **state)
{
	struct scratch *s = *state;
	struct error why;
	struct audit_record r = {
		.by = s->by, .event = "@cmd", .reason = "=cmd|' /C calc'!A0", .host = "+1", .row = "-2"};
	char *path, *text;

	assert_ok(audit_append(s->store, &r, &why));
	path = export(s, AUDIT_CSV);
	text = slurp(path);
	for (const char *cell = text; (cell = strchr(cell, '"')); cell++)
		if (cell[-1] == ',' && strchr("=+-@", cell[1]))
			fail_msg("a formula: %.20s", cell);
	assert_non_null(strstr(text, "\"'=cmd|' /C calc'!A0\""));
	free(text);
	free(path);
}

int main(void)
{
#define FILLED(test) cmocka_unit_test_setup_teardown(test, filled, scratch_teardown)
	const struct CMUnitTest tests[] = {
		FILLED(exports_can_be_verified),	   FILLED(a_changed_export_shows),
		FILLED(a_missing_line_of_an_export_shows), FILLED(a_cut_off_export_shows),
		FILLED(other_files_are_no_exports),	   FILLED(csv_cells_are_no_formulas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
