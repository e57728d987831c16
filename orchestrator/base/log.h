/*
 * Lines for whoever runs the program: to stderr, with the time, or with a <N> prefix when systemd's journal reads.
 *
 * For the edges only (command line, daemon): libraries return errors and never log. Every text is redacted and made
 * printable on the way.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

/* The numbers are syslog's. */
enum log_level {
	LOG_LEVEL_ERROR = 3,
	LOG_LEVEL_WARNING = 4,
	LOG_LEVEL_NOTICE = 5, /* shown by default, as all above */
	LOG_LEVEL_INFO = 6,   /* -v */
	LOG_LEVEL_DEBUG = 7,  /* -vv */
};

/* Call once at start; verbosity is the number of -v. Looks at JOURNAL_STREAM. */
void log_init(unsigned verbosity);
bool log_shows(enum log_level level);

void log_line(enum log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Who has the terminal (a live display) takes the finished lines (with final line feed) instead; NULL: stderr again. */
typedef void log_sink_fn(void *ctx, const char *line);
void log_divert(log_sink_fn *sink, void *ctx);

#endif
