#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/redact.h"

static void a_secret_keeps_its_bytes(void **state)
{
	char longest[SECRET_MOST];
	struct error why;
	struct secret *s = secret_new("word and more", 4, &why);

	(void)state;
	assert_string_equal(secret_bytes(s), "word");
	assert_int_equal(secret_length(s), 4);
	secret_free(s);
	memset(longest, 'x', sizeof(longest));
	s = secret_new(longest, sizeof(longest), &why);
	assert_int_equal(secret_length(s), SECRET_MOST);
	secret_free(s);
	secret_free(NULL);
}

static void what_cannot_be_one_line_is_refused(void **state)
{
	char longer[SECRET_MOST + 1];
	struct error why = {ERROR_NONE, ""};

	(void)state;
	memset(longer, 'x', sizeof(longer));
	assert_null(secret_new("", 0, &why));
	assert_int_equal(why.code, ERROR_CONFIG);
	assert_null(secret_new("a\nb", 3, &why));
	assert_null(secret_new("a\0b", 3, &why));
	assert_null(secret_new(longer, sizeof(longer), &why));
	assert_null(strstr(why.text, "xxx"));
}

static void it_stays_blacked_out_after_it_is_freed(void **state)
{
	struct error why;
	struct buf out;

	(void)state;
	secret_free(secret_new("canaryword", 10, &why));
	buf_init(&out, 100);
	redact_text(&out, "<canaryword>", 12);
	assert_string_equal(out.bytes, "<[redacted]>");
	buf_done(&out);
}

/* Its pages are left out of a core dump: the kernel says so in the mapping's flags. */
static void its_pages_are_not_dumped(void **state)
{
	struct error why;
	struct secret *s = secret_new("word", 4, &why);
	unsigned long at = (unsigned long)secret_bytes(s), from, to;
	bool inside = false, left_out = false;
	char line[500];
	FILE *f = fopen("/proc/self/smaps", "r");

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = at >= from && at < to;
		if (inside && strncmp(line, "VmFlags:", 8) == 0)
			left_out = strstr(line, " dd") != NULL;
	}
	fclose(f);
	assert_true(left_out);
	secret_free(s);
}

static void a_hardened_process_dumps_no_core(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	if (pid == 0) {
		struct rlimit limit;

		secret_harden_process();
		getrlimit(RLIMIT_CORE, &limit);
		_exit(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 && limit.rlim_max == 0 ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_secret_keeps_its_bytes),
		cmocka_unit_test(what_cannot_be_one_line_is_refused),
		cmocka_unit_test(it_stays_blacked_out_after_it_is_freed),
		cmocka_unit_test(its_pages_are_not_dumped),
		cmocka_unit_test(a_hardened_process_dumps_no_core),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	redact_forget();
	return failed;
}
