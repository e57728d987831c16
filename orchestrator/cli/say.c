#include "cli/say.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/printable.h"
#include "base/redact.h"

enum { SAY_MOST = 1024 * 1024 };

static void put(FILE *to, const char *before, const char *text, size_t n, enum printable_form form)
{
	scoped_buf clean, shown;

	buf_init(&clean, SAY_MOST);
	buf_init(&shown, SAY_MOST * 4);
	redact_text(&clean, text, n);
	printable_add(&shown, clean.bytes, clean.used, form);
	fprintf(to, "%s%s\n", before, shown.bytes);
}

void say_refusal(const char *text)
{
	fflush(stdout);
	put(stderr, "pgresync: ", text, strlen(text), PRINTABLE_LINE);
}

void say_line(FILE *to, const char *text)
{
	put(to, "", text, strlen(text), PRINTABLE_LINE);
}

void say_output(FILE *to, const char *prefix, const char *text, size_t n)
{
	scoped_buf clean, shown;

	buf_init(&clean, SAY_MOST);
	buf_init(&shown, SAY_MOST * 4);
	redact_text(&clean, text, n);
	printable_add(&shown, clean.bytes, clean.used, PRINTABLE_LINES);
	for (const char *at = shown.bytes; *at != '\0';) {
		size_t length = strcspn(at, "\n");

		fprintf(to, "%s%.*s\n", prefix, (int)length, at);
		at += length + (at[length] == '\n');
	}
}

void say_data(const struct buf *text)
{
	fwrite(text->bytes, 1, text->used, stdout);
}

bool say_finish(struct error *why)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return true;
	if (errno == EPIPE)
		return true;
	return error_set(why, ERROR_FAILED, "cannot write to standard output: %s",
			 errno ? strerror(errno) : "an earlier write failed");
}

bool say_ask_word(bool no_input, const char *prompt, const char *expected, struct error *why)
{
	char line[512];

	if (no_input || !isatty(STDIN_FILENO))
		return error_set(why, ERROR_REFUSED, "%s; nothing was changed",
				 no_input ? "this needs a confirmation: give --yes" :
					    "nobody can be asked (standard input is no terminal): give --yes");
	fputs(prompt, stderr);
	fflush(stderr);
	if (fgets(line, sizeof(line), stdin) == NULL)
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (strcmp(line, expected) == 0)
		return true;
	return error_set(why, ERROR_REFUSED, "'%s' was expected; nothing was changed", expected);
}
