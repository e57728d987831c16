#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/redact.h"

static int pipe_ends[2], real_stderr;

static int catch_stderr(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	clock_fake(INT64_C(1575627072) * 1000000, 1);
	unsetenv("JOURNAL_STREAM");
	real_stderr = dup(2);
	return pipe(pipe_ends) == 0 && dup2(pipe_ends[1], 2) == 2 ? 0 : -1;
}

static int give_stderr_back(void **state)
{
	(void)state;
	dup2(real_stderr, 2);
	close(real_stderr);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	log_divert(NULL, NULL);
	redact_forget();
	clock_fake(-1, -1);
	return 0;
}

static const char *caught(void)
{
	static char text[40000];
	ssize_t n;

	log_line(LOG_LEVEL_ERROR, "end"); /* so that there is something to read */
	n = read(pipe_ends[0], text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	return text;
}

static void lines_have_the_time_and_the_level(void **state)
{
	(void)state;
	log_init(0);
	log_line(LOG_LEVEL_NOTICE, "run %d begins", 5);
	log_line(LOG_LEVEL_WARNING, "slow");
	assert_string_equal(caught(), "2019-12-06 10:11:12 run 5 begins\n"
				      "2019-12-06 10:11:12 warning: slow\n"
				      "2019-12-06 10:11:12 error: end\n");
}

static void verbosity_decides_what_is_shown(void **state)
{
	(void)state;
	for (unsigned v = 0; v < 4; v++) {
		const char *text;

		log_init(v);
		log_line(LOG_LEVEL_INFO, "info");
		log_line(LOG_LEVEL_DEBUG, "debug");
		text = caught();
		assert_int_equal(strstr(text, "info") != NULL, v >= 1);
		assert_int_equal(strstr(text, "debug") != NULL, v >= 2);
	}
}

static void the_journal_gets_its_prefix(void **state)
{
	char stream[60];
	struct stat s;

	(void)state;
	assert_int_equal(fstat(2, &s), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)s.st_dev, (unsigned long long)s.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	log_init(0);
	log_line(LOG_LEVEL_NOTICE, "text");
	assert_string_equal(caught(), "<5>text\n<3>error: end\n");
	setenv("JOURNAL_STREAM", "1:1", 1); /* another stream than our stderr */
	log_init(0);
	assert_string_equal(caught(), "2019-12-06 10:11:12 error: end\n");
}

static void secrets_and_controls_do_not_get_out(void **state)
{
	const char *text;

	(void)state;
	log_init(0);
	redact_add("canaryword", 10);
	log_line(LOG_LEVEL_NOTICE, "got canaryword and password=abc\033[2J\nforged line");
	text = caught();
	assert_non_null(strstr(text, "got [redacted] and password=[redacted]\\nforged line\n"));
	assert_null(strstr(text, "canaryword"));
	assert_null(strchr(text, '\033'));
}

static void overlong_lines_are_cut_and_still_end(void **state)
{
	char *much = malloc(100001);
	const char *text;

	(void)state;
	memset(much, 'y', 100000);
	much[100000] = '\0';
	log_init(0);
	log_line(LOG_LEVEL_NOTICE, "%s", much);
	text = caught();
	assert_true(strlen(text) < 20000);
	assert_non_null(strstr(text, "yyyy\n2019-12-06 10:11:12 error: end\n"));
	free(much);
}

static void sink(void *ctx, const char *line)
{
	snprintf(ctx, 200, "%s", line);
}

static void a_display_can_take_the_lines(void **state)
{
	char line[200] = "";

	(void)state;
	log_init(0);
	log_divert(sink, line);
	log_line(LOG_LEVEL_NOTICE, "above the block");
	assert_string_equal(line, "2019-12-06 10:11:12 above the block\n");
	log_divert(NULL, NULL);
	assert_string_equal(caught(), "2019-12-06 10:11:12 error: end\n");
}

#define CAUGHT(test) cmocka_unit_test_setup_teardown(test, catch_stderr, give_stderr_back)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CAUGHT(lines_have_the_time_and_the_level),    CAUGHT(verbosity_decides_what_is_shown),
		CAUGHT(the_journal_gets_its_prefix),	      CAUGHT(secrets_and_controls_do_not_get_out),
		CAUGHT(overlong_lines_are_cut_and_still_end), CAUGHT(a_display_can_take_the_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
