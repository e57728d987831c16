/*
 * The whole program in a child process: what it prints, how it ends. It has a folder of its own as home.
 */
#ifndef TESTS_CLI_PROGRAM_H
#define TESTS_CLI_PROGRAM_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "cli/program.h"

enum { OUTPUT_MOST = 8 * 1024 * 1024, WORDS_MOST = 24 };

struct bench {
	char folder[64];
	char *db, *yaml;
	struct buf out, err;
	int status;
};

static inline void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static inline int program_begin(void **state)
{
	static struct bench b;

	b = (struct bench){.folder = "/tmp/pgresync-cli-test-XXXXXX"};
	if (mkdtemp(b.folder) == NULL)
		return -1;
	b.db = mem_printf("%s/state/pgresync.db", b.folder);
	b.yaml = mem_printf("%s/fleet.yml", b.folder);
	buf_init(&b.out, OUTPUT_MOST);
	buf_init(&b.err, OUTPUT_MOST);
	setenv("HOME", b.folder, 1);
	setenv("PGRESYNC_DB", b.db, 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("PGRESYNC_CONFIG");
	unsetenv("SSH_AUTH_SOCK");
	*state = &b;
	return 0;
}

static inline void remove_folder(const char *path)
{
	DIR *folder = opendir(path);

	for (const struct dirent *e; folder != NULL && (e = readdir(folder)) != NULL;) {
		scoped_mem char *inside = mem_printf("%s/%s", path, e->d_name);

		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (unlink(inside) != 0)
			remove_folder(inside);
	}
	if (folder != NULL)
		closedir(folder);
	rmdir(path);
}

static inline int program_end(void **state)
{
	struct bench *b = *state;

	chmod(b->folder, 0700);
	remove_folder(b->folder);
	free(b->db);
	free(b->yaml);
	buf_done(&b->out);
	buf_done(&b->err);
	return 0;
}

/* The words are split at blanks; '@' stands for the folder. */
static inline int split(const struct bench *b, const char *line, char *argv[WORDS_MOST + 2])
{
	scoped_mem char *copy = mem_strdup(line);
	char *rest = copy;
	int argc = 0;

	argv[argc++] = mem_strdup("pgresync");
	for (char *word; (word = strsep(&rest, " ")) != NULL && argc <= WORDS_MOST;) {
		if (*word == '@')
			argv[argc++] = mem_printf("%s%s", b->folder, word + 1);
		else if (*word != '\0')
			argv[argc++] = mem_strdup(word);
	}
	argv[argc] = NULL;
	return argc;
}

static inline void child(const struct bench *b, const char *line, const int out[2], const int err[2])
{
	char *argv[WORDS_MOST + 2];
	int argc = split(b, line, argv), nothing = open("/dev/null", O_RDONLY);

	dup2(nothing, STDIN_FILENO);
	dup2(out[1], STDOUT_FILENO);
	dup2(err[1], STDERR_FILENO);
	close(out[0]);
	close(err[0]);
	_exit(program_run(argc, argv));
}

static inline void drain(struct bench *b, int out, int err)
{
	struct pollfd ends[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
	struct buf *into[2] = {&b->out, &b->err};

	while (ends[0].fd >= 0 || ends[1].fd >= 0) {
		char piece[65536];

		poll(ends, 2, -1);
		for (int i = 0; i < 2; i++) {
			ssize_t n;

			if (ends[i].fd < 0 || ends[i].revents == 0)
				continue;
			n = read(ends[i].fd, piece, sizeof(piece));
			if (n > 0)
				buf_add(into[i], piece, (size_t)n);
			else
				ends[i].fd = -1;
		}
	}
}

static inline void run(struct bench *b, const char *line)
{
	int out[2], err[2];
	pid_t pid;

	assert_int_equal(pipe(out) + pipe(err), 0);
	buf_clear(&b->out);
	buf_clear(&b->err);
	fflush(NULL);
	pid = fork();
	if (pid == 0)
		child(b, line, out, err);
	close(out[1]);
	close(err[1]);
	drain(b, out[0], err[0]);
	close(out[0]);
	close(err[0]);
	assert_int_equal(waitpid(pid, &b->status, 0), pid);
	assert_true(WIFEXITED(b->status));
	b->status = WEXITSTATUS(b->status);
}

static inline void expect(struct bench *b, const char *line, int status)
{
	run(b, line);
	if (b->status != status)
		fprintf(stderr, "%s: status %d, wanted %d\n%s%s", line, b->status, status, b->out.bytes, b->err.bytes);
	assert_int_equal(b->status, status);
}

/* One line that begins with our name, nothing on standard output, and the words are in it. */
static inline void expect_refusal(struct bench *b, const char *line, int status, const char *words)
{
	expect(b, line, status);
	if (strstr(b->err.bytes, words) == NULL)
		fprintf(stderr, "%s: said %s", line, b->err.bytes);
	assert_memory_equal(b->err.bytes, "pgresync: ", 10);
	assert_ptr_equal(strchr(b->err.bytes, '\n'), b->err.bytes + b->err.used - 1);
	assert_non_null(strstr(b->err.bytes, words));
	assert_string_equal(b->out.bytes, "");
}

#endif
