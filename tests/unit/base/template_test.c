#include "base/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *look_up(void *ctx, const char *name)
{
	(void)ctx;
	if (strcmp(name, "dir") == 0)
		return "/var/lib";
	if (strcmp(name, "nasty") == 0)
		return "a'; reboot; ${dir}";
	if (strcmp(name, "empty") == 0)
		return "";
	return NULL;
}

static void check(const char *text, const char *quoted, const char *plain)
{
	struct error why;
	struct buf out;

	buf_init(&out, 1000);
	assert_true(template_expand(&out, text, look_up, NULL, &why));
	assert_string_equal(out.bytes, quoted);
	buf_clear(&out);
	assert_true(template_expand_plain(&out, text, look_up, NULL, &why));
	assert_string_equal(out.bytes, plain);
	buf_done(&out);
}

static void names_are_replaced_by_quoted_values(void **state)
{
	(void)state;
	check("", "", "");
	check("ls ${dir}/x", "ls /var/lib/x", "ls /var/lib/x");
	check("echo ${empty}", "echo ''", "echo ");
	check("${dir}${dir}", "/var/lib/var/lib", "/var/lib/var/lib");
}

static void a_value_is_never_expanded_again(void **state)
{
	(void)state;
	check("echo ${nasty}", "echo 'a'\\''; reboot; ${dir}'", "echo a'; reboot; ${dir}");
}

static void a_dollar_alone_is_itself_and_two_escape(void **state)
{
	(void)state;
	check("$x $ $$ $1 $(id) $${dir} }", "$x $ $$ $1 $(id) ${dir} }", "$x $ $$ $1 $(id) ${dir} }");
}

static void refused(const char *text, const char *words)
{
	struct error why = {ERROR_NONE, ""};
	struct buf out;

	buf_init(&out, 1000);
	assert_false(template_expand(&out, text, look_up, NULL, &why));
	assert_int_equal(why.code, ERROR_CONFIG);
	assert_non_null(strstr(why.text, words));
	buf_done(&out);
}

static void what_cannot_be_expanded_is_told(void **state)
{
	(void)state;
	refused("rm -rf ${unknown}/*", "unknown name ${unknown}");
	refused("echo ${dir", "without }");
	refused("echo ${}", "1 to 63 characters");
	refused("${aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}", "1 to 63 characters");
}

static void what_does_not_fit_is_told(void **state)
{
	static const char *const texts[] = {"echo ${dir}", "$${$${$${", "echo echo"};
	struct error why;
	struct buf out;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		buf_init(&out, 5);
		assert_false(template_expand(&out, texts[i], look_up, NULL, &why));
		assert_int_equal(why.code, ERROR_CONFIG);
		buf_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_replaced_by_quoted_values),
		cmocka_unit_test(a_value_is_never_expanded_again),
		cmocka_unit_test(a_dollar_alone_is_itself_and_two_escape),
		cmocka_unit_test(what_cannot_be_expanded_is_told),
		cmocka_unit_test(what_does_not_fit_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
