#include "fake/shell.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/mem.h"
#include "resync/values.h"

static void read_back(FILE *f, char *text, size_t size)
{
	size_t n;

	rewind(f);
	n = fread(text, 1, size - 1, f);
	text[n] = '\0';
	fclose(f);
}

static void run(const char *shell, const char *script, const char *input, struct shell_reply *ret)
{
	FILE *in = tmpfile(), *out = tmpfile(), *err = tmpfile();
	int status;
	pid_t pid;

	if (!in || !out || !err)
		abort();
	fputs(input ? input : "", in);
	fflush(in);
	rewind(in);
	pid = fork();
	if (pid == 0) {
		dup2(fileno(in), 0);
		dup2(fileno(out), 1);
		dup2(fileno(err), 2);
		setenv("LC_ALL", "C", 1);
		execl(shell, shell, "-c", script, (char *)NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		abort();
	ret->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	read_back(out, ret->out, sizeof(ret->out));
	read_back(err, ret->err, sizeof(ret->err));
	fclose(in);
}

void shell_run(const char *shell, struct values *v, const char *text, const char *input, struct shell_reply *ret)
{
	struct error why;
	scoped_mem char *script = values_expand(v, text, &why);

	if (!script) {
		fprintf(stderr, "cannot expand: %s\n", why.text);
		abort();
	}
	run(shell, script, input, ret);
}

void shell_do(const char *format, ...)
{
	struct shell_reply *r = mem_new(struct shell_reply);
	char script[8192];
	va_list ap;

	va_start(ap, format);
	vsnprintf(script, sizeof(script), format, ap);
	va_end(ap);
	run("/bin/sh", script, NULL, r);
	if (r->status != 0) {
		fprintf(stderr, "scene failed (%d): %s\n%s%s", r->status, script, r->out, r->err);
		abort();
	}
	free(r);
}

int shell_status(const char *script)
{
	struct shell_reply *r = mem_new(struct shell_reply);
	int status;

	run("/bin/sh", script, NULL, r);
	status = r->status;
	free(r);
	return status;
}
