#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/printable.h"
#include "base/redact.h"

enum { LINE_MOST = 16 * 1024 };

static enum log_level shown = LOG_LEVEL_NOTICE;
static bool to_journal;
static log_sink_fn *divert;
static void *divert_ctx;

/* JOURNAL_STREAM holds device:inode of the stream that the journal reads; stderr may have been redirected since. */
static bool journal_reads_stderr(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long device, inode;
	struct stat s;

	return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 && fstat(STDERR_FILENO, &s) == 0 &&
	       s.st_dev == device && s.st_ino == inode;
}

void log_init(unsigned verbosity)
{
	shown = verbosity == 0 ? LOG_LEVEL_NOTICE : verbosity == 1 ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG;
	to_journal = journal_reads_stderr();
}

bool log_shows(enum log_level level)
{
	return level <= shown;
}

void log_divert(log_sink_fn *sink, void *ctx)
{
	divert = sink;
	divert_ctx = ctx;
}

static void add_head(struct buf *line, enum log_level level)
{
	char now[32];

	if (to_journal && !divert)
		buf_addf(line, "<%d>", (int)level);
	else
		buf_addf(line, "%s ", clock_format_local(now, sizeof(now), clock_wall_us()));
	if (level == LOG_LEVEL_ERROR)
		buf_adds(line, "error: ");
	if (level == LOG_LEVEL_WARNING)
		buf_adds(line, "warning: ");
}

static void emit(const struct buf *line)
{
	size_t done = 0;

	if (divert) {
		divert(divert_ctx, line->bytes);
		return;
	}
	while (done < line->used) {
		ssize_t n = write(STDERR_FILENO, line->bytes + done, line->used - done);

		if (n <= 0)
			return; /* nobody to tell */
		done += (size_t)n;
	}
}

void log_line(enum log_level level, const char *format, ...)
{
	scoped_buf redacted = {0}, line = {0};
	char *text = NULL;
	va_list ap;
	int n;

	if (!log_shows(level))
		return;
	va_start(ap, format);
	n = vasprintf(&text, format, ap);
	va_end(ap);
	if (n < 0)
		return;
	buf_init(&redacted, LINE_MOST);
	buf_init(&line, LINE_MOST + 64);
	add_head(&line, level);
	redact_text(&redacted, text, (size_t)n);
	line.most--; /* room for the line feed */
	printable_add(&line, redacted.bytes, redacted.used, PRINTABLE_LINE);
	line.most++;
	buf_addc(&line, '\n');
	emit(&line);
	free(text);
}
