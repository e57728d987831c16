/*
 * Runs an action's script under a local sh, as the remote would, for tests of the scripts themselves.
 */
#ifndef TESTS_FAKE_SHELL_H
#define TESTS_FAKE_SHELL_H

#include <stddef.h>

struct action;
struct values;

struct shell_reply {
	int status;
	char out[32768], err[32768];
};

/* Expands text with v and runs it under `shell` ("/bin/dash") with this stdin. Aborts the test when it cannot. */
void shell_run(const char *shell, struct values *v, const char *text, const char *input, struct shell_reply *ret);
/* printf, then `sh -c`, for setting a scene; aborts the test when the exit status is not 0. */
void shell_do(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The exit status of `sh -c script`. */
int shell_status(const char *script);

#endif
