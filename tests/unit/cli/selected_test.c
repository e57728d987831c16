#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/context.h"
#include "cli/selected.h"
#include "inventory/inventory.h"

/* Two primaries at two sites, three standbys; no store is needed where an inventory stands in the context. */
static const char *const no_names[] = {NULL}, *const aliases[] = {"6dg", NULL};
static const struct host hosts[] = {
	{.name = "p1.a", .site = "carrenza", .environment = "staging", .tags = no_names},
	{.name = "p2.b", .site = "aws", .environment = "production", .tags = no_names},
	{.name = "s1.a", .site = "carrenza", .environment = "staging", .tags = no_names},
	{.name = "s2.a", .site = "carrenza", .environment = "staging", .tags = no_names},
	{.name = "s3.b", .site = "aws", .environment = "production", .tags = no_names},
	{.name = "spare.a", .site = "carrenza", .environment = "staging", .tags = no_names},
};
static const struct pair pairs[] = {
	{"s1.a", &hosts[0], &hosts[2], "live"},
	{"s2.a", &hosts[0], &hosts[3], "dr"},
	{"s3.b", &hosts[1], &hosts[4], "live"},
};
static const struct site sites[] = {{"aws", no_names}, {"carrenza", aliases}, {"empty", no_names}};
static struct inventory inventory = {
	.hosts = hosts, .host_count = 6, .pairs = pairs, .pair_count = 3, .sites = sites, .site_count = 3};

static struct error why;

/* "s1.a s2.a", or the refusal. */
static const char *select_words(const char *words)
{
	static char text[600];
	struct command_context context = {.inventory = &inventory};
	struct selected s;

	text[0] = '\0';
	why = (struct error){0};
	if (!selected_read_words(&context, words, &s, &why)) {
		selected_done(&s);
		snprintf(text, sizeof(text), "%s", why.text);
		return text;
	}
	for (size_t i = 0; i < s.n; i++) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, "%s%s", i ? " " : "", s.pairs[i]->name);
		assert_true(selected_has(&s, s.pairs[i]));
	}
	selected_done(&s);
	return text;
}

static void nothing_stands_for_all(void **state)
{
	(void)state;
	assert_string_equal(select_words(""), "s1.a s2.a s3.b");
	assert_string_equal(select_words("  "), "s1.a s2.a s3.b");
}

static void names_primaries_sites_and_environments_stand_for_standbys(void **state)
{
	(void)state;
	assert_string_equal(select_words("s2.a"), "s2.a");
	assert_string_equal(select_words("S3"), "s3.b");
	assert_string_equal(select_words("p1.a"), "s1.a s2.a");
	assert_string_equal(select_words("carrenza"), "s1.a s2.a");
	assert_string_equal(select_words("6DG"), "s1.a s2.a");
	assert_string_equal(select_words("Production"), "s3.b");
}

static void named_twice_is_selected_once(void **state)
{
	(void)state;
	assert_string_equal(select_words("s2.a s2.a p1.a carrenza s3.b"), "s2.a s1.a s3.b");
}

static void what_has_no_standby_is_refused(void **state)
{
	(void)state;
	assert_string_equal(select_words("spare.a"), "spare.a stands in no pair");
	assert_int_equal(why.code, ERROR_USAGE);
	assert_string_equal(select_words("empty"), "site empty has no standbys");
	assert_non_null(strstr(select_words("s1.a nosuch"), "nosuch"));
	assert_int_equal(why.code, ERROR_USAGE);
}

static void a_wrong_word_names_what_was_probably_meant(void **state)
{
	(void)state;
	assert_string_equal(select_words("6gd"),
			    "'6gd' is no standby, primary, site or environment; did you mean 6dg?");
	assert_string_equal(select_words("prodution"),
			    "'prodution' is no standby, primary, site or environment; did you mean production?");
	assert_string_equal(select_words("carrenz"), "unknown host 'carrenz'; did you mean carrenza?");
	assert_non_null(strstr(select_words("xyzzy"), "'pgresync inventory list' shows all"));
	assert_int_equal(why.code, ERROR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_stands_for_all),
		cmocka_unit_test(names_primaries_sites_and_environments_stand_for_standbys),
		cmocka_unit_test(named_twice_is_selected_once),
		cmocka_unit_test(what_has_no_standby_is_refused),
		cmocka_unit_test(a_wrong_word_names_what_was_probably_meant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
